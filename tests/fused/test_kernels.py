"""The fused kernels compute what the cells compute, for every cell, option and number format."""

import dataclasses
import importlib.util
import os

import numpy as np
import pytest

from app import fused
from app.core.cells import GRU, LSTM, RNN
from app.core.network import Network
from app.core.spec import RunSpec
from app.core.tasks.base import Batch
from app.core.trainer import train

if importlib.util.find_spec("numba") is None and not os.environ.get("CI"):
    pytest.skip("the fused kernels need Numba, which is optional", allow_module_level=True)

# Rounding: one unit in the last place is 2e-16, and sums have hundreds of terms.
TOLERANCE = {"float64": 1e-12, "float32": 2e-5}

CELLS = [
    *(RNN(hidden_size=7, activation=a) for a in ("tanh", "relu", "sigmoid", "linear")),
    RNN(hidden_size=1),
    RNN(hidden_size=33, init="pytorch"),
    LSTM(hidden_size=7),
    LSTM(hidden_size=1),
    LSTM(hidden_size=33, init="pytorch"),
    LSTM(hidden_size=7, activation="relu"),
    LSTM(hidden_size=7, chrono_t_max=20.0),
    LSTM(hidden_size=7, clamp_forget=1.0),
    LSTM(hidden_size=7, clamp_forget=0.0),
    LSTM(hidden_size=7, clamp_input=0.3),
    LSTM(hidden_size=7, clamp_output=1.0),
    LSTM(hidden_size=7, clamp_input=0.5, clamp_forget=0.9, clamp_output=0.7, activation="relu"),
    LSTM(hidden_size=7, coupled=True),
    LSTM(hidden_size=7, coupled=True, clamp_forget=0.8),
    LSTM(hidden_size=7, coupled=True, clamp_output=0.8, activation="relu"),
    GRU(hidden_size=7),
    GRU(hidden_size=1),
    GRU(hidden_size=33, init="pytorch"),
    GRU(hidden_size=7, chrono_t_max=20.0),
]


def label(cell):
    changed = [
        f"{f.name}={value}"
        for f in dataclasses.fields(cell)
        if f.name != "cell" and (value := getattr(cell, f.name)) != f.default
    ]
    return " ".join([cell.cell, *changed])


def both(cell, dtype, *, steps=19, batch_size=13, readout="last", lift_small=True, scale=1.0):
    """Run the same batch through the cell itself and through the fused kernels."""
    rng = np.random.default_rng(5)
    passes = []
    xs = rng.standard_normal((steps, batch_size, 3)).astype(dtype)
    shape = (batch_size, 2) if readout == "last" else (steps, batch_size, 2)
    batch = Batch(xs, rng.standard_normal(shape).astype(dtype))
    for name in fused.NAMES:
        network = Network(cell, 3, 2, "mse", readout, lift_small, fused.kernels_for(name))
        params = network.init_params(np.random.default_rng(6))
        params = {k: (scale * w).astype(dtype) for k, w in params.items()}
        passes.append(network.forward_backward(params, batch))
    return passes


def assert_close(got, wanted, tolerance):
    """Compare relative to the largest entry: a single one may be a difference of large numbers."""
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype
    np.testing.assert_allclose(
        got, wanted, rtol=0, atol=tolerance * max(float(np.abs(wanted).max()), 1e-300)
    )


def assert_equal_passes(reference, other, tolerance):
    for name in ("stacked", "gates", "dh", "dz"):
        assert_close(getattr(other.trace, name), getattr(reference.trace, name), tolerance)
    assert other.trace.kept.keys() == reference.trace.kept.keys()
    for name, kept in reference.trace.kept.items():
        assert_close(other.trace.kept[name], kept, tolerance)
    assert other.gradients.params.keys() == reference.gradients.params.keys()
    for name, gradient in reference.gradients.params.items():
        assert_close(other.gradients.params[name], gradient, tolerance)
    np.testing.assert_array_equal(other.gradients.exponent, reference.gradients.exponent)
    assert_close(other.losses, reference.losses, tolerance)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS, ids=label)
def test_every_cell_and_option_equals_the_reference(cell, readout, dtype):
    reference, other = both(cell, dtype, readout=readout)
    assert_equal_passes(reference, other, TOLERANCE[dtype])


@pytest.mark.parametrize("batch_size", [1, 2, 4, 8, 12, 16, 31, 64])
@pytest.mark.parametrize("hidden", [2, 5, 6, 8, 16, 31])
def test_sizes_with_and_without_a_remainder(hidden, batch_size):
    for cell in (RNN(hidden_size=hidden), LSTM(hidden_size=hidden), GRU(hidden_size=hidden)):
        assert_equal_passes(*both(cell, "float64", steps=5, batch_size=batch_size), 1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
def test_a_vanishing_signal_is_lifted_by_the_same_powers(cell, dtype):
    # Small weights: the signal loses a constant factor per step.
    reference, other = both(
        cell(hidden_size=8), dtype, steps=500 if dtype == "float64" else 120, scale=0.1
    )
    assert reference.gradients.exponent.max() > 0
    np.testing.assert_array_equal(other.gradients.exponent, reference.gradients.exponent)
    for t in range(len(reference.trace.dh)):  # each step by itself: all of them are data
        assert_close(other.trace.dh[t], reference.trace.dh[t], 100 * TOLERANCE[dtype])
    for name, gradient in reference.gradients.params.items():
        assert_close(other.gradients.params[name], gradient, TOLERANCE[dtype])


@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
def test_without_lifting_nothing_is_lifted(cell):
    reference, other = both(cell(hidden_size=8), "float32", steps=60, scale=0.1, lift_small=False)
    assert not other.gradients.exponent.any()
    for name, gradient in reference.gradients.params.items():
        assert_close(other.gradients.params[name], gradient, TOLERANCE["float32"])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("weight", ["W_x", "W_h", "b"])
@pytest.mark.parametrize("cell", CELLS, ids=label)
def test_what_is_not_finite_stays_visible(cell, weight, bad):
    """A run has diverged when its loss or its gradient is not finite: both must agree on that."""
    finite = {}
    for name in fused.NAMES:
        network = Network(cell, 1, 1, "mse", "last", kernels=fused.kernels_for(name))
        params = network.init_params(np.random.default_rng(0))
        params[weight].reshape(-1)[0] = bad
        passed = network.forward_backward(params, Batch(np.ones((3, 2, 1)), np.ones((2, 1))))
        gradient = np.concatenate([d.ravel() for d in passed.gradients.params.values()])
        finite[name] = bool(np.isfinite(passed.losses).all()), bool(np.isfinite(gradient).all())
    assert finite["fused"] == finite["numpy"]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_training_takes_the_same_path(cell):
    spec = RunSpec.from_dict(
        {
            "task": {"name": "adding", "length": 20},
            "model": {"cell": cell, "hidden_size": 12},
            "training": {"steps": 60, "batch_size": 10},
        }
    )
    runs = [list(train(spec, kernels=fused.kernels_for(name))) for name in fused.NAMES]
    assert len(runs[0]) == len(runs[1])
    for plain, compiled in zip(*runs, strict=True):
        assert compiled.state == plain.state
        np.testing.assert_allclose(compiled.loss, plain.loss, rtol=1e-9)
        np.testing.assert_allclose(compiled.grad_h, plain.grad_h, rtol=1e-8)


def test_a_trace_serves_again():
    network = Network(LSTM(hidden_size=4), 2, 1, "mse", "last", kernels=fused.kernels_for("fused"))
    params = network.init_params(np.random.default_rng(0))
    rng = np.random.default_rng(1)
    batches = [Batch(rng.standard_normal((6, 3, 2)), rng.standard_normal((3, 1))) for _ in range(2)]
    first = network.forward_backward(params, batches[0])
    fresh = network.forward_backward(params, batches[1])
    again = network.forward_backward(params, batches[1], first.trace)
    assert again.trace is first.trace
    for name, gradient in fresh.gradients.params.items():
        np.testing.assert_array_equal(again.gradients.params[name], gradient)


def test_a_wrong_readout_gradient_is_refused():
    kernels = fused.kernels_for("fused")
    for cell in (RNN(hidden_size=2), LSTM(hidden_size=2), GRU(hidden_size=2)):
        params = cell.init_params(np.random.default_rng(0), 1)
        trace = kernels.forward(cell, params, np.zeros((3, 4, 1)), None)
        with pytest.raises(ValueError, match="shape of the trace"):
            kernels.backward(cell, params, trace, np.zeros((3, 4, 5)), lift_small=True)
