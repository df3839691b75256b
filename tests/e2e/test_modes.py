"""The Lab for a room, on paper, and by the keyboard alone."""

import pytest

from .conftest import OpenLab, violations

pytestmark = pytest.mark.e2e

WIDTH = "document.documentElement.scrollWidth"
CLOCK = "text => document.getElementById('clock-label').innerText.includes(text)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_projector_gets_big_type(lab: OpenLab, scheme: str) -> None:
    shown = lab(1280, 720, locale="pt-BR", color_scheme=scheme)
    page = shown.page
    page.goto(f"{shown.url}/lab?lang=pt-BR&mode=projector&task.length=20")
    page.locator(".guess").first.wait_for()
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    big = shown.number(size)
    assert shown.number(WIDTH) <= 1280
    page.wait_for_timeout(400)
    assert violations(page) == []
    assert page.locator("#fullscreen").is_visible()
    page.locator(".guess").first.click()  # the address is written again; the mode stays
    page.wait_for_function("() => location.search.includes('guess=')")
    assert "mode=projector" in shown.query()
    page.click("#mode")
    assert shown.number(size) < big
    assert "mode" not in shown.query()
    page.click("#take-open")
    assert violations(page) == []


def test_a_projector_mode_fits_every_screen(lab: OpenLab) -> None:
    shown = lab()
    shown.page.goto(f"{shown.url}/lab?mode=projector")
    # There, but not to be seen: who projects has set up before.
    shown.page.locator("#controls-in-sight .field").first.wait_for(state="attached")
    for width in (360, 1920):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert shown.number(WIDTH) <= width


def test_the_keyboard_does_everything(lab: OpenLab) -> None:
    shown = lab(1280, 900, locale="en")
    page = shown.page
    shown.open()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    shown.wait_for_end()
    page.keyboard.press(",")
    page.wait_for_function(CLOCK, arg="115 of")
    page.keyboard.press(",")
    page.wait_for_function(CLOCK, arg="110 of")
    page.keyboard.press(".")
    page.wait_for_function(CLOCK, arg="115 of")
    page.keyboard.press("l")
    page.wait_for_function(CLOCK, arg="120 of")
    page.keyboard.press("ArrowLeft")
    assert shown.text("#clock-time-label").endswith("19")
    page.keyboard.press("s")
    page.locator("#take-away").wait_for()
    page.keyboard.press("Escape")
    # In a field the keys are letters, and everything can be switched off.
    page.click("#keys-open")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert not page.locator("#take-away").is_visible()


def test_on_paper_there_are_figures_and_where_they_came_from(lab: OpenLab) -> None:
    shown = lab(1280, 800, locale="en", color_scheme="dark")
    page = shown.page
    page.route("**/plotly.min.js", lambda route: route.abort())  # paper does not wait for it
    shown.open()
    shown.run()
    shown.wait_for_end()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    said = shown.text("#print-setup")
    assert said == "The classic contrast, changed: 4 settings · RNN, LSTM, GRU"
    assert "task.length=20" in shown.text("#print-link")
    for hidden in ("#run", "#controls-in-sight", "#clock-bar", ".site-header", "#compare-pins"):
        assert not page.locator(hidden).is_visible(), hidden
    for figure in ("profile", "gates", "loss"):  # never scrolled to, and as wide as the sheet
        assert page.locator(f"#{figure}-plot .chart path").count() > 4, figure
        assert page.get_attribute(f"#{figure}-plot .chart", "width") == "1000", figure
    assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 20_000
