"""Measure a network without training it."""

import json
from functools import lru_cache
from typing import Annotated, Any, cast

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, model_validator

from app.api.answers import Probed
from app.api.deps import App, Client
from app.api.described import RUN_ID, also, problems
from app.api.exports import spec_of, weights_at
from app.api.json_body import JsonRoute
from app.api.schemas import Asked, RunSpecBody, given, model_of
from app.core.interventions import Interventions, changed_spec, probe
from app.core.options import OptionError
from app.core.spec import RunSpec
from app.core.wire import probed_to_dict

router = APIRouter(tags=["probe"], route_class=JsonRoute)

# T × H of what is measured while somebody waits.
MOST_STATE_VALUES = 64_000
# T·H² that costs as much again as a small probe: T = 250 with H = 256 takes as long as 60 to 70 of
# T = 50 with H = 32.
COST_UNIT = 250_000

InterventionsBody = model_of(Interventions)


class ProbeBody(Asked):
    """A spec, or a run and one of its steps; and what to change before measuring."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "anyOf": [
                    given(spec="object", run="string"),
                    {"properties": {"spec": {"type": "null"}, "run": {"type": "null"}}},
                    given(spec="object", step="integer"),
                ]
            }
        }
    )

    spec: RunSpecBody | None = Field(
        None,
        description="A network that was never trained.",
        examples=[{"model": {"cell": "lstm"}, "task": {"length": 100}}],
    )
    run: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None = Field(
        None, description="A run, whose stored weights are measured.", examples=[RUN_ID]
    )
    step: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        None,
        description="Step of the run; its last stored one by default.",
        examples=[200],
        json_schema_extra={"x-unit": "steps"},
    )
    interventions: InterventionsBody = Field(  # type: ignore[valid-type]
        default_factory=InterventionsBody,
        description="What to change before measuring.",
        examples=[{"clamp_forget": 0.9}],
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> "ProbeBody":
        if (self.spec is None) == (self.run is None):
            raise ValueError("give either spec or run")
        if self.step is not None and self.run is None:
            raise ValueError("step belongs to a run")
        return self


@router.post(
    "/probe",
    operation_id="probe",
    response_model=None,
    responses=also(model=Probed) | problems(400, 404, 413, 415, 422, 429, 503),
)
def measure(asked: ProbeBody, app: App, client: Client, response: Response) -> dict[str, Any]:
    """Measure the gradient profile, the gates and the Jacobians of a network, without training.

    The answer is a frame (``seq`` and ``step`` of what was measured) with two more fields:
    ``transport``, singular values of ∂s_T/∂s_t at some timesteps, and ``lyapunov``, the finite-time
    exponents in nats per step, descending. Equal questions are answered from memory.
    """
    change = Interventions(**cast(Asked, asked.interventions).model_dump())
    if asked.run is None:
        assert asked.spec is not None
        spec = RunSpec.from_dict(asked.spec.model_dump(exclude_unset=True))
        response.headers.update(app.gates.probes.take(client, _cost(spec, change)))
        return _untrained(spec.canonical(), change)
    spec, _ = spec_of(app, asked.run)
    response.headers.update(app.gates.probes.take(client, _cost(spec, change)))
    params, step = weights_at(app, asked.run, asked.step)
    return {**probed_to_dict(probe(spec, change, params), asked.run), "step": step}


@lru_cache(maxsize=512)
def _untrained(canonical: str, change: Interventions) -> dict[str, Any]:
    spec = RunSpec.from_dict(json.loads(canonical))
    return probed_to_dict(probe(spec, change), spec.run_id)


def _cost(spec: RunSpec, change: Interventions) -> int:
    """Return how many small probes a probe is worth, or refuse what is too large."""
    changed = changed_spec(spec, change)
    steps, hidden = changed.task.steps, changed.model.hidden_size
    if steps * hidden > MOST_STATE_VALUES:
        raise OptionError(
            "spec.model.hidden_size",
            f"length × hidden size may be at most {MOST_STATE_VALUES} in a probe",
            MOST_STATE_VALUES,
        )
    return 1 + steps * hidden**2 // COST_UNIT
