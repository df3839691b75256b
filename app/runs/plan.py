"""From an experiment as it was asked to the list of runs that it means."""

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.options import OptionError
from app.core.spec import TIMESTEP_COST, RunSpec

SECTIONS = ("task", "model", "training")
# Lists over time in one frame: four norms, and mean and band of four gates.
VALUES_PER_STEP = 16


@dataclass(frozen=True)
class Limits:
    """What one experiment may ask for."""

    max_runs: int
    max_cost: float
    max_values: float


@dataclass(frozen=True)
class PlannedRun:
    """One run of an experiment, and the short name that tells it from its neighbours."""

    spec: RunSpec
    label: str


@dataclass(frozen=True)
class Plan:
    """The runs of an experiment, in their order; ``id`` follows from them alone."""

    runs: tuple[PlannedRun, ...]

    @cached_property
    def id(self) -> str:
        text = "\n".join(run.spec.run_id for run in self.runs)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan(asked: Mapping[str, Any], limits: Limits) -> Plan:
    """Expand an experiment, refusing what is too much before anything is allocated.

    Parameters
    ----------
    asked : mapping
        ``{"runs": [spec, …]}`` or ``{"base": spec, "vary": {path: [value, …]}}``. The last path
        of ``vary`` changes fastest. A path names a field (``task.length``) or a whole section
        (``model``). Runs that are equal are one run.

    Raises
    ------
    OptionError
        With the path within the experiment, such as ``vary.task.length.2`` or ``runs.0.seed``.
    """
    count = _count(asked)
    if count == 0:
        raise OptionError("vary" if asked.get("vary") else "runs", "asks for no run", 1)
    if count > limits.max_runs:
        raise OptionError(
            "vary" if asked.get("vary") else "runs",
            f"asks for {count} runs; at most {limits.max_runs} are allowed",
            limits.max_runs,
        )
    specs: dict[str, RunSpec] = {}
    for body, where in _bodies(asked):
        try:
            spec = RunSpec.from_dict(body)
            _check_size(spec, limits)
        except OptionError as error:
            raise OptionError(where(error.path), error.message, error.limit) from error
        specs.setdefault(spec.run_id, spec)
    labels = labels_of([spec.to_dict() for spec in specs.values()])
    return Plan(tuple(map(PlannedRun, specs.values(), labels)))


def _count(asked: Mapping[str, Any]) -> int:
    if asked.get("runs") is not None:
        return len(asked["runs"])
    return math.prod(len(values) for values in (asked.get("vary") or {}).values())


class _Place:
    """Turns the path of a field within a run into its path within the experiment."""

    def __init__(self, prefix: str, chosen: Mapping[str, int] | None = None) -> None:
        self._prefix, self._chosen = prefix, chosen or {}

    def __call__(self, path: str) -> str:
        for varied in sorted(self._chosen, key=len, reverse=True):
            if path == varied or path.startswith(f"{varied}."):
                return f"vary.{varied}.{self._chosen[varied]}{path.removeprefix(varied)}"
        return f"{self._prefix}.{path}" if path else self._prefix


def _bodies(asked: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], _Place]]:
    """Yield the spec of each run as JSON values, and where its fields were written."""
    if asked.get("runs") is not None:
        for index, body in enumerate(asked["runs"]):
            yield body, _Place(f"runs.{index}")
        return
    base, vary = asked.get("base") or {}, asked.get("vary") or {}
    for path in vary:
        section, dot, field = path.partition(".")
        if dot and (section not in SECTIONS or not field or "." in field):
            raise OptionError(f"vary.{path}", "is not the path of a field", list(SECTIONS))
    # Whole sections first: a field of a section is then set in the section that was chosen.
    order = sorted(vary, key=lambda path: "." in path)
    for choice in itertools.product(*(range(len(values)) for values in vary.values())):
        chosen = dict(zip(vary, choice, strict=True))
        body = dict(base)
        for path in order:
            section, _, field = path.partition(".")
            value = vary[path][chosen[path]]
            if field:
                held = body.get(section) or {}
                value = {**held, field: value} if isinstance(held, dict) else held
            body[section] = value
        yield body, _Place("base", chosen)


def _check_size(spec: RunSpec, limits: Limits) -> None:
    if spec.cost > limits.max_cost:
        raise OptionError(
            "training.steps",
            f"the run would cost T·(H²·B + {TIMESTEP_COST})·steps = {spec.cost:.3g}; "
            f"at most {limits.max_cost:.3g} is accepted",
            limits.max_cost,
        )
    frames = spec.training.steps // spec.frame_every + 1
    values = float(frames) * spec.task.steps * VALUES_PER_STEP
    if values > limits.max_values:
        raise OptionError(
            "frame_every",
            f"the run would record {values:.3g} values in {frames} frames; "
            f"at most {limits.max_values:.3g} are accepted",
            limits.max_values,
        )


def labels_of(specs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a short name for each complete spec: the cell, and what else tells it from the others.

    >>> specs = [("lstm", 0), ("rnn", 0), ("rnn", 1)]
    >>> labels_of([{"model": {"cell": cell}, "seed": seed} for cell, seed in specs])
    ['lstm', 'rnn · seed=0', 'rnn · seed=1']
    """
    flat = [flat_spec(spec) for spec in specs]
    # Options of other cells do not exist here: each run is compared with those of its own cell.
    seen: dict[str, dict[str, set[Any]]] = {}
    for leaves in flat:
        values = seen.setdefault(leaves["model.cell"], {})
        for path, value in leaves.items():
            values.setdefault(path, set()).add(value)
    labels = []
    for leaves in flat:
        cell = leaves["model.cell"]
        differing = [
            f"{path.rpartition('.')[2]}={value}"
            for path, value in leaves.items()
            if len(seen[cell][path]) > 1
        ]
        labels.append(" · ".join([cell, *differing]))
    return labels


def flat_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a spec by dotted path."""
    return dict(_leaves(spec))


def _leaves(spec: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in spec.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
