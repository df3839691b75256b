"""What can be asked: tasks, cells, options with their ranges, presets and limits."""

from typing import Any

from fastapi import APIRouter

from app.api.answers import Catalogue
from app.api.deps import App
from app.api.described import also
from app.core.cells import CELLS
from app.core.options import Option, options_of
from app.core.presets import PRESETS
from app.core.spec import ENGINE_VERSION, RunSpec, Training
from app.core.tasks import TASKS
from app.studies.verify import verified_table

router = APIRouter(tags=["catalogue"])


@router.get(
    "/catalogue",
    operation_id="get_catalogue",
    response_model=None,
    responses=also(model=Catalogue),
)
def catalogue(app: App) -> dict[str, Any]:
    """Return everything from which a client can build its controls."""
    chosen = app.settings
    verified = verified_table()["presets"]
    return {
        "engine_version": ENGINE_VERSION,
        "tasks": [_task(name, cls) for name, cls in TASKS.items()],
        "cells": [
            {"name": name, "options": options_json("model", cls)} for name, cls in CELLS.items()
        ],
        "training": options_json("training", Training),
        "run": options_json("", RunSpec),
        "presets": [
            {
                "id": preset.id,
                "topic": preset.topic,
                "experiment": preset.experiment,
                "keys": list(preset.models),
                "controls": list(preset.controls),
                "prediction_options": list(preset.prediction_options),
                "answer": preset.answer,
                "verified": verified.get(preset.id),
            }
            for preset in PRESETS.values()
        ],
        "limits": {
            "max_cost": chosen.max_cost,
            "max_values": chosen.max_values,
            "max_runs_per_experiment": chosen.max_runs,
            "max_body": chosen.max_body,
            "live_runs": chosen.live_runs,
        },
    }


def _task(name: str, cls: type[Any]) -> dict[str, Any]:
    task = cls()
    return {
        "name": name,
        # An option of a published task comes from its publication.
        "options": [
            {**option, "source": option["source"] or task.source}
            for option in options_json("task", cls)
        ],
        "metric": task.metric,
        "threshold": task.threshold,
        "higher_is_better": task.higher_is_better,
        "readout": task.readout,
        "loss": task.loss,
        "source": task.source,
        "baseline": task.baseline,
    }


def options_json(section: str, cls: type) -> list[dict[str, Any]]:
    """Return the options of one part of a spec; ``path`` is how ``vary`` names them."""
    return [_option(section, name, option) for name, option in options_of(cls).items()]


def _option(section: str, name: str, option: Option) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{section}.{name}" if section else name,
        "kind": option.kind,
        "default": option.default,
        "low": option.low,
        "high": option.high,
        "step": option.step,
        "scale": option.scale,
        "nullable": option.nullable,
        "choices": list(option.choices) if option.choices else None,
        "unit": option.unit,
        "doc": option.doc,
        "source": option.source,
    }
