"""The exported models in Keras itself, on the backend that ``KERAS_BACKEND`` names.

Keras 3.15 has no float64 of its own outside TensorFlow, whatever its floatx: every type that its
promotion rules find is cut to 32 bits by one table, ``BIT64_TO_BIT32_DTYPE`` at the end of
``keras/src/backend/common/dtypes.py``. Where an operation asks those rules, float64 becomes
float32:

- on PyTorch in ``matmul``: the dense readout, and both products of SimpleRNN. The LSTM and the GRU
  run PyTorch's own layer in float64, so their states agree and only the readout is rounded. With
  another activation the LSTM is Keras's loop over ``matmul`` and is rounded throughout.
- on JAX in ``tanh``: SimpleRNN with tanh even refuses, because the state changes its type. Products
  of matrices, relu, sigmoid and the identity are float64, and so is JAX's own tanh.

So 1e-10 is asked wherever float64 is reached, and 1e-6 elsewhere. That the table is the only cause
is tested as well: with "float64" in it, every cell agrees to 1e-10 on either backend.
"""

import os
import sys
from typing import Any

import numpy as np
import pytest

from app.core.network import Network
from app.core.spec import RunSpec
from app.core.trainer import network_of, streams, train
from app.interop.layouts import to_keras
from app.interop.program import program

# Both are read when keras and jax are imported, inside the tests.
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("JAX_ENABLE_X64", "1")

pytestmark = pytest.mark.peers

FLOAT64, FLOAT32 = 1e-10, 1e-6
MODELS: list[dict[str, Any]] = [
    {"cell": "rnn", "init": "pytorch"},
    {"cell": "rnn", "activation": "relu", "recurrent_init": "identity"},
    {"cell": "rnn", "activation": "sigmoid"},
    {"cell": "rnn", "activation": "linear"},
    {"cell": "lstm", "forget_bias": 2.0},
    {"cell": "lstm", "activation": "relu"},
    {"cell": "gru", "init": "pytorch", "update_bias": 1.0},
]
TASKS = [{"name": "adding", "length": 20}, {"name": "reber", "length": 20}]


def on_jax() -> bool:
    import keras

    return bool(keras.backend.backend() == "jax")


def has_tanh(model: dict[str, Any]) -> bool:
    return model.get("activation", "tanh") == "tanh"


class Compared:
    """A model of ours and its exported twin, on the same sequences and weights."""

    def __init__(self, model: dict[str, Any], task: dict[str, Any], dtype: str) -> None:
        import keras

        self.spec = RunSpec.from_dict({"model": model, "task": task, "dtype": dtype, "seed": 12})
        weights_rng, sequences_rng, _ = streams(self.spec.seed)
        self.ours: Network = network_of(self.spec)
        params = self.ours.init_params(weights_rng)
        self.params = {name: w.astype(dtype) for name, w in params.items()}
        self.xs = self.spec.task.sample(sequences_rng, 6).xs.astype(dtype)
        names: dict[str, Any] = {"__name__": "generated"}
        keras.config.set_dtype_policy(dtype)  # Keras keeps that of the first model it built
        exec(compile(program(self.spec, "keras"), "generated", "exec"), names)
        assert keras.config.floatx() == dtype
        self.theirs = names["build"]()
        weights = to_keras(self.spec.model.cell, self.params)
        for layer in self.theirs.layers:
            layer.set_weights([w for k, w in weights.items() if k.startswith(layer.name + "/")])

    def error(self, *, states: bool = False) -> float:
        """Return the largest difference of outputs, or of states, over the largest of them."""
        import keras

        outputs, trace = self.ours.forward(self.params, self.xs)
        network = self.theirs.layers[0] if states else self.theirs
        found = keras.ops.convert_to_numpy(network(self.xs.swapaxes(0, 1)))
        if self.spec.task.readout == "every":
            found, expected = found.swapaxes(0, 1), trace.hs if states else outputs
        else:
            expected = trace.hs[-1] if states else outputs
        return float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("task", TASKS, ids=str)
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_the_exported_model_computes_the_same(model: dict, task: dict, dtype: str) -> None:
    if on_jax() and model["cell"] == "rnn" and has_tanh(model) and dtype == "float64":
        with pytest.raises(TypeError, match="carry"):
            Compared(model, task, dtype).error()
        return
    compared = Compared(model, task, dtype)
    exact = dtype == "float64" and on_jax() and not has_tanh(model)
    assert compared.error() < (FLOAT64 if exact else FLOAT32)
    states_exact = exact or (
        dtype == "float64" and not on_jax() and model["cell"] != "rnn" and has_tanh(model)
    )
    assert compared.error(states=True) < (FLOAT64 if states_exact else FLOAT32)


@pytest.mark.parametrize("model", [m for m in MODELS if has_tanh(m)], ids=str)
def test_with_a_tanh_of_its_own_jax_is_float64(
    model: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not on_jax():
        return  # PyTorch's tanh is float64 as it is
    import jax.numpy
    from keras.src import activations

    named = activations.get
    monkeypatch.setattr(
        activations, "get", lambda name: jax.numpy.tanh if name == "tanh" else named(name)
    )
    assert Compared(model, TASKS[0], "float64").error() < FLOAT64


@pytest.mark.parametrize("task", TASKS, ids=str)
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_one_table_of_keras_is_all_that_stands_between(
    model: dict, task: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keras.src.backend.common import dtypes

    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    assert Compared(model, task, "float64").error() < FLOAT64


@pytest.mark.parametrize(
    ("model", "optimiser"),
    [
        *((model, "sgd") for model in MODELS),
        # Keras scales the ε of Adam, which counts where clipping leaves entries near it; so only
        # where the first gradients are of ordinary size.
        (MODELS[0], "adam"),
        (MODELS[4], "adam"),
        (MODELS[4], "rmsprop"),
    ],
    ids=str,
)
def test_the_program_trains_to_the_same_losses(
    model: dict,
    optimiser: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import keras

    spec = RunSpec.from_dict(
        {
            "model": model,
            "task": {"name": "multiplication", "length": 20},
            "training": {
                "steps": 12,
                "optimiser": optimiser,
                "learning_rate": 0.003,
                "momentum": 0.5,
                "clip_norm": 0.5,
            },
            "dtype": "float32",
            "frame_every": 3,
        }
    )
    keras.config.set_dtype_policy("float32")
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(program(spec, "keras"), "generated", "exec"), names)
    monkeypatch.setattr(sys, "argv", ["program.py"])
    names["main"]()
    printed = [float(line.split()[3]) for line in capsys.readouterr().out.splitlines() if line]
    computed = [frame.loss for frame in train(spec)]
    assert printed[0] == pytest.approx(computed[0], rel=2e-5)
    # Keras trains two biases of the GRU's r and z, whose sum moves twice as far as our one bias.
    np.testing.assert_allclose(printed, computed, rtol=0.02 if model["cell"] == "gru" else 2e-4)
