"""Ready-made experiments, each built around one question.

The words of a preset (title, question, options, what to notice) are in the catalogues of the page,
under ``preset.<id>``; here is only what is trained and which prediction turns out right.
"""

from dataclasses import dataclass
from typing import Any

PLAIN_RNN = {"cell": "rnn", "hidden_size": 32, "init": "pytorch"}


@dataclass(frozen=True)
class Preset:
    """An experiment with a question.

    Attributes
    ----------
    id : str
    experiment : dict
        An experiment as ``POST /experiments`` takes it.
    prediction_options : tuple of str
        Keys of the answers offered before the run.
    answer : str
        The option that the verified runs show to be right.
    """

    id: str
    experiment: dict[str, Any]
    prediction_options: tuple[str, ...]
    answer: str


def _contrast(task: dict[str, Any], training: dict[str, Any], **models: Any) -> dict[str, Any]:
    return {
        "base": {"task": task, "training": training},
        "vary": {
            "model": [
                PLAIN_RNN,
                {"cell": "lstm", "hidden_size": 32, **models.get("lstm", {})},
                {"cell": "gru", "hidden_size": 32, **models.get("gru", {})},
            ]
        },
    }


_ALL = (
    Preset(
        id="classic",
        experiment=_contrast(
            {"name": "adding", "length": 50},
            {"optimiser": "adam", "learning_rate": 0.01, "steps": 1000},
        ),
        prediction_options=("all", "gated", "rnn", "none"),
        answer="gated",
    ),
    Preset(
        id="recall",
        experiment=_contrast(
            {"name": "recall", "length": 100, "symbols": 4, "noise": 0.1},
            {"optimiser": "adam", "learning_rate": 0.001, "steps": 600},
            lstm={"forget_bias": 3.0},
            gru={"update_bias": 3.0},
        ),
        prediction_options=("all", "gated", "rnn", "none"),
        answer="gated",
    ),
)

PRESETS: dict[str, Preset] = {preset.id: preset for preset in _ALL}
