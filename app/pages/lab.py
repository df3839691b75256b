"""The Lab: all of it is made in the browser, but for its question."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.core.presets import PRESETS
from app.pages.render import Pages


def lab_values(request: Request) -> dict[str, Any]:
    """Return what the template needs: the question of the preset in the address, its answers."""
    asked = request.query_params.get("preset", "")
    preset = asked if asked in PRESETS else next(iter(PRESETS))
    task = PRESETS[preset].experiment["runs"][0]["task"]
    return {
        "question": f"preset.{preset}.question",
        "guesses": PRESETS[preset].prediction_options,
        "length": task["length"],
    }


def add(router: APIRouter, pages: Pages) -> None:
    """Add the Lab to the pages."""

    @router.get("/lab")
    def lab(request: Request) -> HTMLResponse:
        return pages.render(request, "lab.html", **lab_values(request))
