"""Measuring without training: each change does what it says, and nothing else."""

import json

import numpy as np
import pytest

from app.core.cells import GRU
from app.core.interventions import SEQUENCES, Interventions, probe
from app.core.options import OptionError
from app.core.spec import RunSpec
from app.core.trainer import network_of, streams, train
from app.core.wire import probed_to_dict


def spec_of(cell="lstm", **body):
    base = {"task": {"length": 20}, "model": {"cell": cell, "hidden_size": 6}}
    return RunSpec.from_dict({**base, **body})


def test_without_a_change_it_is_the_untrained_network_of_a_run():
    """The same weights and probe sequence as frame 0 of the run; the batch has its own size."""
    spec = spec_of(training={"batch_size": SEQUENCES})
    first, probed = next(train(spec)), probe(spec, Interventions()).frame
    np.testing.assert_allclose(probed.grad_h, first.grad_h, rtol=1e-12)
    assert probed.loss == pytest.approx(first.loss, rel=1e-12)
    np.testing.assert_array_equal(probed.probe.inputs, first.probe.inputs)
    for name, w in first.weights.items():
        np.testing.assert_array_equal(probed.weights[name], w)


def test_trained_weights_can_be_given_and_stay_as_they_are():
    spec = spec_of()
    params = network_of(spec).init_params(streams(99)[0])
    before = {name: w.copy() for name, w in params.items()}
    probed = probe(spec, Interventions(forget_bias=3.0), params).frame
    for name, w in before.items():
        np.testing.assert_array_equal(params[name], w)
        rows = slice(12, None) if name == "b" else slice(None)
        np.testing.assert_array_equal(probed.weights[name][rows], w[rows])
    assert (probed.weights["b"][6:12] == 3).all()


def test_the_forget_bias_acts_on_the_update_gate_of_a_gru():
    probed = probe(spec_of("gru"), Interventions(forget_bias=2.0)).frame
    assert (probed.weights["b"][6:12] == 2).all()
    assert not probed.weights["b"][:6].any()


def test_a_clamped_forget_gate_is_seen_on_the_direct_path():
    probed = probe(spec_of(), Interventions(clamp_forget=0.9)).frame
    np.testing.assert_allclose(probed.direct / probed.direct[-1], 0.9 ** np.arange(19.0, -1, -1))
    assert probed.half_life == pytest.approx(np.log(2) / np.log(1 / 0.9))


def test_the_spectral_radius_scales_trained_weights():
    probed = probe(spec_of("rnn"), Interventions(spectral_radius=0.5)).frame
    assert np.abs(np.linalg.eigvals(probed.weights["W_h"])).max() == pytest.approx(0.5)


def test_length_input_scale_and_activation():
    plain = probe(spec_of("rnn"), Interventions()).frame
    changed = probe(
        spec_of("rnn"), Interventions(length=33, input_scale=10.0, activation="relu")
    ).frame
    assert len(changed.grad_h) == 33
    assert changed.probe.inputs[:, 1].max() == 10 * plain.probe.inputs[:, 1].max() == 10


@pytest.mark.parametrize(
    ("cell", "change"),
    [
        ("rnn", {"forget_bias": 1.0}),
        ("rnn", {"clamp_forget": 1.0}),
        ("gru", {"clamp_output": 1.0}),
        ("gru", {"activation": "relu"}),
        ("gru", {"spectral_radius": 1.0}),
        ("lstm", {"spectral_radius": 1.0}),
    ],
)
def test_a_change_that_does_not_apply_is_refused(cell, change):
    with pytest.raises(OptionError, match=f"does not apply to {cell}"):
        probe(spec_of(cell), Interventions(**change))


@pytest.mark.parametrize(
    "change", [{"clamp_forget": 1.1}, {"length": 0}, {"input_scale": -1.0}, {"activation": "gelu"}]
)
def test_a_change_out_of_range_is_refused(change):
    with pytest.raises(OptionError, match=f"interventions.{next(iter(change))}"):
        Interventions(**change)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_result_can_be_written(cell):
    written = json.loads(
        json.dumps(probed_to_dict(probe(spec_of(cell), Interventions()), "r"), allow_nan=False)
    )
    states = 12 if cell == "lstm" else 6
    assert len(written["lyapunov"]) == len(written["transport"]["first_spectrum"]) == states
    assert written["transport"]["timesteps"][-1] == 20
    assert written["transport"]["largest"][-1] == 1


def test_an_explosion_can_be_written():
    spec = spec_of("rnn", task={"length": 400})
    spec = RunSpec.from_dict({**spec.to_dict(), "model": {"cell": "rnn", "activation": "linear"}})
    probed = probe(spec, Interventions(spectral_radius=5.0, length=1000))
    written = json.loads(json.dumps(probed_to_dict(probed, "r"), allow_nan=False))
    assert None in written["grad_h"] or max(written["grad_h"]) > 1e100
    assert written["nonfinite"]


def test_a_huge_chain_of_jacobians_is_left_out():
    spec = RunSpec.from_dict({"task": {"length": 300}, "model": {"hidden_size": 64}})
    probed = probe(spec, Interventions())
    assert probed.transport is probed.lyapunov is None
    assert probed_to_dict(probed, "r")["transport"] is None
    assert GRU(hidden_size=64).hidden_size ** 2 * 300 < 4_000_000  # a GRU has half of the state


def test_an_infinite_transport_is_named():
    spec = RunSpec.from_dict(
        {"task": {"length": 400}, "model": {"cell": "rnn", "activation": "linear"}}
    )
    written = probed_to_dict(probe(spec, Interventions(spectral_radius=5.0, length=1000)), "r")
    assert None in written["transport"]["largest"]
    assert "transport" in written["nonfinite"]


def test_a_length_shorter_than_the_season_is_refused_where_it_was_asked():
    spec = RunSpec.from_dict({"task": {"name": "sales"}, "model": {"hidden_size": 2}})
    with pytest.raises(OptionError) as refused:
        probe(spec, Interventions(length=8))
    assert refused.value.path == "interventions.length"
