"""A spec: everything that determines a run, and the identity that follows from it."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.core.cells import CELLS, LSTM, Cell
from app.core.optimisers import OPTIMISERS
from app.core.options import OptionError, check_options, option
from app.core.tasks import TASKS, Task
from app.core.tasks.adding import Adding

# Part of every run id. Raise it when the same spec would give other numbers, so that stored
# frames are never mixed with frames of another engine.
ENGINE_VERSION = "1"

# What a timestep costs before its size matters, in the unit of H² B: calls of NumPy, 20 to 40 µs
# forward and backward, at a billion products a second.
TIMESTEP_COST = 20_000

OURS = "this project: seconds while one watches"


@dataclass(frozen=True)
class Training:
    """How the weights are changed, and for how long."""

    optimiser: str = option(
        "adam",
        choices=OPTIMISERS,
        doc="Rule of descent.",
        source="Kingma & Ba (2015); Tieleman & Hinton (2012) for RMSprop",
    )
    learning_rate: float = option(
        0.01, low=1e-5, high=1.0, scale="log", doc="Learning rate η.", source="per preset"
    )
    momentum: float = option(
        0.0, low=0.0, high=0.999, step=0.05, doc="Momentum μ; SGD only.", source="Polyak (1964)"
    )
    batch_size: int = option(
        32,
        low=1,
        high=256,
        scale="log",
        unit="sequences",
        doc="Sequences B per step, all fresh.",
        source=OURS,
    )
    steps: int = option(
        1000,
        low=1,
        high=20000,
        scale="log",
        unit="steps",
        doc="Training steps at most.",
        source=OURS,
    )
    clip_norm: float | None = option(
        1.0,
        low=1e-3,
        high=1000.0,
        scale="log",
        doc="Global norm at which the gradient is clipped; null: never.",
        source="Pascanu, Mikolov & Bengio (2013)",
    )
    stop_when_solved: bool = option(
        True, doc="End the run once the task's score is reached.", source=OURS
    )

    def __post_init__(self) -> None:
        check_options("training", self)


@dataclass(frozen=True)
class RunSpec:
    """One model, one task, one seed: a run is a function of this alone."""

    task: Task = field(default_factory=Adding)
    model: Cell = field(default_factory=LSTM)
    training: Training = field(default_factory=Training)
    dtype: str = option(
        "float64",
        choices=("float64", "float32"),
        doc="Number format; float64 keeps gradients down to 1e-308.",
        source="this project, decision 0004",
    )
    lift_small: bool = option(
        True,
        doc="Multiply a vanishing backward signal by exact powers of two, so that it never leaves "
        "the number range; off shows what plain float32 loses.",
        source="this project, decision 0009",
    )
    seed: int = option(0, low=0, high=2**31 - 1, doc="Seed of weights and sequences.", source=OURS)
    frame_every: int = option(
        10,
        low=1,
        high=1000,
        scale="log",
        unit="steps",
        doc="Training steps from frame to frame.",
        source=OURS,
    )

    def __post_init__(self) -> None:
        check_options("", self)

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> "RunSpec":
        """Build a spec from JSON values; what is left out has its default.

        Raises
        ------
        OptionError
            Naming the first unknown field, wrong value or limit.
        """
        _refuse_unknown("", body, {f.name for f in dataclasses.fields(cls)})
        top = {
            name: body[name]
            for name in ("dtype", "lift_small", "seed", "frame_every")
            if name in body
        }
        return cls(
            task=_section("task", body.get("task", {}), "name", "adding", TASKS),
            model=_section("model", body.get("model", {}), "cell", "lstm", CELLS),
            training=_section("training", body.get("training", {}), None, "", {"": Training}),
            **top,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the complete spec as JSON values, every default written out."""
        return dataclasses.asdict(self)

    def canonical(self) -> str:
        """Return the one JSON text of this spec."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def run_id(self) -> str:
        """16 hexadecimal digits that follow from the spec and the engine version."""
        text = f"{ENGINE_VERSION}\n{self.canonical()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def cost(self) -> float:
        """T × (H² B + a fixed price) × steps, the price of a run before it is accepted."""
        products = float(self.model.hidden_size**2 * self.training.batch_size)
        return self.task.steps * (products + TIMESTEP_COST) * self.training.steps


def _refuse_unknown(section: str, body: Any, known: set[str]) -> None:
    if not isinstance(body, dict):
        raise OptionError(section, "must be an object")
    for name in body:
        if name not in known:
            path = f"{section}.{name}" if section else str(name)
            raise OptionError(path, "is not a field here", sorted(known))


def _section(
    section: str, body: Any, tag: str | None, default: str, registry: dict[str, Any]
) -> Any:
    """Build the part of a spec whose ``tag`` field chooses the class."""
    if not isinstance(body, dict):
        raise OptionError(section, "must be an object")
    kind = body.get(tag, default) if tag else default
    if not isinstance(kind, str) or kind not in registry:
        raise OptionError(
            f"{section}.{tag}", f"must be one of {', '.join(registry)}", list(registry)
        )
    cls = registry[kind]
    _refuse_unknown(section, body, {f.name for f in dataclasses.fields(cls)})
    return cls(**body)
