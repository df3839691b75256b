"""The page of comparisons: made in the browser, but for those that are ready to be run."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.core.presets import PRESETS
from app.pages.render import Pages


@dataclass(frozen=True)
class Ready:
    """A comparison that a link sets up: the models of a preset over lengths and seeds."""

    preset: str
    lengths: tuple[int, ...]
    seeds: int

    @property
    def models(self) -> int:
        return len(PRESETS[self.preset].experiment["runs"])

    @property
    def runs(self) -> int:
        return self.models * len(self.lengths) * self.seeds

    @property
    def query(self) -> str:
        """The set-up as the page itself writes it into its address (js/compare/grid.js)."""
        lengths = ".".join(map(str, self.lengths))
        return urlencode({"preset": self.preset, "lengths": lengths, "seeds": self.seeds})


READY = (
    Ready("classic", (20, 50, 100), 10),
    Ready("forget_bias", (25, 50, 100), 5),
    Ready("rnn_wins", (20, 60, 120), 10),
)


def add(router: APIRouter, pages: Pages) -> None:
    """Add the comparisons to the pages."""

    @router.get("/compare")
    def compare(request: Request) -> HTMLResponse:
        return pages.render(request, "compare.html", ready=READY)
