"""The challenges, and the grade of a run that a link names."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from fastapi import APIRouter, Request, Response

from app.core.cells import CELLS
from app.core.challenges import CHALLENGES, Challenge, Criterion, Value
from app.core.options import Option, options_of
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS
from app.pages.i18n import Texts
from app.pages.numbers import decimal, number
from app.pages.render import Pages
from app.runs.grading import grade_run
from app.runs.store import Store

_RUN = re.compile(r"[0-9a-f]{16}", re.ASCII)


class _Services(Protocol):
    """The part of the application's services that this page needs."""

    store: Store


@dataclass(frozen=True)
class Line:
    """One criterion in words, and with a run what was found."""

    text: str
    found: str = ""
    passed: bool | None = None


@dataclass(frozen=True)
class Result:
    """A graded run."""

    challenge: str
    run: str
    over: bool
    passed: bool
    lines: list[Line]


def criterion_text(criterion: Criterion, texts: Texts) -> str:
    """Say what must hold: "forget bias ≤ 1"."""
    name = f"challenge.quantity.{criterion.quantity}"
    label = texts(name if name in texts else f"option.{criterion.quantity}.label")
    values = criterion.value if isinstance(criterion.value, tuple) else (criterion.value,)
    shown = texts("challenge.or").join(value_text(value, texts) for value in values)
    sign = "=" if criterion.sign == "one of" else criterion.sign
    return f"{label} {sign} {shown}"


def value_text(value: Value, texts: Texts) -> str:
    """Write a value of a spec, or a measured one."""
    if value is None:
        return texts("challenge.none")
    if isinstance(value, str):
        for key in (
            f"challenge.value.{value}",
            f"choice.{value}",
            f"cell.{value}",
            f"task.{value}",
        ):
            if key in texts:
                return texts(key)
        return value
    return number(float(value), texts.language, 3)


def field_text(value: Value, lang: str) -> str:
    """Write a value as a person types it: "0.0001", not as a power of ten."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return decimal(np.format_float_positional(float(value), trim="-"), lang)


def show_result(challenge: Challenge, run_id: str, store: Store, texts: Texts) -> Result | None:
    """Grade a run again, now; None if this server does not know it."""
    found = grade_run(store, challenge, run_id)
    if found is None:
        return None
    lines = [
        Line(criterion_text(v.criterion, texts), value_text(v.found, texts), v.passed)
        for v in found.verdicts
    ]
    return Result(challenge.id, run_id, found.over, found.passed, lines)


def field_of(challenge: Challenge, path: str) -> tuple[Option, Any]:
    """Return the option behind a control, and the value it starts with."""
    section, _, name = path.partition(".")
    task, model = challenge.start["task"]["name"], challenge.start["model"]["cell"]
    cls: type = {"task": TASKS[task], "model": CELLS[model], "training": Training}[section]
    return options_of(cls)[name], RunSpec.from_dict(challenge.start).to_dict()[section][name]


def add(router: APIRouter, pages: Pages) -> None:
    """Add the page of challenges."""

    @router.get("/challenges")
    def challenges(request: Request) -> Response:
        texts = pages.texts(request)
        chosen = CHALLENGES.get(request.query_params.get("challenge", ""))
        run_id = request.query_params.get("run", "")
        asked = chosen is not None and _RUN.fullmatch(run_id) is not None
        result = None
        services: _Services | None = getattr(request.app.state, "services", None)
        if chosen is not None and asked and services is not None:
            result = show_result(chosen, run_id, services.store, texts)
        return pages.render(
            request,
            "challenges.html",
            challenges=list(CHALLENGES.values()),
            criteria={
                challenge.id: [criterion_text(each, texts) for each in challenge.criteria]
                for challenge in CHALLENGES.values()
            },
            starts={
                challenge.id: RunSpec.from_dict(challenge.start).to_dict()
                for challenge in CHALLENGES.values()
            },
            field_of=field_of,
            field_text=lambda value: field_text(value, texts.language),
            value_text=lambda value: value_text(value, texts),
            asked=asked,
            result=result,
        )
