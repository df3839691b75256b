"""What goes in and comes out, for pydantic and OpenAPI.

The parts of a spec are made from the option tables of the core, so a range is written once: there.
"""

import dataclasses
from typing import Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
    model_validator,
)

from app.api.described import EXPERIMENT_ID, RUN_ID, told
from app.core.cells import CELLS
from app.core.options import Option, options_of
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS
from app.settings import MOST_RUNS

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
MOMENT = "2026-03-02T09:30:00.125Z"


class Asked(BaseModel):
    """Base of what a client sends: unknown fields are errors, and "5" is not 5."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _type_of(option: Option) -> Any:
    kinds: dict[str, Any] = {"integer": int, "number": float, "boolean": bool}
    chosen = Literal[option.choices] if option.choices else kinds[option.kind]
    return chosen | None if option.nullable else chosen


def _field_of(option: Option) -> Any:
    about = [option.doc, f"Source: {option.source}." if option.source else ""]
    extra = {"x-unit": option.unit, "x-scale": option.scale, "x-step": option.step}
    is_number = option.kind in ("integer", "number")
    return Field(
        option.default,
        ge=option.low if is_number else None,
        le=option.high if is_number else None,
        allow_inf_nan=False if option.kind == "number" else None,
        description=" ".join(part for part in about if part),
        examples=[option.default],
        json_schema_extra={name: value for name, value in extra.items() if value is not None},
    )


def model_of(cls: type, tag: str | None = None) -> type[Asked]:
    """Return the pydantic model of a spec dataclass; ``tag`` is the field that names its kind."""
    fields: dict[str, Any] = {
        name: (_type_of(option), _field_of(option)) for name, option in options_of(cls).items()
    }
    if tag is not None:
        kind = next(field.default for field in dataclasses.fields(cls) if field.name == tag)
        about = Field(kind, description="Which one.", examples=[kind])
        fields = {tag: (Literal[kind], about), **fields}
    summary = (cls.__doc__ or cls.__name__).partition("\n")[0]
    return create_model(f"{cls.__name__}Spec", __base__=Asked, __doc__=summary, **fields)


def _union(registry: dict[str, Any], tag: str, default: str) -> Any:
    """Return the type "one of these, told apart by ``tag``, which may be left out"."""
    models = tuple(model_of(cls, tag) for cls in registry.values())

    def with_tag(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, dict) or tag in value:
            return validate(value)
        part = validate({tag: default, **value})
        part.model_fields_set.discard(tag)  # the client did not write it
        return part

    tagged: Any = Annotated[Union[models], Field(discriminator=tag)]  # noqa: UP007
    return Annotated[tagged, WrapValidator(with_tag)]


TaskSpec = _union(TASKS, "name", "adding")
ModelSpec = _union(CELLS, "cell", "lstm")
TrainingSpec = model_of(Training)

_run_fields: dict[str, Any] = {
    "task": (
        TaskSpec,
        Field(
            default_factory=dict,
            validate_default=True,
            description="What is to be learned.",
            examples=[{"name": "adding", "length": 50}],
        ),
    ),
    "model": (
        ModelSpec,
        Field(
            default_factory=dict,
            validate_default=True,
            description="The network.",
            examples=[{"cell": "lstm", "hidden_size": 32}],
        ),
    ),
    "training": (
        TrainingSpec,
        Field(
            default_factory=TrainingSpec,
            description="How it learns.",
            examples=[{"steps": 200}],
        ),
    ),
    **{name: (_type_of(option), _field_of(option)) for name, option in options_of(RunSpec).items()},
}
RunSpecBody = create_model(
    "RunSpec",
    __base__=Asked,
    __doc__="One model, one task, one seed. What is left out has its default.",
    **_run_fields,
)


def given(**types: str) -> dict[str, Any]:
    """Return the schema of "these fields are there and are not null"."""
    properties = {name: {"type": kind} for name, kind in types.items()}
    return {"required": list(types), "properties": properties}


class ExperimentSpec(Asked):
    """Runs to watch side by side: a list, or a base and what varies over it."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "anyOf": [given(runs="array", base="object"), given(runs="array", vary="object")]
            }
        }
    )

    base: RunSpecBody | None = Field(
        None, description="What all runs have in common.", examples=[{"task": {"length": 50}}]
    )
    vary: (
        Annotated[
            dict[
                Annotated[str, Field(max_length=100)],
                Annotated[list[JsonValue], Field(min_length=1, max_length=100_000)],
            ],
            Field(max_length=20),
        ]
        | None
    ) = Field(
        None,
        description=(
            "A grid: dotted path of a field, or name of a section, → its values. "
            "The last path changes fastest."
        ),
        examples=[{"task.length": [20, 50, 100], "seed": [0, 1]}],
    )
    # Without this a megabyte of empty runs would keep the event loop busy for seconds.
    runs: Annotated[list[RunSpecBody], Field(min_length=1, max_length=MOST_RUNS)] | None = Field(
        None,
        description="The runs themselves, instead of base and vary.",
        examples=[[{"model": {"cell": "rnn"}}, {"model": {"cell": "lstm"}}]],
    )

    @model_validator(mode="after")
    def _one_form(self) -> "ExperimentSpec":
        if self.runs is not None and (self.base is not None or self.vary is not None):
            raise ValueError("give either runs, or base and vary")
        return self

    def as_asked(self) -> dict[str, Any]:
        """Return what the client wrote, without defaults."""
        return self.model_dump(exclude_unset=True)


RunState = Literal["queued", "running", "solved", "finished", "diverged", "cancelled", "failed"]


class RunError(BaseModel):
    """Why a run failed."""

    code: str = told("Stable name of the reason.", "worker_lost")
    message: str | None = told("One sentence for a person.", "its worker process died 3 times")


class Run(BaseModel):
    """One run and its progress."""

    id: str = told("Follows from the spec: the same run has the same id.", RUN_ID)
    spec: dict[str, Any] = Field(
        # Generated clients name a type after this; Spec of Run would be the RunSpec that is sent.
        title="Complete spec",
        description="The complete spec, defaults written out.",
        examples=[{"task": {"name": "adding", "length": 50}}],
    )
    label: str = told("Short name among the runs of its experiment.", "lstm")
    state: RunState = told("Where it is; solved, finished and diverged never change.", "running")
    position: int | None = told("Place in the queue; 1 is next.", 4)
    step: int = told("Training step of the last frame.", 120, "steps")
    steps: int = told("Training steps at most.", 2000, "steps")
    seq: int = told("Number of the last frame; -1 before the first.", 12)
    attempts: int = told("How often it was started; more than 1 after a crash.", 1)
    error: RunError | None = told("Why it failed; null if it did not.", None)
    cell: str = told("Its cell.", "lstm")
    length: int = told("Longest sequence, T.", 50, "timesteps")
    baseline: float = told("Loss of the best answer without memory.", 0.16667, "loss of the task")
    threshold: float = told("Score at which it counts as solved.", 0.01, "metric of the task")
    metric_name: str = told("Name of the score.", "mse")
    higher_is_better: bool = told("Direction of the score.", False)
    created_at: Moment = told("When it was first asked for.", MOMENT)
    started_at: Moment | None = told("When a worker first began.", MOMENT)
    finished_at: Moment | None = told("When it ended.", None)
    seconds: float | None = told("From its start to its end.", 12.345, "s")
    provenance: dict[str, Any] | None = told(
        "What computed it: versions, BLAS, CPU.", {"numpy": "2.4.6", "kernels": "numpy"}
    )
    links: dict[str, str] = told("Addresses.", {"self": f"/api/v1/runs/{RUN_ID}"})


class Progress(BaseModel):
    """How far an experiment is, in a few numbers."""

    runs: int = told("Runs of the experiment.", 300, "runs")
    over: int = told("Runs that have come to an end.", 120, "runs")
    share: float = told(
        "Share of the training steps that is done, from 0 to 1; a run that is over counts as all "
        "of its steps.",
        0.41,
    )
    queued: int = told("Runs that wait for a worker.", 177, "runs")
    running: int = told("Runs that train now.", 3, "runs")
    solved: int = told("Runs that reached their task's score.", 80, "runs")
    finished: int = told("Runs that used up their steps.", 38, "runs")
    diverged: int = told("Runs whose numbers left the number range.", 2, "runs")
    cancelled: int = told("Runs that were stopped.", 0, "runs")
    failed: int = told("Runs that could not be computed.", 0, "runs")


class Experiment(BaseModel):
    """An experiment and its runs."""

    id: str = told("Follows from its runs.", EXPERIMENT_ID)
    spec: dict[str, Any] = Field(
        title="As asked", description="As it was first asked.", examples=[{"base": {"seed": 1}}]
    )
    state: Literal["queued", "running", "done", "cancelled"] = told("Of all its runs.", "running")
    created_at: Moment = told("When it was first asked for.", MOMENT)
    holders: int = told(
        "How many pages and programs hold it: stopping lets go of one's own hold, and the last "
        "one ends it.",
        1,
    )
    progress: Progress = told("How far it is.", {"runs": 300, "over": 120, "share": 0.41})
    runs: list[Run] = told("Its runs, in the order of the grid.", [])
    links: dict[str, str] = told("Addresses.", {"self": f"/api/v1/experiments/{EXPERIMENT_ID}"})


class ExperimentSummary(BaseModel):
    """An experiment in a list."""

    id: str = told("Its id.", EXPERIMENT_ID)
    spec: dict[str, Any] = told("As it was first asked.", {"base": {"seed": 1}})
    created_at: Moment = told("When it was first asked for.", MOMENT)
    links: dict[str, str] = told("Addresses.", {"self": f"/api/v1/experiments/{EXPERIMENT_ID}"})


class ExperimentPage(BaseModel):
    """Experiments, newest first."""

    experiments: list[ExperimentSummary] = told("This page of them.", [])
    next: str | None = told(
        "Address of the next page; null on the last.", "/api/v1/experiments?limit=20&cursor=QdoB"
    )
