"""Take the pictures that other sites show beside a link to a page (``static/social``).

    python scripts/social.py [--url http://127.0.0.1:8000/] [--pages lesson compare]

One for each page and language, 1200 × 630 pixels: the name of the page and a still of its own
figure, from the real page. What has to be trained for it is trained. Without --url it starts a
server of its own.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))
from screenshot import ROOT, chromium, own_server

LANGUAGES = ("pt-BR", "en")
SIZE = {"width": 1200, "height": 630}

# A sheet over the page: its heading, and copies of what is named. Plotly and SVG draw for the size
# of their place, so a figure is copied as it is and scaled to fit.
CARD = """({ parts, beside }) => {
  const card = document.createElement("div");
  Object.assign(card.style, {
    position: "fixed", inset: 0, zIndex: 99, padding: "48px 60px", display: "flex", gap: "30px",
    flexDirection: beside ? "row" : "column", background: "var(--surface)", overflow: "hidden",
  });
  const words = document.createElement("div");
  const heading = document.querySelector("h1").cloneNode(true);
  const room = document.createElement("div");
  Object.assign(words.style, { display: "grid", gap: "30px", alignContent: "start" });
  if (beside) words.style.flex = "0 0 430px";
  Object.assign(heading.style, {
    fontSize: beside ? "48px" : "54px", lineHeight: 1.14, textWrap: "balance", margin: 0,
  });
  Object.assign(room.style, { flex: 1, minHeight: 0, minWidth: 0, position: "relative" });
  const inner = document.createElement("div");
  const width = Math.max(...parts.map((part) => document.querySelector(part).offsetWidth));
  Object.assign(inner.style, { width: `${width}px`, transformOrigin: "0 0", lineHeight: 1.5 });
  for (const part of parts) inner.append(document.querySelector(part).cloneNode(true));
  const mark = document.querySelector(".brand").cloneNode(true);
  mark.style.fontSize = "24px";
  room.append(inner);
  words.append(mark, heading);
  card.append(words, room);
  document.querySelector("main").append(card);
  const scale = Math.min(room.clientWidth / width, room.clientHeight / inner.offsetHeight);
  const down = beside ? (room.clientHeight - scale * inner.offsetHeight) / 2 : 0;
  inner.style.transform = `translateY(${down}px) scale(${scale})`;
}"""

# What a figure in a frame has around it, and a picture has not.
ONLY_THE_HIGHWAY = """() => {
  const around = ".intro, .clock-bar, .embed-bar, .highway-key, .as-table";
  for (const each of document.querySelectorAll(around)) each.hidden = true;
  const panel = document.getElementById("highway");
  panel.style.margin = "0";
  panel.style.borderRadius = "0";
  panel.style.minHeight = "630px";
  panel.style.alignContent = "space-between";
  document.getElementById("figures").style.padding = "0";
  scrollTo(0, 0);
}"""


def lesson(page: Page, url: str, lang: str) -> None:
    """Show how the gradient fades in the first figure."""
    page.goto(f"{url}?lang={lang}", wait_until="networkidle")
    parts = [
        "#figure-reach [data-plot]",
        "#figure-reach .legend-head",
        "#figure-reach [data-legend]",
    ]
    page.evaluate(CARD, {"parts": parts, "beside": True})


def lab(page: Page, url: str, lang: str) -> None:
    """Show the gradient highway of the classic contrast, once it is trained."""
    page.goto(f"{url}embed/highway?preset=classic&lang={lang}")
    page.locator("#run[data-action=run]").click()
    page.locator("#run[data-action=replay]").wait_for(timeout=600_000)
    page.locator("#clock-live").click()
    page.evaluate(ONLY_THE_HIGHWAY)


def compare(page: Page, url: str, lang: str) -> None:
    """Show in how many seeds each cell learned sequences of three lengths."""
    page.goto(f"{url}compare?preset=classic&lengths=20.40.60&seeds=5&lang={lang}")
    page.locator("#controls-in-sight .field").first.wait_for()
    page.click("#run")
    page.locator("#figures").wait_for()
    page.locator("#stop").wait_for(state="hidden", timeout=1_800_000)
    page.locator("#success-plot").scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    page.evaluate(CARD, {"parts": ["#success-plot", "#success-legend"], "beside": False})


def challenges(page: Page, url: str, lang: str) -> None:
    """Show what the first of them asks for."""
    page.goto(f"{url}challenges?lang={lang}", wait_until="networkidle")
    parts = ["#rnn_one_percent header", "#rnn_one_percent .verdicts"]
    page.evaluate(CARD, {"parts": parts, "beside": False})


def about(page: Page, url: str, lang: str) -> None:
    """Show the gradient check."""
    page.goto(f"{url}about?lang={lang}", wait_until="networkidle")
    page.evaluate(CARD, {"parts": [".badges"], "beside": False})


SUBJECTS: dict[str, Callable[[Page, str, str], None]] = {
    each.__name__: each for each in (lesson, lab, compare, challenges, about)
}


def take(url: str, folder: Path, pages: Sequence[str]) -> None:
    """Write a picture of each page in each language."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        for language in LANGUAGES:
            for name in pages:
                page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
                SUBJECTS[name](page, f"{url.rstrip('/')}/", language)
                page.wait_for_timeout(1500)
                page.screenshot(path=folder / f"{name}.{language}.png")
                page.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a running server; without it, one is started")
    parser.add_argument("--out", type=Path, default=ROOT / "static" / "social")
    parser.add_argument("--pages", nargs="+", default=list(SUBJECTS), choices=list(SUBJECTS))
    options = parser.parse_args()
    if options.url:
        take(options.url, options.out, options.pages)
    else:
        with own_server() as url:
            take(url, options.out, options.pages)


if __name__ == "__main__":
    main()
