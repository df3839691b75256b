"""A frame in another site's page: shown where the operator allows it, refused elsewhere."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import free_port, running

pytestmark = pytest.mark.e2e

SMALL = "task.length=20&training.steps=20&training.stop_when_solved=false&frame_every=5"

HOST = '<!doctype html><title>LMS</title><iframe width="900" height="640" src="{source}"></iframe>'


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def site(folder: Path, port: int) -> Iterator[str]:
    """Another site, on a port of its own: an origin of its own."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        served.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path, str, str]]:
    """A server, the folder of two other sites, and their origins: one allowed, one not."""
    folder = tmp_path_factory.mktemp("sites")
    with ExitStack() as stack:
        allowed = stack.enter_context(site(folder, free_port()))
        stranger = stack.enter_context(site(folder, free_port()))
        server = stack.enter_context(running(folder / "server", VGL_FRAME_ANCESTORS=allowed))
        yield server, folder, allowed, stranger


def framed(browser: Any, folder: Path, origin: str, source: str) -> Any:
    (folder / "page.html").write_text(HOST.format(source=source))
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    page.goto(f"{origin}/page.html")
    page.wait_for_timeout(300)
    return page


def test_a_figure_runs_in_an_allowed_page(browser: Any, sites: tuple[Any, Path, str, str]) -> None:
    server, folder, allowed, _ = sites
    page = framed(browser, folder, allowed, f"{server.url}/embed/profile?lang=pt-BR&{SMALL}")
    inside = page.frame_locator("iframe")
    inside.locator("#run[data-action=run]").click()
    inside.locator("#profile-plot .trace").nth(3).wait_for(timeout=60_000)
    assert inside.locator("#profile").is_visible()
    assert not inside.locator("#highway").is_visible()
    assert "vivo" in inside.locator("#profile-plot").inner_text()
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.frames[1].evaluate(width) == 0
    page.close()


def test_a_chapter_lives_in_an_allowed_page(
    browser: Any, sites: tuple[Any, Path, str, str]
) -> None:
    server, folder, allowed, _ = sites
    page = framed(browser, folder, allowed, f"{server.url}/embed/lesson/forgetting?lang=en")
    inside = page.frame_locator("iframe")
    inside.locator("html.scripted").wait_for()
    assert inside.locator(".chapter").count() == 1
    inside.locator("[data-control]").first.press("ArrowRight")
    page.close()


@pytest.mark.parametrize("case", ["a stranger", "the whole site"])
def test_everything_else_is_refused(
    browser: Any, sites: tuple[Any, Path, str, str], case: str
) -> None:
    server, folder, allowed, stranger = sites
    origin, path = (stranger, "embed/profile") if case == "a stranger" else (allowed, "lab")
    page = framed(browser, folder, origin, f"{server.url}/{path}?lang=en")
    assert page.frames[1].url.startswith("chrome-error://")
    page.close()
