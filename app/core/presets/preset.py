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


def net(cell: str, **options: Any) -> dict[str, Any]:
    return {"model": {"cell": cell, "hidden_size": 32, **options}}


# The plain RNN starts from PyTorch's U(±1/√H) where the question is how an ordinary RNN forgets.
RNN = net("rnn", init="pytorch")
WHICH = ("all", "gated", "rnn", "none")


def adam(learning_rate: float, steps: int, **options: Any) -> dict[str, Any]:
    return {"optimiser": "adam", "learning_rate": learning_rate, "steps": steps, **options}
