"""The figures of the lesson: which networks each measures, and what the reader may change.

The server draws each once, still, for the page as it arrives; in the browser the Lab's own modules
draw it again from ``POST /probe`` or from a run.
"""

import functools
import json
from dataclasses import dataclass
from typing import Any, Literal

from app.core.frames import Frame
from app.core.interventions import Interventions, Probed, probe
from app.core.presets import PRESETS, merged
from app.core.spec import RunSpec

Value = float | int


@dataclass(frozen=True)
class Control:
    """One slider.

    Attributes
    ----------
    name : str
        Names it in the texts: ``lesson.control.<name>``.
    path : str
        What it sets: ``interventions.<name>`` of a probe, or a dotted path of a spec. Empty for
        ``timestep``, which only moves the eye.
    stops : tuple
        Values it stops at, in order.
    start : number
        The one it stands on when the page opens.
    learned : bool
        Whether training sets the same thing: the control then rests while trained weights are
        shown.
    """

    name: str
    path: str
    stops: tuple[Value, ...]
    start: Value
    learned: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    kind : {"probe", "cell", "run"}
        Measured without training; one cell with its numbers; trained while the reader watches.
    runs : dict
        Spec bodies by a short key.
    presets : tuple of str
        For ``run``: presets to choose from, instead of ``runs``.
    opens : str
        The one whose runs these are.
    theory : bool
        Whether the direct path is drawn beside what is measured.
    kept : bool
        Whether only the state is drawn that a gate keeps: of an LSTM, its cell.
    norms : bool
        Whether the largest norm of the gradient of each run is told at the end.
    opening : bool
        Whether the opening of the gates that keep the state is drawn below the gradients.
    trained : dict, optional
        For ``probe`` and ``cell``: the spec of the same network, whose trained weights the reader
        may choose.
    untouched : tuple of str
        Keys of the runs that the controls leave as they are.
    """

    kind: Literal["probe", "cell", "run"]
    runs: dict[str, dict[str, Any]]
    controls: tuple[Control, ...] = ()
    presets: tuple[str, ...] = ()
    opens: str = ""
    theory: bool = False
    kept: bool = False
    norms: bool = False
    opening: bool = False
    trained: dict[str, Any] | None = None
    untouched: tuple[str, ...] = ()

    @property
    def start(self) -> dict[str, Value]:
        """Return the values of the controls as the page opens."""
        return {control.name: control.start for control in self.controls}

    @property
    def length(self) -> int:
        """Return T as the page opens."""
        body = next(iter(self.runs.values()))
        return int(self.start.get("length") or RunSpec.from_dict(body).task.steps)


def _steps(low: float, high: float, step: float) -> tuple[float, ...]:
    return tuple(round(low + k * step, 6) for k in range(round((high - low) / step) + 1))


def _net(cell: str, **options: Any) -> dict[str, Any]:
    # 16 units: measured in the blink of an eye, which a slider needs.
    return {"cell": cell, "hidden_size": 16, **options}


def _recall(length: int) -> dict[str, Any]:
    return {"name": "recall", "length": length, "symbols": 4, "noise": 0.1}


def _of_preset(preset_id: str) -> dict[str, dict[str, Any]]:
    preset = PRESETS[preset_id]
    return {key: merged(preset.base, change) for key, change in preset.models.items()}


def _trains(opens: str, *presets: str, **options: Any) -> Figure:
    """Return a figure that trains a preset, or the one of several that is chosen."""
    return Figure("run", _of_preset(opens), presets=presets or (opens,), opens=opens, **options)


APPLICATIONS = ("translation", "sentiment", "sales", "speech", "text")
_SHOP = {"name": "sales", "length": 30, "season": 12, "scale": "raw"}
_TUTORIAL = {"cell": "lstm", "hidden_size": 50}  # LSTM(50)
_MARKED = {"task": {"name": "adding", "length": 20}, "model": _net("lstm")}
_SUM = {
    "task": {"name": "adding", "length": 30},
    "training": {"optimiser": "adam", "learning_rate": 0.01, "steps": 600},
}

FIGURES: dict[str, Figure] = {
    "reach": Figure(
        "probe",
        {
            "rnn": {"task": _recall(40), "model": _net("rnn", init="pytorch")},
            "lstm": {"task": _recall(40), "model": _net("lstm", forget_bias=3.0)},
        },
        (Control("length", "interventions.length", (5, 10, 20, 30, 40, 60, 80, 100), 40),),
    ),
    "radius": Figure(
        "probe",
        {
            "linear": {"task": _recall(60), "model": _net("rnn", activation="linear")},
            "tanh": {"task": _recall(60), "model": _net("rnn")},
        },
        (Control("radius", "interventions.spectral_radius", _steps(0.5, 1.2, 0.01), 1.0),),
    ),
    "cell": Figure(
        "cell",
        {"lstm": _MARKED},
        (
            Control("forget_bias", "interventions.forget_bias", _steps(-3, 6, 0.5), 1.0, True),
            Control("timestep", "", tuple(range(1, 21)), 5),
        ),
        # Far beyond "solved": the gates go on sharpening, and this is where they can be seen.
        trained={
            **_MARKED,
            "training": {"steps": 3000, "learning_rate": 0.01, "stop_when_solved": False},
            "frame_every": 100,
        },
    ),
    "side": _trains("classic", opening=True),
    "clamp": Figure(
        "probe",
        # The LSTM of the figure before, twice: as it is, and with its gate held.
        {"free": _of_preset("classic")["lstm"], "held": _of_preset("classic")["lstm"]},
        (Control("clamp", "interventions.clamp_forget", _steps(0.4, 1.0, 0.01), 1.0),),
        theory=True,
        kept=True,
        trained=_of_preset("classic")["lstm"],
        untouched=("free",),
    ),
    "relu": Figure(
        "probe",
        {
            "relu": {"task": _SHOP, "model": {**_TUTORIAL, "activation": "relu"}},
            "tanh": {"task": _SHOP, "model": _TUTORIAL},
        },
        (
            Control(
                "input_scale",
                "interventions.input_scale",
                (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
                1.0,
            ),
        ),
    ),
    "tutorial": _trains("keras_relu", kept=True, norms=True),
    "applications": _trains("sentiment", *APPLICATIONS),
    "tips": Figure(
        "run",
        {
            "lstm": {**_SUM, "model": {"cell": "lstm", "hidden_size": 32}},
            "gru": {**_SUM, "model": {"cell": "gru", "hidden_size": 32}},
        },
        (
            Control("hidden_size", "model.hidden_size", (2, 4, 8, 16, 32, 64), 32),
            Control(
                "learning_rate",
                "training.learning_rate",
                (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
                0.01,
            ),
        ),
    ),
}


@functools.lru_cache(maxsize=64)
def _probed(canonical: str, change: Interventions) -> Probed:
    return probe(RunSpec.from_dict(json.loads(canonical)), change)


def measure(figure: Figure, **values: Value) -> dict[str, Frame]:
    """Measure the networks of a figure, untrained, with the controls where it opens or as given."""
    settings = {**figure.start, **values}
    change = Interventions(
        **{
            control.path.removeprefix("interventions."): settings[control.name]
            for control in figure.controls
            if control.path.startswith("interventions.")
        }  # type: ignore[arg-type]
    )
    return {
        key: _probed(
            RunSpec.from_dict(body).canonical(),
            Interventions() if key in figure.untouched else change,
        ).frame
        for key, body in figure.runs.items()
    }


def experiments() -> list[dict[str, Any]]:
    """Return what the reader can train on the page as it opens, as bodies of experiments."""
    asked: list[dict[str, Any]] = []
    for figure in FIGURES.values():
        if figure.trained is not None:
            asked.append({"runs": [complete(figure.trained)]})
        if figure.kind != "run":
            continue
        if figure.presets:
            asked += [PRESETS[preset].experiment for preset in figure.presets]
        else:
            asked.append({"runs": [_as_opened(figure, body) for body in figure.runs.values()]})
    return asked


def _as_opened(figure: Figure, body: dict[str, Any]) -> dict[str, Any]:
    """Return the spec of a run with the controls of its figure where they open."""
    for control in figure.controls:
        section, _, name = control.path.partition(".")
        body = {**body, section: {**body[section], name: control.start}}
    return complete(body)


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """Write out every default of a spec, as the modules in the browser want it."""
    return RunSpec.from_dict(body).to_dict()
