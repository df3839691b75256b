"""The challenges themselves, from easy to hard.

The words of a challenge are in the catalogues of the page, under ``challenge.<id>``.
"""

from typing import Any

from app.core.challenges.criteria import Challenge, Criterion, Value


def _recall(length: int) -> dict[str, Any]:
    return {"name": "recall", "length": length, "symbols": 4, "noise": 0.1}


def _adding(length: int) -> dict[str, Any]:
    return {"name": "adding", "length": length}


def _net(cell: str, **options: Any) -> dict[str, Any]:
    return {"cell": cell, "hidden_size": 32, **options}


def _adam(learning_rate: float, steps: int) -> dict[str, Any]:
    return {"optimiser": "adam", "learning_rate": learning_rate, "steps": steps}


def _must(**values: Value) -> tuple[Criterion, ...]:
    return tuple(Criterion(path.replace("__", "."), "=", value) for path, value in values.items())


_SOLVED = Criterion("state", "=", "solved")
_FREE = _must(model__clamp_forget=None)

_ALL = (
    Challenge(
        "rnn_one_percent",
        1,
        {
            "task": _recall(40),
            "model": _net("rnn", init="pytorch"),
            "training": _adam(0.0001, 20),
        },
        ("model.init", "model.recurrent_init", "model.spectral_radius"),
        (
            *_must(model__cell="rnn", task__name="recall"),
            Criterion("task.length", "≥", 40),
            Criterion("after.share_h", "≥", 0.01),
            Criterion("after.share_h", "≤", 100.0),
        ),
    ),
    Challenge(
        "half_life_50",
        1,
        {"task": _recall(50), "model": _net("lstm"), "training": _adam(0.001, 10)},
        ("model.forget_bias",),
        (
            *_must(model__cell="lstm", model__chrono_t_max=None),
            *_FREE,
            Criterion("before.half_life", "≥", 47.0),
            Criterion("before.half_life", "≤", 53.0),
        ),
    ),
    Challenge(
        "scale_relu",
        1,
        {
            "task": {"name": "sales", "length": 30, "season": 12, "scale": "raw"},
            "model": {"cell": "lstm", "hidden_size": 50, "activation": "relu"},
            "training": {**_adam(0.001, 600), "clip_norm": None},
        },
        ("task.scale", "model.activation", "training.learning_rate"),
        (
            *_must(model__cell="lstm", model__activation="relu", task__name="sales"),
            _SOLVED,
        ),
    ),
    Challenge(
        "break_lstm",
        1,
        {
            "task": _recall(100),
            "model": _net("lstm", forget_bias=3.0),
            "training": _adam(0.001, 300),
        },
        ("model.forget_bias", "model.clamp_forget"),
        (
            *_must(model__cell="lstm", task__name="recall", task__length=100, task__symbols=4),
            *_must(task__noise=0.1, training__optimiser="adam", training__learning_rate=0.001),
            Criterion("training.steps", "≥", 300),
            Criterion("before.share_c", "≤", 1e-10),
            Criterion("state", "one of", ("finished", "diverged")),
        ),
    ),
    Challenge(
        "direct_one_percent",
        2,
        {
            "task": _recall(60),
            "model": _net("lstm", clamp_forget=0.9),
            "training": _adam(0.001, 10),
        },
        ("task.length", "model.clamp_forget"),
        (
            *_must(model__cell="lstm"),
            Criterion("task.length", "≥", 50),
            Criterion("model.clamp_forget", "≤", 1.0),
            Criterion("before.direct_share", "≥", 0.009),
            Criterion("before.direct_share", "≤", 0.011),
        ),
    ),
    Challenge(
        "alive_untrained",
        2,
        {"task": _adding(100), "model": _net("lstm"), "training": _adam(0.001, 10)},
        ("model.forget_bias", "model.chrono_t_max"),
        (
            *_must(model__cell="lstm", task__name="adding", model__gain=1.0),
            *_FREE,
            Criterion("task.length", "≥", 100),
            Criterion("before.share_c", "≥", 0.1),
        ),
    ),
    Challenge(
        "lstm_explodes",
        2,
        {"task": _adding(100), "model": _net("lstm"), "training": _adam(0.001, 10)},
        ("model.gain", "model.forget_bias"),
        (
            *_must(model__cell="lstm", model__activation="tanh"),
            Criterion("before.share_c", "≥", 100.0),
        ),
    ),
    Challenge(
        "rnn_remembers",
        2,
        {
            "task": _recall(60),
            "model": _net("rnn", init="pytorch"),
            "training": _adam(0.001, 600),
        },
        ("model.init", "model.activation", "training.learning_rate"),
        (
            *_must(model__cell="rnn", task__name="recall"),
            Criterion("task.length", "≥", 60),
            _SOLVED,
        ),
    ),
    Challenge(
        "learn_to_open",
        3,
        {"task": _adding(50), "model": _net("lstm"), "training": _adam(0.0001, 1000)},
        ("training.learning_rate", "training.optimiser", "model.hidden_size"),
        (
            *_must(model__cell="lstm", task__name="adding", model__chrono_t_max=None),
            *_FREE,
            Criterion("task.length", "≥", 50),
            Criterion("model.forget_bias", "≤", 1.0),
            Criterion("before.share_c", "≤", 0.001),
            Criterion("after.share_c", "≥", 0.1),
            _SOLVED,
        ),
    ),
    Challenge(
        "small_gru",
        3,
        {
            "task": _adding(50),
            "model": {"cell": "gru", "hidden_size": 8},
            "training": _adam(0.001, 1000),
        },
        ("model.hidden_size", "training.learning_rate", "model.update_bias"),
        (
            *_must(model__cell="gru", task__name="adding"),
            Criterion("model.hidden_size", "≤", 8),
            Criterion("task.length", "≥", 50),
            Criterion("training.steps", "≤", 1000),
            _SOLVED,
        ),
    ),
)

CHALLENGES: dict[str, Challenge] = {challenge.id: challenge for challenge in _ALL}
