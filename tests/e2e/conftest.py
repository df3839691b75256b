"""A page in a real browser, watched for everything that must not happen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Small enough to end within seconds on a busy machine; long enough for the contrast to be there.
SMALL = "task.length=20&training.steps=120&training.stop_when_solved=false&frame_every=5"


@dataclass
class Lab:
    """The Lab, open in a browser."""

    page: "Page"
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, query: str = SMALL, lang: str = "en") -> None:
        """Open the Lab and wait until its controls are there."""
        self.page.goto(f"{self.url}/lab?lang={lang}&{query}")
        self.page.locator("#controls-in-sight .field").first.wait_for()

    def run(self) -> None:
        self.page.click("#run")

    def wait_for_frames(self) -> None:
        self.page.locator(".lane-value:not(:text-is('—'))").first.wait_for(timeout=60_000)

    def wait_for_end(self) -> None:
        self.page.locator("#run[data-action=replay]").wait_for(timeout=120_000)
        self.page.locator("#outcome:not([hidden])").wait_for(timeout=60_000)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def query(self) -> str:
        # The address follows changes after a moment.
        self.page.wait_for_timeout(500)
        return str(self.page.evaluate("location.search"))

    def number(self, script: str) -> float:
        return float(self.page.evaluate(script))


OpenLab = Callable[..., Lab]


@pytest.fixture
def lab(browser: "Browser", server: Any) -> Iterator[OpenLab]:
    """``lab(width, height, **context) -> Lab``; at the end nothing may have gone wrong."""
    opened: list[Lab] = []

    def start(width: int = 1280, height: int = 800, **context: Any) -> Lab:
        page = browser.new_context(
            viewport={"width": width, "height": height}, **context
        ).new_page()
        new = Lab(page, server.url)
        page.on(
            "console",
            lambda message: (
                new.complaints.append(f"console: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda error: new.complaints.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((server.url, "data:", "blob:"))
                else new.complaints.append(f"request to {request.url}")
            ),
        )
        opened.append(new)
        return new

    yield start
    for each in opened:
        each.page.context.close()
    assert [complaint for each in opened for complaint in each.complaints] == []
