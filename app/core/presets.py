"""Ready-made experiments, each built around one question.

The words of a preset (title, question, options, what to notice) are in the catalogues of the page,
under ``preset.<id>``. Here is what is trained, which prediction turns out right, and what the words
claim, as data: ``python -m app verify-presets`` trains every preset over many seeds, and a test
holds the claims against what it found.
"""

from dataclasses import dataclass, field
from typing import Any

Claim = tuple[str, str, str, float | str]


@dataclass(frozen=True)
class Preset:
    """An experiment with a question.

    Attributes
    ----------
    id : str
    topic : str
        Where it belongs: ``memory``, ``gates``, ``limits`` or ``applications``.
    base : dict
        The spec that all runs share.
    models : dict
        The runs by a short key, in their order: what each changes in the base, by dotted path.
    prediction_options : tuple of str
        Keys of the answers offered before the run.
    answer : str
        The option that the verified runs show to be right.
    claims : tuple
        (run key, quantity, "<" or ">", number or other run key), as in ``app.studies.verify``.
    controls : tuple of str
        Dotted paths of the options that the page offers first.
    """

    id: str
    topic: str
    base: dict[str, Any]
    models: dict[str, dict[str, Any]]
    prediction_options: tuple[str, ...]
    answer: str
    claims: tuple[Claim, ...]
    controls: tuple[str, ...] = field(default=("task.length", "training.learning_rate"))

    @property
    def experiment(self) -> dict[str, Any]:
        """Return the experiment as ``POST /experiments`` takes it."""
        return {"runs": [merged(self.base, change) for change in self.models.values()]}


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` with some sections replaced and some dotted paths set."""
    spec = {
        section: dict(body) if isinstance(body, dict) else body for section, body in base.items()
    }
    for path, value in change.items():
        section, _, name = path.partition(".")
        if name:
            spec.setdefault(section, {})[name] = value
        else:
            spec[section] = value
    return spec


def _net(cell: str, **options: Any) -> dict[str, Any]:
    return {"model": {"cell": cell, "hidden_size": 32, **options}}


# The plain RNN starts from PyTorch's U(±1/√H) where the question is how an ordinary RNN forgets.
_RNN = _net("rnn", init="pytorch")
_WHICH = ("all", "gated", "rnn", "none")


def _adam(learning_rate: float, steps: int, **options: Any) -> dict[str, Any]:
    return {"optimiser": "adam", "learning_rate": learning_rate, "steps": steps, **options}


_ALL = (
    Preset(
        id="classic",
        topic="memory",
        base={"task": {"name": "adding", "length": 50}, "training": _adam(0.01, 1000)},
        models={"rnn": _RNN, "lstm": _net("lstm"), "gru": _net("gru")},
        prediction_options=_WHICH,
        answer="gated",
        claims=(
            ("rnn", "solved", "<", 0.01),
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("lstm", "retention_h_after", ">", "lstm.retention_h_before"),
            ("gru", "retention_h_after", ">", "gru.retention_h_before"),
            ("rnn", "retention_h_after", "<", -6.0),
        ),
    ),
    Preset(
        id="recall",
        topic="memory",
        base={
            "task": {"name": "recall", "length": 100, "symbols": 4, "noise": 0.1},
            "training": _adam(0.001, 600),
        },
        models={
            "rnn": _RNN,
            "lstm": _net("lstm", forget_bias=3.0),
            "gru": _net("gru", update_bias=3.0),
        },
        prediction_options=_WHICH,
        answer="gated",
        claims=(
            ("rnn", "solved", "<", 0.11),
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "retention_h_before", "<", -15.0),
            ("lstm", "retention_h_before", ">", -1.5),
        ),
    ),
    Preset(
        id="untrained",
        topic="memory",
        base={
            "task": {"name": "adding", "length": 100},
            "training": _adam(0.001, 20),
            "frame_every": 1,
        },
        models={"rnn": _net("rnn"), "lstm": _net("lstm"), "chrono": _net("lstm", chrono_t_max=100)},
        prediction_options=("rnn", "lstm", "same"),
        answer="rnn",
        claims=(
            ("rnn", "retention_h_before", ">", "lstm.retention_h_before"),
            ("chrono", "retention_h_before", ">", "lstm.retention_h_before"),
            ("chrono", "retention_c_before", ">", -1.5),
            ("lstm", "retention_h_before", "<", -6.0),
        ),
    ),
    Preset(
        id="forget_bias",
        topic="gates",
        base={
            "task": {"name": "recall", "length": 100, "symbols": 4, "noise": 0.1},
            "training": _adam(0.001, 600),
        },
        models={
            "zero": _net("lstm", forget_bias=0.0),
            "one": _net("lstm", forget_bias=1.0),
            "three": _net("lstm", forget_bias=3.0),
            "chrono": _net("lstm", chrono_t_max=100),
        },
        prediction_options=("all", "high", "only_three", "none"),
        answer="high",
        claims=(
            ("zero", "solved", "<", 0.11),
            ("one", "solved", "<", 0.11),
            ("three", "solved", ">", 0.89),
            ("chrono", "solved", ">", 0.69),
            ("three", "steps", "<", "chrono.steps"),
        ),
        controls=("model.forget_bias", "task.length"),
    ),
    Preset(
        id="gates_away",
        topic="gates",
        base={
            "task": {"name": "recall", "length": 100, "symbols": 4, "noise": 0.1},
            "training": _adam(0.001, 300),
        },
        models={
            "free": _net("lstm", forget_bias=3.0),
            "f1": _net("lstm", clamp_forget=1.0),
            "f09": _net("lstm", clamp_forget=0.9),
            "f05": _net("lstm", clamp_forget=0.5),
        },
        prediction_options=("all", "f1", "down_to_09", "none"),
        answer="down_to_09",
        claims=(
            ("free", "solved", ">", 0.89),
            ("f1", "solved", ">", 0.89),
            ("f09", "solved", ">", 0.69),
            ("f05", "solved", "<", 0.01),
            ("f05", "retention_c_before", "<", -15.0),
            ("f09", "steps", ">", "f1.steps"),
        ),
        controls=("model.clamp_forget", "task.length"),
    ),
    Preset(
        id="rnn_wins",
        topic="limits",
        base={
            "task": {"name": "recall", "length": 60, "symbols": 4, "noise": 0.1},
            "training": _adam(0.001, 400),
        },
        models={"rnn": _net("rnn"), "lstm": _net("lstm")},
        prediction_options=("lstm", "rnn", "both", "none"),
        answer="rnn",
        claims=(
            ("rnn", "solved", ">", 0.89),
            ("lstm", "solved", "<", 0.31),
            ("rnn", "retention_h_before", ">", "lstm.retention_h_before"),
        ),
    ),
    Preset(
        id="lstm_explodes",
        topic="limits",
        base={
            "task": {"name": "adding", "length": 100},
            "training": _adam(0.01, 100, clip_norm=None),
            "frame_every": 2,
        },
        models={
            "one": _net("lstm"),
            "five": _net("lstm", gain=5.0, forget_bias=3.0),
        },
        prediction_options=("vanishes", "steady", "explodes"),
        answer="explodes",
        claims=(
            ("five", "retention_c_before", ">", 1.0),
            ("one", "retention_c_before", "<", -5.0),
        ),
        controls=("model.gain", "training.clip_norm"),
    ),
    Preset(
        id="clipping",
        topic="limits",
        base={
            "task": {"name": "recall", "length": 50, "symbols": 1, "noise": 0.1},
            "training": {"optimiser": "sgd", "learning_rate": 0.05, "steps": 200},
            "frame_every": 5,
        },
        models={
            "big": {
                **_net("rnn", recurrent_init="gaussian", spectral_radius=2.5),
                "training.clip_norm": None,
            },
            "big_clipped": _net("rnn", recurrent_init="gaussian", spectral_radius=2.5),
            "small": {
                **_net("rnn", recurrent_init="gaussian", spectral_radius=0.5),
                "training.clip_norm": None,
            },
            "small_clipped": _net("rnn", recurrent_init="gaussian", spectral_radius=0.5),
        },
        prediction_options=("both", "exploding", "vanishing", "neither"),
        answer="exploding",
        claims=(
            ("small", "solved", "<", 0.01),
            ("small_clipped", "solved", "<", 0.01),
            ("small_clipped", "retention_h_before", "<", -8.0),
            ("big", "grad_peak", ">", "big_clipped.grad_peak"),
            ("big_clipped", "solved", ">", "big.solved"),
        ),
        controls=("training.clip_norm", "model.spectral_radius"),
    ),
    Preset(
        id="identity_relu",
        topic="limits",
        base={"task": {"name": "adding", "length": 50}, "training": _adam(0.005, 1000)},
        models={
            "tanh": _RNN,
            "identity": _net("rnn", activation="relu", recurrent_init="identity"),
            "lstm": _net("lstm"),
        },
        prediction_options=("only_lstm", "only_identity", "both", "none"),
        answer="both",
        claims=(
            ("tanh", "solved", "<", 0.01),
            ("identity", "solved", ">", 0.79),
            ("lstm", "solved", ">", 0.69),
            ("identity", "retention_h_before", ">", -1.0),
        ),
    ),
    Preset(
        id="linear",
        topic="memory",
        base={
            "task": {"name": "adding", "length": 100},
            "training": _adam(0.001, 200),
        },
        models={
            "linear": _net("rnn", activation="linear", spectral_radius=0.9),
            "tanh": _net("rnn", spectral_radius=0.9),
        },
        prediction_options=("lives", "vanishes"),
        answer="vanishes",
        claims=(
            ("linear", "retention_h_before", "<", -4.0),
            ("tanh", "retention_h_before", "<", "linear.retention_h_before"),
            ("linear", "solved", "<", 0.01),
        ),
        controls=("model.spectral_radius", "task.length"),
    ),
    Preset(
        id="keras_relu",
        topic="applications",
        base={
            "task": {"name": "sales", "length": 30, "season": 12, "scale": "raw"},
            # model.compile(optimizer="adam", loss="mse"): Adam at 0.001, no clipping
            "training": _adam(0.001, 600, clip_norm=None),
        },
        models={
            "raw": {"model": {"cell": "lstm", "hidden_size": 50, "activation": "relu"}},
            "scaled": {
                "model": {"cell": "lstm", "hidden_size": 50, "activation": "relu"},
                "task.scale": "unit",
            },
            "tanh": {"model": {"cell": "lstm", "hidden_size": 50}, "task.scale": "unit"},
        },
        prediction_options=("same", "raw_explodes", "scaled_vanishes"),
        answer="raw_explodes",
        claims=(
            ("raw", "retention_c_before", ">", 1.0),
            ("raw", "grad_peak", ">", 1e4),
            ("scaled", "solved", ">", 0.79),
            ("tanh", "solved", ">", 0.79),
        ),
        controls=("model.hidden_size", "training.learning_rate"),
    ),
    Preset(
        id="translation",
        topic="applications",
        base={
            "task": {"name": "copy", "length": 10, "symbols": 2},
            "training": _adam(0.01, 1500),
        },
        models={"rnn": _RNN, "lstm": _net("lstm"), "gru": _net("gru")},
        prediction_options=_WHICH,
        answer="gated",
        claims=(("lstm", "solved", ">", 0.69), ("rnn", "solved", "<", "lstm.solved")),
    ),
    Preset(
        id="sentiment",
        topic="applications",
        base={
            "task": {"name": "sentiment", "length": 20},
            "training": _adam(0.01, 1000),
        },
        models={"rnn": _RNN, "lstm": _net("lstm", forget_bias=2.0)},
        prediction_options=("lstm", "rnn", "both", "none"),
        answer="lstm",
        claims=(("lstm", "solved", ">", 0.79), ("rnn", "solved", "<", 0.31)),
    ),
    Preset(
        id="sales",
        topic="applications",
        base={
            "task": {"name": "sales", "length": 30, "season": 12, "scale": "unit"},
            "training": _adam(0.005, 600),
        },
        models={"rnn": _RNN, "lstm": _net("lstm"), "gru": _net("gru")},
        prediction_options=_WHICH,
        answer="all",
        claims=(
            ("lstm", "solved", ">", 0.79),
            ("gru", "solved", ">", 0.79),
            ("rnn", "solved", ">", 0.49),
        ),
    ),
    Preset(
        id="speech",
        topic="applications",
        base={
            "task": {"name": "temporal_order", "length": 40, "noise": 0.1},
            "training": _adam(0.005, 600),
        },
        models={
            "rnn": _RNN,
            "lstm": _net("lstm", forget_bias=3.0),
            "gru": _net("gru", update_bias=2.0),
        },
        prediction_options=_WHICH,
        answer="gated",
        claims=(
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "solved", "<", 0.31),
        ),
    ),
    Preset(
        id="text",
        topic="applications",
        base={"task": {"name": "reber", "length": 20}, "training": _adam(0.01, 1000)},
        models={"rnn": _RNN, "lstm": _net("lstm"), "gru": _net("gru")},
        prediction_options=_WHICH,
        answer="all",
        claims=(
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "solved", ">", 0.69),
            ("lstm", "steps", "<", "rnn.steps"),
        ),
    ),
    Preset(
        id="float32",
        topic="limits",
        base={
            "task": {"name": "adding", "length": 400},
            "training": _adam(0.001, 10),
            "frame_every": 1,
        },
        models={
            "float64": _RNN,
            "float32": {**_RNN, "dtype": "float32", "lift_small": False},
            "lifted": {**_RNN, "dtype": "float32"},
        },
        prediction_options=("same", "zero", "noise"),
        answer="zero",
        claims=(
            ("float64", "zeros_before", "<", 1),
            ("float32", "zeros_before", ">", 100),
            ("lifted", "zeros_before", "<", 1),
        ),
        controls=("task.length", "dtype"),
    ),
)

PRESETS: dict[str, Preset] = {preset.id: preset for preset in _ALL}
