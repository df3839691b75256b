"""The whole story in both languages, on a phone and a laptop: from the question to the report."""

import pytest

from .conftest import SMALL, OpenLab

pytestmark = pytest.mark.e2e

PHONE, LAPTOP = (360, 740), (1280, 800)
CASES = [(lang, size) for lang in ("pt-BR", "en") for size in (PHONE, LAPTOP)]
VALUES = "JSON.stringify([...document.querySelectorAll('.lane-value')].map((e) => e.innerText))"


@pytest.mark.parametrize(("lang", "size"), CASES, ids=lambda case: str(case))
def test_from_the_question_to_the_report(lab: OpenLab, lang: str, size: tuple[int, int]) -> None:
    phone = size == PHONE
    shown = lab(*size, locale=lang, has_touch=phone)
    page = shown.page
    # A preset, a prediction, a run.
    shown.open(f"{SMALL}&preset=gates_away", lang=lang)
    assert page.locator("#question").inner_text().endswith("?")
    page.locator(".guess").nth(0).click()
    shown.run()
    shown.wait_for_end()
    page.locator("#highway").scroll_into_view_if_needed()
    shown.wait_for_frames()
    shown.settle()
    end = page.evaluate(VALUES)
    told = shown.text("#outcome")

    # Back to the beginning of training, frame by frame; on a phone behind a button.
    if phone:
        assert not page.locator("#clock-next").is_visible()
        page.click("#clock-more")
    page.locator("#highway").scroll_into_view_if_needed()
    page.locator("#clock-step").fill("0")
    page.wait_for_function(f"(end) => {VALUES} !== end", arg=end)
    page.click("#clock-next")
    page.wait_for_function("() => document.getElementById('clock-label').innerText.includes('5 ')")
    page.select_option("#clock-speed", "4")
    page.locator("#clock-time").fill("7")
    page.locator("#profile").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('#profile-at').textContent.endsWith('7')")
    if phone:
        page.click("#clock-more")
    page.click("#clock-live")
    page.locator("#highway").scroll_into_view_if_needed()
    page.wait_for_function(f"(end) => {VALUES} === end", arg=end)

    # Pinned, shared, and opened by somebody else.
    page.locator("#pin").click()
    page.locator("#pin[aria-pressed=true]").wait_for()
    page.locator("#take-open").click()
    link = page.input_value("#take-link")
    assert all(part in link for part in ("preset=gates_away", "exp=", "pin=", "t=7", "guess="))
    other = lab(*size, locale=lang, has_touch=phone)
    other.page.goto(link)
    other.page.locator("#run[data-action=replay]").wait_for(timeout=60_000)
    other.page.locator("#highway").scroll_into_view_if_needed()
    other.page.wait_for_function(f"(end) => {VALUES} === end", arg=end, timeout=60_000)
    other.page.locator("#outcome:not([hidden])").wait_for()
    assert other.text("#outcome") == told
    assert other.page.input_value("#clock-time") == "7"
    assert other.page.locator("#pin").get_attribute("aria-pressed") == "true"

    # Taken away.
    with page.expect_download() as picture:
        page.click("[data-take=svg]")
    assert picture.value.suggested_filename == "highway-120.svg"
    page.keyboard.press("Escape")
    assert shown.number("document.documentElement.scrollWidth") <= size[0]
