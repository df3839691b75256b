"""The Lab in a real browser: ``python -m benchmarks.page [smooth bytes lighthouse]``.

smooth      the preset that the Lab opens with, trained live, without and with a four times slower
            processor: how busy the main thread is, its longest task, frames shown per second
bytes       what each page transfers, as it arrives and with all that it fetches later
lighthouse  Lighthouse's scores (mobile) of each page; needs npx, or $LIGHTHOUSE

Times are of the renderer's main thread: as processor time, which others on the machine do not
change, and by the clock, which they do. The browser draws without a graphics card here, so painting
costs more than on a person's machine.

The Lab draws its figures itself: starting Plotly, one task of 0.8 s, is left to who inspects a
figure (docs/adr/0018-plotly-for-inspection.md).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.step_vs_peers import machine
from scripts.screenshot import chromium, own_server

LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("", "lab", "compare", "challenges", "about")
LANGUAGES = ("pt-BR", "en")
CATEGORIES = ("performance", "accessibility", "best-practices")
SIZES = {"phone": (390, 844), "laptop": (1280, 800)}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")

# Distinct training steps on screen, counted once per animation frame.
COUNTER = """() => {
  window.shown = { steps: 0, frames: 0, last: null };
  const look = () => {
    const { value } = document.getElementById("clock-step");
    if (value !== window.shown.last) { window.shown.steps += 1; window.shown.last = value; }
    window.shown.frames += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def main_thread(trace: dict[str, Any]) -> list[tuple[float, float]]:
    """Return (by the clock, of the processor) of every task of the busiest renderer, in ms."""
    threads = {
        (event["pid"], event["tid"])
        for event in trace["traceEvents"]
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for event in trace["traceEvents"]:
        where = (event.get("pid"), event.get("tid"))
        if event.get("ph") == "X" and where in threads and event["name"].endswith("RunTask"):
            tasks[where].append((event["dur"] / 1000, event.get("tdur", event["dur"]) / 1000))
    return max(tasks.values(), key=lambda found: sum(task[1] for task in found), default=[(0, 0)])


def smooth(browser: Browser, url: str, size: str, throttle: int, seconds: float) -> str:
    """Train the default preset and return a row of the table."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en")
    page = context.new_page()
    # A seed of its own: nothing is there yet, so it trains while we look.
    seed = 1000 + 10 * throttle + len(size)
    page.goto(f"{url}lab?lang=en&seed={seed}&training.stop_when_solved=false")
    page.locator("#controls-in-sight .field").first.wait_for()
    page.wait_for_timeout(2000)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.click("#run")
    page.locator(".lane-value:not(:text-is('—'))").first.wait_for(timeout=120_000)
    # As a reader: the highway and the profile in sight.
    page.evaluate("document.getElementById('profile').scrollIntoView({block: 'end'})")
    page.evaluate(COUNTER)
    browser.start_tracing(page=page, categories=["toplevel"])
    page.wait_for_timeout(1000 * seconds)
    tasks = main_thread(json.loads(browser.stop_tracing()))
    shown = page.evaluate("window.shown")
    training = page.locator("#status").inner_text()
    context.close()
    wall, cpu = (sum(each) / 10 / seconds for each in zip(*tasks, strict=True))
    slowest_wall, slowest_cpu = (max(each) for each in zip(*tasks, strict=True))
    print(f"  {size} {throttle}×: {training}", file=sys.stderr)
    return (
        f"| {size} | {throttle}× | {cpu:.0f}% | {wall:.0f}% | {slowest_cpu:.0f} ms | "
        f"{slowest_wall:.0f} ms | {shown['frames'] / seconds:.0f} | "
        f"{shown['steps'] / seconds:.0f} |"
    )


def transferred(page: Page, address: str) -> dict[str, int]:
    """Return the bytes on the wire by kind of a first visit, everything fetched."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    found: dict[str, int] = defaultdict(int)

    def received(event: dict[str, Any]) -> None:
        name = event["response"]["url"]
        kinds[event["requestId"]] = "plotly" if "plotly.min" in name else event["type"]

    def finished(event: dict[str, Any]) -> None:
        found[kinds.get(event["requestId"], "other")] += int(event["encodedDataLength"])

    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="networkidle")
    return found


def table_of_bytes(browser: Browser, url: str) -> list[str]:
    """Return the rows: kilobytes per page and kind."""
    rows = ["| page | document | styles | modules | texts, data | before Plotly | Plotly |"]
    rows.append("|---|---|---|---|---|---|---|")
    for path in PAGES:
        context = browser.new_context(locale="en")
        by = transferred(context.new_page(), f"{url}{path}?lang=en")
        context.close()
        plotly = by.pop("plotly", 0)
        parts = [by.pop("Document", 0), by.pop("Stylesheet", 0), by.pop("Script", 0)]
        parts += [sum(by.values())]
        cells = [*parts, sum(parts), plotly]
        rows.append(f"| /{path} | " + " | ".join(f"{size / 1000:.0f} kB" for size in cells) + " |")
    return rows


def scores(url: str) -> list[str]:
    """Return the rows of Lighthouse's scores, mobile, for every page and language."""
    rows = [
        "| page | language | performance | accessibility | best practices | first paint | LCP |"
    ]
    rows.append("|---|---|---|---|---|---|---|")
    for path in PAGES:
        for lang in LANGUAGES:
            report = lighthouse(f"{url}{path}?lang={lang}")
            values = [round(100 * report["categories"][name]["score"]) for name in CATEGORIES]
            timing = [
                report["audits"][name]["displayValue"].replace("\u00a0", " ")
                for name in ("first-contentful-paint", "largest-contentful-paint")
            ]
            rows.append(f"| /{path} | {lang} | " + " | ".join(map(str, [*values, *timing])) + " |")
            print(rows[-1], file=sys.stderr)
            for problem in lost(report):
                print(f"    {problem}", file=sys.stderr)
    return rows


def lost(report: dict[str, Any]) -> list[str]:
    """Return what cost points."""
    found = []
    for name in CATEGORIES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                said = audit.get("displayValue", "")
                found.append(f"{name}: {audit['id']} {audit['score']} {said}")
    return found


def lighthouse(address: str, tries: int = 3) -> dict[str, Any]:
    """Return Lighthouse's report of one page; now and then it loses its own trace: once more."""
    while True:
        try:
            return _lighthouse(address)
        except subprocess.CalledProcessError:
            tries -= 1
            if not tries:
                raise


def _lighthouse(address: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        tool = os.environ.get("LIGHTHOUSE", f"npx --yes {LIGHTHOUSE}").split()
        subprocess.run(
            [
                *tool,
                address,
                "--quiet",
                "--output=json",
                f"--output-path={out}",
                f"--only-categories={','.join(CATEGORIES)}",
                f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
            ],
            check=True,
            env={**os.environ, **({"CHROME_PATH": path} if (path := chromium()) else {})},
        )
        report: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return report


def report(url: str, parts: list[str], seconds: float) -> list[str]:
    """Return the lines of the report."""
    lines = [f"# The page\n\n{machine()}\n"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        lines[0] += f"Chromium {browser.version}, headless, no graphics card.\n"
        if "smooth" in parts:
            lines.append("## The default preset, live\n")
            lines.append(
                "| screen | throttle | main thread, processor | by the clock | "
                "longest task, processor | by the clock | animation frames/s | steps shown/s |"
            )
            lines.append("|---|---|---|---|---|---|---|---|")
            for size in SIZES:
                for throttle in (1, 4):
                    lines.append(smooth(browser, url, size, throttle, seconds))
        if "bytes" in parts:
            lines.append("\n## Bytes of a first visit\n")
            lines += table_of_bytes(browser, url)
        browser.close()
    if "lighthouse" in parts:
        lines.append("\n## Lighthouse, mobile\n")
        lines += scores(url)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", help="smooth, bytes, lighthouse", default=[])
    parser.add_argument("--url", help="a running server; without it, one is started")
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    parts = options.parts or ["smooth", "bytes"]
    if options.url:
        lines = report(f"{options.url.rstrip('/')}/", parts, options.seconds)
    else:
        with own_server() as url:
            lines = report(url, parts, options.seconds)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
