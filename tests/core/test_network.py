import numpy as np
import pytest

from app.core.cells import GRU, LSTM, RNN
from app.core.network import Network
from app.core.tasks import Batch

T, B, D, H, O = 6, 4, 2, 5, 3  # noqa: E741 - the legend's names


def batch_for(readout, loss, rng):
    lead = (B,) if readout == "last" else (T, B)
    numbers, classes = rng.normal(0.0, 1.0, (*lead, O)), rng.integers(0, O, lead)
    return Batch(rng.normal(0.0, 1.0, (T, B, D)), numbers if loss == "mse" else classes)


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize("cell", [RNN(hidden_size=H), LSTM(hidden_size=H), GRU(hidden_size=H)])
def test_the_readout_is_linear_in_h(cell, readout, loss):
    rng = np.random.default_rng(0)
    network = Network(cell, D, O, loss, readout)
    params = network.init_params(rng)
    batch = batch_for(readout, loss, rng)
    passed = network.forward_backward(params, batch)
    every = passed.trace.hs @ params["W_y"].T + params["b_y"]
    expected = every[-1] if readout == "last" else every
    np.testing.assert_allclose(passed.outputs, expected, rtol=1e-13, atol=1e-15)
    assert passed.losses.shape == (B,)
    assert passed.gradients.params.keys() == params.keys()


def test_a_readout_at_the_last_step_reaches_earlier_steps_through_the_recurrence_only():
    rng = np.random.default_rng(0)
    network = Network(RNN(hidden_size=H, gain=0.0), D, O, "mse", "last")
    passed = network.forward_backward(network.init_params(rng), batch_for("last", "mse", rng))
    dhs = passed.gradients.dhs_total
    assert dhs[-1].any()
    assert not dhs[:-1].any()


def test_weight_gradients_are_of_the_mean_and_state_gradients_of_each_sequence():
    rng = np.random.default_rng(0)
    network = Network(LSTM(hidden_size=H), D, O, "mse", "last")
    params, batch = network.init_params(rng), batch_for("last", "mse", rng)
    twice = Batch(np.tile(batch.xs, (1, 2, 1)), np.tile(batch.targets, (2, 1)))
    once, both = (network.forward_backward(params, b).gradients for b in (batch, twice))
    for name, d in once.params.items():
        np.testing.assert_allclose(both.params[name], d, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(both.dhs_total[:, :B], once.dhs_total, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("init", ["keras", "pytorch"])
def test_the_readout_begins_as_in_the_library_of_the_cell(init):
    network = Network(GRU(hidden_size=64, init=init), D, 32, "mse", "last")
    params = network.init_params(np.random.default_rng(0))
    limit = np.sqrt(6 / (64 + 32)) if init == "keras" else 1 / 8
    assert 0.98 * limit < np.abs(params["W_y"]).max() <= limit
    assert bool(params["b_y"].any()) == (init == "pytorch")


def test_the_room_of_a_trace_is_used_again():
    rng = np.random.default_rng(0)
    network = Network(GRU(hidden_size=H), D, O, "mse", "last")
    params = network.init_params(rng)
    first = network.forward_backward(params, batch_for("last", "mse", rng))
    second = network.forward_backward(params, batch_for("last", "mse", rng), first.trace)
    assert second.trace is first.trace
