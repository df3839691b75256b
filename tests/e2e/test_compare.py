"""A comparison over lengths and seeds, in a real browser."""

import json

import pytest

from .conftest import OpenLab, violations

pytestmark = pytest.mark.e2e

QUERY = (
    "preset=classic&cells=rnn.gru&lengths=5.8&seeds=2&training.steps=30&model.hidden_size=4"
    "&training.stop_when_solved=false"
)


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_a_grid_fills_and_leads_to_the_lab(lab: OpenLab, lang: str) -> None:
    shown = lab(1280, 900, locale=lang)
    page = shown.page
    page.goto(f"{shown.url}/compare?lang={lang}&{QUERY}")
    page.locator("#controls-in-sight .field").first.wait_for()
    assert "8" in page.inner_text("#run")
    page.click("#run")
    solved = page.locator("#runs tbody tr:not([data-state=queued]):not([data-state=running])")
    page.locator("#stop").wait_for(state="hidden", timeout=120_000)
    page.locator("#runs tbody tr:nth-child(8)").wait_for()
    # Every row has its numbers: the results were read after the last run had ended.
    page.locator("#runs tbody tr:nth-child(8) td:nth-child(6):not(:text-is('—'))").wait_for()
    assert solved.count() == 8
    page.locator("#success-plot .main-svg").first.wait_for()
    page.locator("#spread-plot .scatterlayer .point").nth(7).wait_for()
    assert page.locator("#spread-plot .scatterlayer .point").count() == 8  # 4 before, 4 after

    for figure, rows in (("success", 2), ("spread", 2), ("bands", 21)):
        page.click(f"#{figure}-table summary")
        page.locator(f"#{figure}-table tbody tr").nth(rows - 1).wait_for()
    assert violations(page) == []

    page.locator("#runs thead button").nth(2).click()
    page.locator("#runs thead button").nth(2).click()
    assert shown.text("#runs tbody tr td:nth-child(3)") == "1"
    page.locator("#length-shown label").first.click()
    assert {"sort=-seed", "at=5", "lengths=5.8"} <= set(shown.query().lstrip("?").split("&"))

    with page.expect_download() as download:
        page.click("[data-save=json]")
    assert len(json.loads(download.value.path().read_text())["results"]) == 8

    page.reload()  # the address names the comparison
    page.locator("#runs tbody tr:nth-child(8)").wait_for()
    page.locator("#runs tbody tr a").first.click()
    page.locator("#controls-in-sight .field").first.wait_for()
    assert "/lab?" in page.url
    assert page.locator("#f-seed").input_value() == "1"


def test_a_grid_that_cannot_be_is_refused_in_words(lab: OpenLab) -> None:
    shown = lab(360, 740, locale="pt-BR")
    page = shown.page
    page.goto(f"{shown.url}/compare?lang=pt-BR&{QUERY}")
    page.locator("#controls-in-sight .field").first.wait_for()
    for text in ("1, dois", "5000000"):
        page.fill("#lengths", text)
        page.locator("#lengths").blur()
        assert page.inner_text("#lengths-problem")
    page.fill("#seeds", "0")
    page.locator("#seeds").blur()
    assert "50" in page.inner_text("#seeds-problem")
    assert shown.number("document.documentElement.scrollWidth") <= 360
