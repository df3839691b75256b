"""A comparison over lengths and seeds, in a real browser."""

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Lab, OpenLab, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.e2e

QUERY = (
    "preset=classic&cells=rnn.gru&lengths=5.8&seeds=2&training.steps=30&model.hidden_size=4"
    "&training.stop_when_solved=false"
)


def opened(lab: OpenLab, lang: str, query: str = QUERY, **context: Any) -> Lab:
    shown = lab(1280, 900, locale=lang, **context)
    shown.page.goto(f"{shown.url}/compare?lang={lang}&{query}")
    shown.page.locator("#controls-in-sight .field").first.wait_for()
    return shown


def trained(lab: OpenLab, lang: str, query: str = QUERY) -> Lab:
    shown = opened(lab, lang, query)
    shown.page.click("#run")
    wait_for_results(shown.page)
    return shown


def wait_for_results(page: "Page") -> None:
    """Wait for the numbers of every row: the results were read after the last run had ended."""
    page.locator("#figures").wait_for()
    page.locator("#stop").wait_for(state="hidden", timeout=120_000)
    page.locator("#runs").scroll_into_view_if_needed()
    page.locator("#runs tbody tr:nth-child(8) td:nth-child(6):not(:text-is('—'))").wait_for()


def taken(page: "Page", kind: str) -> bytes:
    with page.expect_download() as download:
        page.click(f"[data-take={kind}]")
    return download.value.path().read_bytes()


def opens_in_the_lab(page: "Page", seed: str, length: str) -> None:
    """The Lab has one run, of that seed and length, and its result is there at once."""
    page.wait_for_url("**/lab?*")
    page.locator("#run[data-action=replay]").wait_for(timeout=60_000)
    experiment = str(page.evaluate("new URLSearchParams(location.search).get('exp')"))
    specs = page.evaluate(
        "async (id) => (await (await fetch(`api/v1/experiments/${id}`)).json()).runs", experiment
    )
    assert [(str(run["spec"]["seed"]), str(run["spec"]["task"]["length"])) for run in specs] == [
        (seed, length)
    ]
    assert page.locator("#f-seed").input_value() == seed


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_a_grid_fills_and_is_looked_at(lab: OpenLab, lang: str) -> None:
    shown = opened(lab, lang)
    page = shown.page
    assert "8" in page.inner_text("#run")
    page.click("#run")
    wait_for_results(page)
    over = page.locator("#runs tbody tr:not([data-state=queued]):not([data-state=running])")
    assert over.count() == 8
    assert "8" in shown.text("#status")
    page.locator("#success-plot .trace").nth(1).scroll_into_view_if_needed()
    page.locator("#spread-plot").scroll_into_view_if_needed()
    page.locator(".points a").nth(7).wait_for()
    assert page.locator(".points a").count() == 8  # 4 before, 4 after

    for figure, rows in (("success", 2), ("spread", 2), ("bands", 21)):
        page.click(f"#{figure}-table summary")
        page.locator(f"#{figure}-table tbody tr").nth(rows - 1).wait_for()
    assert violations(page) == []

    page.locator("#runs thead button").nth(2).click()
    page.locator("#runs thead button").nth(2).click()
    assert shown.text("#runs tbody tr td:nth-child(3)") == "1"
    page.locator("#length-shown label").first.click()
    assert {"sort=-seed", "at=5", "lengths=5.8"} <= set(shown.query().lstrip("?").split("&"))
    page.reload()  # the address names the comparison, and how it is looked at
    wait_for_results(page)
    assert shown.text("#runs tbody tr td:nth-child(3)") == "1"
    assert page.locator("#length-shown input").first.is_checked()


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_a_run_opens_in_the_lab_by_keyboard_and_by_pointer(lab: OpenLab, lang: str) -> None:
    shown = trained(lab, lang)
    page = shown.page
    link = page.locator("#runs tbody tr").nth(3).locator("a")
    assert "T = 8" in str(link.get_attribute("aria-label"))
    link.focus()
    page.keyboard.press("Enter")
    opens_in_the_lab(page, "1", "8")

    page.go_back()
    wait_for_results(page)
    page.locator("#spread-plot").scroll_into_view_if_needed()
    page.locator(".points a[tabindex='0']").focus()  # one stop for all of them
    assert page.locator(".points a[tabindex='0']").count() == 1
    said = page.locator(".point-tip").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator(".point-tip").inner_text() != said
    page.keyboard.press("End")
    seed = re.findall(r"\d+", page.locator(".point-tip").inner_text())[0]
    page.keyboard.press("Enter")
    opens_in_the_lab(page, seed, "8")

    page.go_back()
    wait_for_results(page)
    page.locator("#spread-plot").scroll_into_view_if_needed()
    page.locator(".points a").first.click()
    page.wait_for_url("**/lab?*")


def test_everything_can_be_taken_away(lab: OpenLab) -> None:
    shown = trained(lab, "pt-BR")
    page = shown.page
    rows = json.loads(taken(page, "json"))["results"]
    table = list(csv.DictReader(io.StringIO(taken(page, "csv").decode())))
    assert len(rows) == len(table) == 8
    assert [row["run"] for row in table] == [row["run"] for row in rows]
    for each, same in zip(table, rows, strict=True):
        assert float(each["loss"]) == same["loss"]
        assert int(each["task.length"]) == same["spec"]["task.length"]
    for figure, words in {
        "success": ("Com que frequência aprende", "RNN", "100%", "2 comprimentos, 2 sementes"),
        "spread": ("O que chega ao começo", "antes", "T = 8"),
        "bands": ("Perda entre as sementes", "passo de treino", "GRU"),
    }.items():
        page.select_option("#take-figure", figure)
        picture = taken(page, "svg").decode()
        for word in (*words, "O contraste clássico"):
            assert word in picture, figure
    raster = taken(page, "png")
    assert raster.startswith(b"\x89PNG")
    assert int.from_bytes(raster[16:20], "big") == 1920
    assert "exp=" in page.locator("#take-link").input_value()


def test_a_grid_that_cannot_be_is_refused_in_words(lab: OpenLab) -> None:
    shown = opened(lab, "pt-BR")
    page = shown.page
    page.set_viewport_size({"width": 360, "height": 740})
    for text in ("1, dois", "5000000"):
        page.fill("#lengths", text)
        page.locator("#lengths").blur()
        assert page.inner_text("#lengths-problem")
        assert page.locator("#run").is_disabled()  # it would train something else
    page.fill("#lengths", "5 9")
    page.fill("#seeds", "0")
    page.locator("#seeds").blur()
    assert not page.inner_text("#lengths-problem")
    assert "50" in page.inner_text("#seeds-problem")
    page.fill("#seeds", "3")
    page.locator("#seeds").blur()
    assert page.locator("#run").is_enabled()
    assert "12" in page.inner_text("#run")
    assert shown.number("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_a_fresh_page_offers_what_is_ready(lab: OpenLab, lang: str) -> None:
    shown = opened(lab, lang, query="")
    page = shown.page
    assert violations(page) == []
    for card in page.locator(".ready-card").all():
        runs = re.findall(r"\d+", card.locator(".hint").inner_text())[-1]
        card.click()
        assert runs in page.inner_text("#run")
        assert page.evaluate("document.activeElement.id") == "run"
    assert "preset=rnn_wins" in shown.query()
    # The same by its address, for who opens it elsewhere or without scripts running yet.
    page.goto(f"{shown.url}/{page.locator('.ready-card').first.get_attribute('href')}")
    page.locator("#controls-in-sight .field").first.wait_for()
    assert "90" in page.inner_text("#run")


def test_of_many_runs_the_rest_is_shown_on_demand(lab: OpenLab) -> None:
    shown = opened(lab, "pt-BR", "preset=classic&lengths=5.6&seeds=20&training.steps=1")
    page = shown.page
    page.click("#run")
    page.locator("#runs tbody tr").nth(99).wait_for(state="attached")
    page.locator("#runs").scroll_into_view_if_needed()
    assert page.locator("#runs tbody tr").count() == 100
    assert shown.text("#runs-shown") == "As primeiras 100 de 120 execuções, na ordem da tabela."
    page.locator("#runs-more").focus()
    page.keyboard.press("Enter")
    page.locator("#runs tbody tr").nth(119).wait_for(state="attached")
    assert page.evaluate("document.activeElement.closest('#runs') !== null")
    page.click("#stop")


def test_stopping_keeps_what_was_measured(lab: OpenLab) -> None:
    shown = opened(lab, "pt-BR", "preset=classic&lengths=200&seeds=8&seed=31&model.hidden_size=64")
    page = shown.page
    page.click("#run")
    page.locator("#runs tbody tr").first.wait_for(state="attached")
    assert page.locator("#run").is_disabled()  # it is under way
    page.click("#stop")
    page.locator("#stop").wait_for(state="hidden", timeout=60_000)
    assert shown.text("#status").startswith("Você interrompeu.")
    assert page.locator("#run").is_enabled()


def test_a_comparison_that_is_gone_leaves_its_set_up(lab: OpenLab) -> None:
    shown = lab(1280, 900, locale="en")
    page = shown.page
    # Told by the answer, not by a log entry of the browser.
    page.route("**/api/v1/experiments/0123456789abcdef", not_found)
    page.goto(f"{shown.url}/compare?lang=en&{QUERY}&exp=0123456789abcdef")
    page.locator("#status[data-tone=warning]").wait_for()
    assert "no longer on the server" in shown.text("#status")
    assert "8" in page.inner_text("#run")
    assert "exp=" not in shown.query()
    shown.complaints[:] = [each for each in shown.complaints if "404" not in each]


def not_found(route: "Route") -> None:
    body = json.dumps({"status": 404, "code": "not_found", "detail": "", "errors": []})
    route.fulfill(status=404, content_type="application/problem+json", body=body)


@pytest.mark.parametrize(
    ("lang", "words"), [("pt-BR", "Falhas no servidor: 8."), ("en", "Failed on the server: 8.")]
)
def test_failed_runs_say_why(lab: OpenLab, lang: str, words: str) -> None:
    shown = trained(lab, lang)
    page = shown.page

    def fail(route: "Route") -> None:
        found = route.fetch().json()
        for run in found["runs"]:
            run |= {"state": "failed", "error": {"code": "timeout", "message": "secret"}}
        route.fulfill(json=found)

    page.route(re.compile(r"/api/v1/experiments/[0-9a-f]{16}$"), fail)
    end = "event: end\ndata: {}\n\n"
    page.route(
        re.compile(r"/events\?"),
        lambda route: route.fulfill(content_type="text/event-stream", body=end),
    )
    page.reload()
    page.locator("#failures:not([hidden])").wait_for()
    said = shown.text("#failures")
    assert said.startswith(words)
    assert "secret" not in page.content()
    page.locator("#runs").scroll_into_view_if_needed()
    title = page.locator("#runs tbody tr[data-state=failed]").first.get_attribute("title")
    assert title is not None
    assert title in said
