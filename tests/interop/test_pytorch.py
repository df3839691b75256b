"""The exported models in PyTorch itself."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.core.spec import RunSpec
from app.core.trainer import network_of, streams, train
from app.interop.layouts import to_pytorch
from app.interop.program import program

pytestmark = pytest.mark.peers

TOLERANCE = {"float64": 1e-10, "float32": 1e-6}
MODELS = [
    {"cell": "rnn", "init": "pytorch"},
    {"cell": "rnn", "activation": "relu", "recurrent_init": "identity"},
    {"cell": "lstm", "forget_bias": 2.0},
    {"cell": "gru", "init": "pytorch", "update_bias": 1.0},
]
TASKS = [{"name": "adding", "length": 20}, {"name": "reber", "length": 20}]


def ours(body: dict) -> tuple[RunSpec, dict, np.ndarray, np.ndarray]:
    spec = RunSpec.from_dict(body)
    network = network_of(spec)
    weights_rng, sequences_rng, _ = streams(spec.seed)
    params = network.init_params(weights_rng)
    params = {name: w.astype(spec.dtype) for name, w in params.items()}
    xs = spec.task.sample(sequences_rng, 6).xs.astype(spec.dtype)
    outputs, _ = network.forward(params, xs)
    return spec, params, xs, outputs


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("task", TASKS, ids=str)
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_pytorch_computes_the_same_outputs(model: dict, task: dict, dtype: str) -> None:
    import torch

    spec, params, xs, expected = ours({"model": model, "task": task, "dtype": dtype, "seed": 11})
    names: dict = {"__name__": "generated"}
    exec(compile(program(spec, "pytorch"), "generated", "exec"), names)
    torch_dtype = getattr(torch, dtype)
    network = names["Network"]().to(torch_dtype)
    weights = to_pytorch(spec.model.cell, params)
    network.load_state_dict({k: torch.tensor(np.ascontiguousarray(w)) for k, w in weights.items()})
    outputs = network(torch.tensor(xs)).detach().numpy()
    np.testing.assert_allclose(outputs, expected, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_the_pytorch_program_trains_to_the_same_losses(
    model: dict, optimiser: str, tmp_path: Path
) -> None:
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
            "frame_every": 3,
        }
    )
    script = tmp_path / "program.py"
    script.write_text(program(spec, "pytorch"), "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    printed = [float(line.split()[3]) for line in done.stdout.splitlines()]
    computed = [frame.loss for frame in train(spec)]
    np.testing.assert_allclose(printed, computed, rtol=2e-5)  # six digits are printed
