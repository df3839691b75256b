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

from app.core.cells import CELLS
from app.core.options import Option, options_of
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


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
        fields = {tag: (Literal[kind], Field(kind, description="Which one.")), **fields}
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
    "task": (TaskSpec, Field(default_factory=dict, validate_default=True)),
    "model": (ModelSpec, Field(default_factory=dict, validate_default=True)),
    "training": (TrainingSpec, Field(default_factory=TrainingSpec)),
    **{name: (_type_of(option), _field_of(option)) for name, option in options_of(RunSpec).items()},
}
RunSpecBody = create_model(
    "RunSpec",
    __base__=Asked,
    __doc__="One model, one task, one seed. What is left out has its default.",
    **_run_fields,
)


class ExperimentSpec(Asked):
    """Runs to watch side by side: a list, or a base and what varies over it."""

    base: RunSpecBody | None = Field(None, description="What all runs have in common.")
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
    runs: Annotated[list[RunSpecBody], Field(min_length=1)] | None = Field(
        None, description="The runs themselves, instead of base and vary."
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

    code: str
    message: str | None


class Run(BaseModel):
    """One run and its progress."""

    id: str
    spec: dict[str, Any] = Field(description="The complete spec, defaults written out.")
    label: str = Field(description="Short name among the runs of its experiment.")
    state: RunState
    position: int | None = Field(description="Place in the queue; 1 is next.")
    step: int = Field(description="Training step of the last frame.")
    steps: int = Field(description="Training steps at most.")
    seq: int = Field(description="Number of the last frame; -1 before the first.")
    attempts: int = Field(description="How often it was started; more than 1 after a crash.")
    error: RunError | None
    cell: str
    length: int = Field(description="Longest sequence, T steps.")
    baseline: float = Field(description="Loss of the best answer without memory.")
    threshold: float = Field(description="Score at which the run counts as solved.")
    metric_name: str
    higher_is_better: bool
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    seconds: float | None = Field(description="From its start to its end.")
    provenance: dict[str, Any] | None = Field(description="What computed it: NumPy, BLAS, CPU.")
    links: dict[str, str]


class Experiment(BaseModel):
    """An experiment and its runs."""

    id: str
    spec: dict[str, Any] = Field(description="As it was first asked.")
    state: Literal["queued", "running", "done", "cancelled"]
    created_at: Moment
    runs: list[Run]
    links: dict[str, str]


class ExperimentSummary(BaseModel):
    """An experiment in a list."""

    id: str
    spec: dict[str, Any]
    created_at: Moment
    links: dict[str, str]


class ExperimentPage(BaseModel):
    """Experiments, newest first."""

    experiments: list[ExperimentSummary]
    next: str | None = Field(description="Address of the next page; null on the last.")


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    path: str = Field(examples=["base.model.hidden_size"])
    message: str
    limit: Any = Field(description="The bound that was crossed, or what is allowed.")
    code: str = Field(examples=["out_of_range"])


class ProblemBody(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; what a client translates.", examples=["invalid"])
    errors: list[FieldError]


def also(*media_types: str, **more: Any) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of a successful answer in these representations."""
    if media_types:
        more["content"] = {media_type: {} for media_type in media_types}
    return {200: more}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of the errors that a call may answer."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    texts: dict[int, str] = {
        400: "The request cannot be read",
        404: "There is no such thing",
        406: "None of the accepted types is offered",
        413: "The body is too large",
        415: "The body is not JSON",
        422: "A field is wrong, or asks for too much",
        503: "Not now; try again later",
        507: "The disk is full",
    }
    return {status: {"description": texts[status], "content": content} for status in statuses}
