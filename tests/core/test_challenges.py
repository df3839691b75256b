"""Every challenge: its start fails, and there is a solution that passes."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.core.challenges import CHALLENGES, FINAL, Criterion, Value, grade, quantities
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_dict
from app.fused import kernels_for

# What solves each, as changes of its start.
SOLUTIONS: dict[str, dict[str, Any]] = {
    "rnn_one_percent": {"model.init": "keras"},
    "half_life_50": {"model.forget_bias": 4.3},
    "scale_relu": {"task.scale": "unit"},
    "break_lstm": {"model.clamp_forget": 0.5},
    "direct_one_percent": {"model.clamp_forget": 0.925},
    "alive_untrained": {"model.chrono_t_max": 100.0},
    "lstm_explodes": {"model.gain": 5.0, "model.forget_bias": 3.0},
    "rnn_remembers": {"model.init": "keras"},
    "learn_to_open": {"training.learning_rate": 0.01},
    "small_gru": {"training.learning_rate": 0.02},
}


def changed(start: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    body = deepcopy(start)
    for path, value in change.items():
        section, _, name = path.partition(".")
        body[section][name] = value
    return body


def trained(body: dict[str, Any]) -> Callable[[str], Value]:
    # With the kernels that a container has, which are several times faster; and only the first and
    # the last frame are asked about.
    steps = RunSpec.from_dict(body).training.steps
    spec = RunSpec.from_dict({**body, "frame_every": steps})
    kernels = kernels_for("fused")
    frames = [frame_to_dict(frame, "x") for frame in train(spec, kernels=kernels)]
    return quantities(spec.to_dict(), frames[-1]["state"], frames[0], frames[-1])


def test_every_challenge_has_a_solution_here() -> None:
    assert list(SOLUTIONS) == list(CHALLENGES)
    assert len(CHALLENGES) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("challenge_id", CHALLENGES)
def test_the_solution_passes(challenge_id: str) -> None:
    challenge = CHALLENGES[challenge_id]
    verdicts = grade(challenge, trained(changed(challenge.start, SOLUTIONS[challenge_id])))
    assert [verdict for verdict in verdicts if not verdict.passed] == []


@pytest.mark.slow
@pytest.mark.parametrize("challenge_id", CHALLENGES)
def test_the_start_fails_by_what_the_challenge_is_about(challenge_id: str) -> None:
    challenge = CHALLENGES[challenge_id]
    verdicts = grade(challenge, trained(challenge.start))
    failed = {verdict.criterion.quantity for verdict in verdicts if not verdict.passed}
    assert failed
    # The start already is what the challenge demands of the set-up; the reader changes the rest.
    assert all(name == "state" or name.startswith(("before.", "after.")) for name in failed)


@pytest.mark.parametrize("challenge_id", CHALLENGES)
def test_another_network_does_not_pass(challenge_id: str) -> None:
    """A run that has every number right but another cell is refused."""
    challenge = CHALLENGES[challenge_id]
    cell = challenge.start["model"]["cell"]

    def look_up(quantity: str) -> Value:
        if quantity == "model.cell":
            return "gru" if cell == "lstm" else "lstm"
        wanted = next(c.value for c in challenge.criteria if c.quantity == quantity)
        return wanted[0] if isinstance(wanted, tuple) else wanted

    failed = [v.criterion.quantity for v in grade(challenge, look_up) if not v.passed]
    assert "model.cell" in failed


@pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=lambda challenge: challenge.id)
def test_controls_are_options_and_criteria_can_be_read(challenge: Any) -> None:
    spec = RunSpec.from_dict(challenge.start).to_dict()
    frame = {"direct": [1.0, 1.0], "retention_h": 0.0, "retention_c": 0.0, "half_life": 1.0}
    look_up = quantities(spec, "solved", frame, frame)
    for path in challenge.controls:
        section, name = path.split(".")
        assert name in spec[section]
    for criterion in challenge.criteria:
        look_up(criterion.quantity)
        section, _, name = criterion.quantity.partition(".")
        assert section in ("state", "before", "after") or name in spec[section]


@pytest.mark.parametrize(
    ("sign", "value", "found", "passed"),
    [
        ("=", None, None, True),
        ("=", None, 0.5, False),
        ("=", "lstm", "lstm", True),
        ("≥", 0.01, 0.01, True),
        ("≥", 0.01, 0.0099, False),
        ("≥", 0.01, None, False),
        ("≤", 1.0, None, False),
        ("≤", 1.0, float("nan"), False),
        ("≤", 1.0, "1", False),
        ("one of", ("finished", "diverged"), "diverged", True),
        ("one of", ("finished", "diverged"), "solved", False),
    ],
)
def test_a_criterion(sign: str, value: Any, found: Value, passed: bool) -> None:
    challenge = CHALLENGES["half_life_50"]
    only = type(challenge)("x", 1, {}, (), (Criterion("state", sign, value),))
    assert grade(only, lambda _: found)[0].passed is passed


def test_a_share_survives_an_overflow_and_an_empty_path() -> None:
    frame = {"direct": None, "retention_h": 400.0, "retention_c": None, "half_life": None}
    look_up = quantities({}, "diverged", frame, frame)
    assert look_up("after.share_h") == 1e300
    assert look_up("after.share_c") is None
    assert look_up("after.direct_share") is None
    assert json.dumps(look_up("after.share_h"))
    assert "diverged" in FINAL
