"""A page in a real browser, watched for everything that must not happen.

All tests share one browser and one server: the same experiment asked again is the same one, so
what many of them look at is trained once. A test that changes what is stored asks for a seed of
its own.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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

    def settle(self) -> None:
        """Wait until the page shows what was just done: it draws once per animation frame."""
        self.page.evaluate(TWO_FRAMES)

    def text(self, selector: str) -> str:
        self.settle()
        return self.page.locator(selector).first.inner_text()

    def query(self) -> str:
        # The address follows changes after a moment.
        self.page.wait_for_timeout(500)
        return str(self.page.evaluate("location.search"))

    def number(self, script: str) -> float:
        return float(self.page.evaluate(script))


# Told by the page itself, whatever a version of Chromium writes on its console.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} refuses ${event.blockedURI}`));
"""

# The first may be under way already.
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

OpenLab = Callable[..., Lab]


def violations(page: "Page") -> list[str]:
    """What axe finds on a page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


# Not session scope: Playwright's synchronous API keeps an event loop running in this thread,
# and any test after these that calls asyncio.run() would fail.
@pytest.fixture(scope="package")
def browser(chromium: str | None) -> Iterator["Browser"]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    # Chromium's own sandbox cannot start as root; the pages are ours.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def contexts(browser: "Browser") -> Callable[..., "BrowserContext"]:
    """``contexts(**options)``: one profile per kind of reader, which keeps what it has fetched."""
    known: dict[str, BrowserContext] = {}

    def of(**options: Any) -> "BrowserContext":
        key = repr(sorted(options.items()))
        if key not in known:
            known[key] = browser.new_context(**options)
        return known[key]

    return of


@pytest.fixture
def lab(contexts: Callable[..., "BrowserContext"], standing: Any) -> Iterator[OpenLab]:
    """``lab(width, height, **context) -> Lab``; at the end nothing may have gone wrong.

    Motion is reduced unless a test asks for it: what was trained before is then there at once.
    """
    opened: list[Lab] = []

    def start(width: int = 1280, height: int = 800, **context: Any) -> Lab:
        page = contexts(**{"reduced_motion": "reduce", **context}).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.add_init_script(TELL_VIOLATIONS)
        new = Lab(page, standing.url)
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
                if request.url.startswith((standing.url, "data:", "blob:"))
                else new.complaints.append(f"request to {request.url}")
            ),
        )
        opened.append(new)
        return new

    yield start
    for each in opened:
        each.page.evaluate("localStorage.clear()")  # the next reader is a new one
        each.page.close()
    assert [complaint for each in opened for complaint in each.complaints] == []
