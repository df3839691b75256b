"""Take the pictures that other sites show beside a link to a page (``static/social``).

    python scripts/social.py [--url http://127.0.0.1:8000/]

The gradient highway of the classic contrast once it is trained, as its frame for other sites shows
it, in 1200 × 630 pixels; one picture per language. Without --url it starts a server of its own.
"""

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))
from screenshot import ROOT, chromium, own_server

LANGUAGES = ("pt-BR", "en")
# What a figure in a frame has around it, and a picture has not.
ONLY_THE_FIGURE = """() => {
  const around = ".intro, .clock-bar, .embed-bar, .highway-key";
  for (const each of document.querySelectorAll(around)) each.hidden = true;
  const panel = document.getElementById("highway");
  panel.style.margin = "0";
  panel.style.borderRadius = "0";
  panel.style.minHeight = "630px";
  panel.style.alignContent = "space-between";
  document.getElementById("figures").style.padding = "0";
  scrollTo(0, 0);
}"""


def take(url: str, folder: Path) -> None:
    """Train the preset and write a picture for each language."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        for language in LANGUAGES:
            page = browser.new_page(
                viewport={"width": 1200, "height": 630}, reduced_motion="reduce"
            )
            page.goto(f"{url.rstrip('/')}/embed/highway?preset=classic&lang={language}")
            page.locator("#run[data-action=run]").click()
            page.locator("#run[data-action=replay]").wait_for(timeout=600_000)
            page.locator("#clock-live").click()
            page.evaluate(ONLY_THE_FIGURE)
            page.wait_for_timeout(1500)
            page.screenshot(path=folder / f"{language}.png")
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a running server; without it, one is started")
    parser.add_argument("--out", type=Path, default=ROOT / "static" / "social")
    options = parser.parse_args()
    if options.url:
        take(options.url, options.out)
    else:
        with own_server() as url:
            take(url, options.out)


if __name__ == "__main__":
    main()
