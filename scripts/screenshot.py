"""Take the README's picture of the real page.

    python scripts/screenshot.py [--url http://127.0.0.1:8000/] [--out docs/lab.png]

Opens the Lab at 1280 × 800 in a real browser, runs the preset that it opens with, and takes the
picture when the runs have ended. Without --url it starts a server of its own.
"""

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def own_server() -> Iterator[str]:
    """Address of a server that lives as long as the picture takes."""
    with tempfile.TemporaryDirectory(prefix="vgl-screenshot-") as folder:
        environment = {**os.environ, "VGL_DATABASE": f"sqlite:///{folder}/vgl.db"}
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", "8765"],
            cwd=ROOT,
            env=environment,
        )
        try:
            wait_until_ready("127.0.0.1", 8765, 120)
            yield "http://127.0.0.1:8765/"
        finally:
            process.terminate()
            process.wait(60)


def wait_until_ready(host: str, port: int, seconds: float) -> None:
    """Return when the server answers that it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise SystemExit(f"the server was not ready after {seconds:g} s")


def chromium() -> str | None:
    """Path of the browser: $VGL_CHROMIUM or the system's; None means Playwright's own."""
    return os.environ.get("VGL_CHROMIUM") or shutil.which("chromium", path="/usr/bin")


def take(url: str, out: Path, language: str, timeout: float) -> None:
    """Run the preset and write the picture."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"{url.rstrip('/')}/lab?lang={language}", wait_until="networkidle")
        page.locator("#run").click()
        # The page says what happened once it has shown the last frame of every run.
        page.locator("#outcome").wait_for(state="visible", timeout=timeout * 1000)
        page.locator("#highway").evaluate(
            "e => scrollBy({ top: e.getBoundingClientRect().top - 72, behavior: 'instant' })"
        )
        page.wait_for_timeout(1500)  # charts are drawn when they come into view
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a running server; without it, one is started")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "lab.png")
    parser.add_argument("--language", default="en", choices=["en", "pt-BR"])
    parser.add_argument("--timeout", type=float, default=180, help="seconds to wait for the runs")
    options = parser.parse_args()
    if options.url:
        take(options.url, options.out, options.language, options.timeout)
    else:
        with own_server() as url:
            take(url, options.out, options.language, options.timeout)
    print(options.out)


if __name__ == "__main__":
    main()
