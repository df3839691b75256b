import json

import numpy as np
import pytest

from app.core.arrays import flatten
from app.core.optimisers import SGD
from app.core.spec import RunSpec
from app.core.tasks.adding import Adding
from app.core.trainer import SCORE_WINDOW, network_of, streams, train
from app.core.wire import frame_to_json


def spec_of(cell="lstm", task=None, model=None, training=None, **top):
    return RunSpec.from_dict(
        {
            "task": {"name": "adding", "length": 12, **(task or {})},
            "model": {"cell": cell, "hidden_size": 6, **(model or {})},
            "training": {"batch_size": 4, "steps": 25, **(training or {})},
            **top,
        }
    )


EASY = {
    "task": {"name": "recall", "length": 4, "symbols": 2},
    "model": {"cell": "rnn", "hidden_size": 8},
    "training": {"steps": 400, "batch_size": 16},
}
# No clipping and a rate of one: a relu network with tenfold recurrent weights cannot but explode.
EXPLOSIVE = {
    "task": {"name": "adding", "length": 20},
    "model": {"cell": "rnn", "activation": "relu", "hidden_size": 8, "gain": 10.0},
    "training": {"optimiser": "sgd", "learning_rate": 1.0, "clip_norm": None, "steps": 50},
}


class TestFrames:
    def test_are_gapless_and_end_with_the_last_step(self):
        frames = list(train(spec_of(frame_every=10)))
        assert [frame.seq for frame in frames] == [0, 1, 2, 3]
        assert [frame.step for frame in frames] == [0, 10, 20, 25]
        assert [frame.state for frame in frames] == ["running", "running", "running", "finished"]

    def test_the_last_step_gets_one_frame_only(self):
        frames = list(train(spec_of(frame_every=5)))
        assert [frame.step for frame in frames] == [0, 5, 10, 15, 20, 25]

    def test_the_first_shows_the_untrained_network(self):
        spec = spec_of()
        first = next(train(spec))
        weights_rng, sequences_rng, _ = streams(spec.seed)
        network = network_of(spec)
        params = network.init_params(weights_rng)
        passed = network.forward_backward(params, spec.task.sample(sequences_rng, 4))
        assert (first.seq, first.step) == (0, 0)
        assert first.loss == passed.losses.mean()
        for name, w in params.items():
            np.testing.assert_array_equal(first.weights[name], w)

    @pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
    def test_say_what_their_cell_has(self, cell):
        first = next(train(spec_of(cell)))
        assert first.grad_h.shape == (12,)
        assert (first.grad_c is not None) == (first.retention_c is not None) == (cell == "lstm")
        assert (first.bound is not None) == (cell == "rnn")
        assert (first.direct is None) == (first.half_life is None) == (cell == "rnn")
        gates = {
            "rnn": set(),
            "lstm": {"input_gate", "forget_gate", "candidate", "output_gate"},
            "gru": {"reset_gate", "update_gate", "candidate"},
        }[cell]
        assert first.gates.keys() == gates
        states = {"rnn": {"pre_activation"}, "lstm": {"cell_state"}, "gru": set()}[cell]
        assert first.probe.units.keys() == gates | states | {"hidden_state"}
        assert first.probe.inputs.shape == (12, 2)
        for band in first.gates.values():
            assert (band.p10 <= band.mean + 1e-12).all()
            assert (band.mean <= band.p90 + 1e-12).all()

    @pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
    def test_the_units_of_the_probe_satisfy_the_equations_of_their_cell(self, cell):
        """What the diagram of the cell shows can be checked by hand."""
        unit = next(train(spec_of(cell))).probe.units
        before = {name: np.vstack([np.zeros_like(s[:1]), s[:-1]]) for name, s in unit.items()}
        h = unit["hidden_state"]
        if cell == "rnn":
            np.testing.assert_allclose(h, np.tanh(unit["pre_activation"]), atol=1e-12)
        elif cell == "lstm":
            c = unit["forget_gate"] * before["cell_state"] + unit["input_gate"] * unit["candidate"]
            np.testing.assert_allclose(unit["cell_state"], c, atol=1e-12)
            np.testing.assert_allclose(h, unit["output_gate"] * np.tanh(c), atol=1e-12)
        else:
            z, n = unit["update_gate"], unit["candidate"]
            np.testing.assert_allclose(h, z * before["hidden_state"] + (1 - z) * n, atol=1e-12)

    def test_at_most_16_units_are_shown(self):
        first = next(train(spec_of(model={"hidden_size": 20})))
        assert {units.shape for units in first.probe.units.values()} == {(12, 16)}

    def test_units_and_weights_come_with_every_tenth_frame_and_the_last(self):
        frames = list(train(spec_of(frame_every=1)))
        carrying = [frame.seq for frame in frames if frame.probe is not None]
        assert carrying == [frame.seq for frame in frames if frame.weights is not None]
        assert carrying == [0, 10, 20, 25]

    def test_keep_their_numbers_while_training_goes_on(self):
        """Buffers are used again by every step: what a frame holds must be its own."""
        spec = spec_of(frame_every=1)
        kept = [(frame, frame_to_json(frame, "r"), frame.weights) for frame in train(spec)]
        for frame, written, _ in kept:
            assert frame_to_json(frame, "r") == written
        assert not np.array_equal(kept[0][2]["W_h"], kept[10][2]["W_h"])

    @pytest.mark.parametrize(
        "task",
        [
            {"name": "copy", "length": 5},
            {"name": "temporal_order", "length": 12},
            {"name": "reber", "length": 15},
            {"name": "adding_hs97", "length": 20},
            {"name": "sales", "length": 12, "scale": "raw"},
        ],
        ids=lambda task: task["name"],
    )
    @pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
    def test_of_any_task_can_be_written(self, cell, task):
        body = {"model": {"cell": cell, "hidden_size": 4}, "training": {"steps": 3}, "task": task}
        for frame in train(RunSpec.from_dict({**body, "frame_every": 1})):
            written = json.loads(frame_to_json(frame, "r"))
            assert written["nonfinite"] == []
            assert len(written["grad_h"]) <= RunSpec.from_dict(body).task.steps


class TestTheSameSpec:
    @pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
    def test_gives_the_same_frames(self, cell):
        written = [[frame_to_json(f, "r") for f in train(spec_of(cell))] for _ in range(2)]
        assert written[0] == written[1]

    def test_with_another_seed_gives_others(self):
        assert next(train(spec_of(seed=0))).loss != next(train(spec_of(seed=1))).loss


def batches_of(spec, monkeypatch):
    """Return every batch that a run draws."""
    drawn = []
    sample = Adding.sample

    def recorded(self, rng, batch_size):
        drawn.append(sample(self, rng, batch_size))
        return drawn[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Adding, "sample", recorded)
        list(train(spec))
    return drawn


@pytest.mark.parametrize(
    "other",
    [
        {"cell": "rnn"},
        {"cell": "gru"},
        {"model": {"hidden_size": 9}},
        {"model": {"init": "pytorch", "recurrent_init": "gaussian"}},
        {"training": {"optimiser": "sgd"}},
        {"dtype": "float32"},
    ],
    ids=str,
)
def test_the_model_does_not_change_the_sequences(other, monkeypatch):
    ours, theirs = (batches_of(spec, monkeypatch) for spec in (spec_of(), spec_of(**other)))
    assert len(ours) == len(theirs) == 27  # the probe, and one batch for each of 0 … 25
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.xs, b.xs)
        np.testing.assert_array_equal(a.targets, b.targets)
    assert not np.array_equal(ours[1].xs, ours[2].xs)  # every batch is fresh


def test_the_loop_is_plain_descent():
    """Ten lines by hand give the same losses, metrics and norms."""
    spec = spec_of(
        training={"optimiser": "sgd", "learning_rate": 0.3, "momentum": 0.5, "clip_norm": 0.7},
        frame_every=1,
    )
    weights_rng, sequences_rng, _ = streams(spec.seed)
    network = network_of(spec)
    flat, params = flatten(network.init_params(weights_rng))
    descent, scores = SGD(flat, 0.3, 0.5), []
    clipped = []
    for frame in train(spec):
        batch = spec.task.sample(sequences_rng, 4)
        passed = network.forward_backward(params, batch)
        gradient, _ = flatten({name: passed.gradients.params[name] for name in params})
        norm = np.linalg.norm(gradient)
        scores.append(np.mean((passed.outputs - batch.targets) ** 2))
        assert frame.loss == pytest.approx(passed.losses.mean(), rel=1e-12)
        assert frame.grad_norm == pytest.approx(norm, rel=1e-12)
        assert frame.metric == pytest.approx(np.mean(scores[-10:]), rel=1e-12)
        assert frame.clipped == (norm > 0.7)
        clipped.append(frame.clipped)
        descent.update(flat, gradient * min(1.0, 0.7 / norm))
    assert len(scores) == 26
    assert True in clipped
    assert False in clipped


class TestTheEnd:
    def test_solved(self):
        frames = list(train(RunSpec.from_dict({**EASY, "frame_every": 100})))
        last = frames[-1]
        assert last.state == "solved"
        assert SCORE_WINDOW - 1 <= last.step < 400
        assert last.metric > 0.95
        assert [frame.seq for frame in frames] == list(range(len(frames)))

    def test_solved_takes_a_whole_window_of_scores(self):
        """Ten batches in a row: one lucky batch is not a solution."""
        trivial = {**EASY, "task": {**EASY["task"], "symbols": 1, "length": 2}}
        assert list(train(RunSpec.from_dict(trivial)))[-1].step >= SCORE_WINDOW - 1

    def test_a_solved_run_may_go_on(self):
        training = {**EASY["training"], "stop_when_solved": False}
        last = list(train(RunSpec.from_dict({**EASY, "training": training})))[-1]
        assert (last.state, last.step) == ("finished", 400)
        assert last.metric > 0.95

    def test_finished(self):
        last = list(train(spec_of(training={"steps": 1})))[-1]
        assert (last.state, last.step, last.seq) == ("finished", 1, 1)

    def test_diverged(self):
        frames = list(train(RunSpec.from_dict(EXPLOSIVE)))
        last = frames[-1]
        assert last.state == "diverged"
        assert last.step < 50
        assert not (np.isfinite(last.loss) and np.isfinite(last.grad_norm))
        written = json.loads(frame_to_json(last, "r"))
        assert {"loss", "grad_norm"} & set(written["nonfinite"])
        assert np.isfinite(frames[0].loss)

    def test_clipping_cures_the_explosion(self):
        training = {**EXPLOSIVE["training"], "clip_norm": 1.0, "learning_rate": 0.001}
        last = list(train(RunSpec.from_dict({**EXPLOSIVE, "training": training})))[-1]
        assert last.state == "finished"

    def test_stopped_from_outside(self):
        asked = []

        def stop():
            asked.append(None)
            return len(asked) == 8

        frames = list(train(spec_of(frame_every=5), should_stop=stop))
        assert [(frame.step, frame.state) for frame in frames] == [(0, "running"), (5, "running")]
        assert len(asked) == 8  # after steps 0 … 7


class TestTheCaller:
    def test_keeps_its_own_numeric_error_settings(self):
        before = np.geterr()
        frames = train(RunSpec.from_dict(EXPLOSIVE))
        for _ in frames:
            assert np.geterr() == before
        assert np.geterr() == before

    def test_may_read_two_runs_side_by_side(self):
        """No warning (an error here) from the explosion once the other run has ended."""
        long, short = train(RunSpec.from_dict(EXPLOSIVE)), train(spec_of(training={"steps": 1}))
        next(long), next(short)
        list(short)
        assert list(long)[-1].state == "diverged"


class TestFloat32:
    def test_is_near_float64_at_first(self):
        exact, single = next(train(spec_of())), next(train(spec_of(dtype="float32")))
        assert {w.dtype for w in single.weights.values()} == {np.dtype(np.float32)}
        assert single.loss == pytest.approx(exact.loss, rel=1e-5)
        assert single.loss != exact.loss
        np.testing.assert_allclose(single.grad_h, exact.grad_h, rtol=1e-4)
        assert single.grad_h.dtype == np.float64

    def test_learns(self):
        assert list(train(RunSpec.from_dict({**EASY, "dtype": "float32"})))[-1].state == "solved"

    @pytest.mark.parametrize("lift_small", [True, False])
    def test_shows_what_it_loses_where_small_gradients_are_not_lifted(self, lift_small):
        first = next(
            train(
                spec_of(
                    "rnn",
                    task={"length": 300},
                    model={"init": "pytorch"},
                    dtype="float32",
                    lift_small=lift_small,
                )
            )
        )
        assert (first.grad_h[0] > 0) == lift_small
        assert (first.retention_h is not None) == lift_small
