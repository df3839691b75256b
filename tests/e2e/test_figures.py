"""What can be done with the figures of the Lab, in one story per language."""

import re

import pytest

from .conftest import OpenLab

pytestmark = pytest.mark.e2e

CHANGED = "([selector, old]) => document.querySelector(selector).textContent !== old"
# Painted, and in more than one colour.
DRAWN = """(selector) => {
  const canvas = document.querySelector(selector);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 3;
}"""


POWER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers(text: str, decimal: str) -> list[float]:
    text = re.sub("·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: "e" + power[1].translate(POWER), text)
    found = re.findall(r"[−-]?\d+(?:[.,]\d+)?(?:e-?\d+)?", text)
    return [float(each.replace(decimal, ".").replace("−", "-")) for each in found]


@pytest.mark.parametrize(
    ("lang", "decimal", "size"), [("pt-BR", ",", (360, 740)), ("en", ".", (1280, 800))]
)
def test_from_a_sentence_to_its_figure_to_its_numbers(
    lab: OpenLab, lang: str, decimal: str, size: tuple[int, int]
) -> None:
    page_lab = lab(*size, locale=lang, reduced_motion="reduce")
    page_lab.open(lang=lang)
    page = page_lab.page
    page_lab.run()
    page_lab.wait_for_end()

    # A sentence leads to its figure, and sets it up.
    page.locator("#says").scroll_into_view_if_needed()
    lstm = page.locator(".says-card").nth(1)
    lstm.locator("li[data-kind=gates] .says-show").click()
    assert page.evaluate("document.activeElement.id") == "gates-title"
    page.locator("#figures.has-pin").wait_for()
    page_lab.settle()
    pinned = page.input_value("#clock-time")
    page.wait_for_function(DRAWN, arg="#gates-inputs")

    # Unit by unit: a click chooses the unit, and the cell shows it.
    page.locator("#gates-look label").nth(1).click()
    strip = page.locator("#gates-units .unit-canvas").first
    strip.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN, arg="#gates-units .unit-canvas")
    box = strip.bounding_box()
    assert box
    strip.click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.97})
    assert "unit=16" in page_lab.query()
    assert page.input_value("#clock-time") != pinned
    page.locator("#cell").scroll_into_view_if_needed()
    diagram = '[data-diagram="lstm"]'
    page.wait_for_function("() => document.querySelector('#cell-unit').value === '16'")

    # Its equation can be checked by hand: c = f c' + i g.
    f, before, i, g, c = numbers(
        page_lab.text(f"{diagram} .equation").split("=", 2)[2].replace("\n", ""), decimal
    )
    assert f * before + i * g == pytest.approx(c, abs=0.01)
    shown = page_lab.text("#cell-summary")
    page.locator("#cell-unit").select_option("3")
    page.wait_for_function(CHANGED, arg=["#cell-summary", shown])

    # A figure as a table: built when opened.
    assert page.locator("#profile-table td").count() == 0
    page.locator("#profile-table > summary").click()
    page.locator("#profile-table tbody tr").nth(19).wait_for()
    assert page.locator("#profile-table thead th").count() == 5
    assert numbers(page_lab.text("#profile-table tbody tr:last-child td"), decimal) == [1]

    # Plotly comes when somebody inspects a figure, and not before.
    assert page.evaluate("typeof window.Plotly") == "undefined"
    page.locator("#profile-inspect").click()
    page.locator("#profile-plot .main-svg").first.wait_for(timeout=30_000)
    box = page.locator("#profile-plot").bounding_box()
    assert box
    middle = {"x": box["width"] / 2, "y": box["height"] / 3}
    page.locator("#profile-plot").hover(position=middle, force=True)
    page.locator("#profile-plot .hoverlayer .legend").wait_for()
    assert decimal in (page.locator("#profile-plot .hoverlayer").text_content() or "")
    page.locator("#profile-inspect").click()
    page.locator("#profile-plot .chart").wait_for()
    assert page.locator("#profile-plot").get_attribute("role") == "img"

    # The Jacobians come from the server, for the weights of the step on screen.
    page.locator("#profile-scale label").nth(2).click()
    page.locator("#profile-table").scroll_into_view_if_needed()  # what is off screen is not drawn
    page.wait_for_function(
        "() => document.querySelectorAll('#profile-table thead th').length === 4"
        " && document.querySelectorAll('#profile-table tbody tr').length === 20"
    )

    # A slider answers without training, on the first weights and on the trained ones.
    page.locator("#try").scroll_into_view_if_needed()
    keeps = page.locator("#try-legend .legend-row").nth(1).locator(".legend-value")
    page.wait_for_function(
        "() => document.querySelectorAll('#try-legend .legend-row').length === 4", timeout=30_000
    )
    untouched = keeps.inner_text()
    page.locator("#try-forget_bias").fill("6")
    page.locator("#try-forget_bias").press("Tab")
    second = "#try-legend .legend-row:nth-child(2) .legend-value"
    page.wait_for_function(CHANGED, arg=[second, untouched])
    page_lab.settle()
    assert numbers(keeps.inner_text(), decimal)[0] > 0.5
    page.locator("#try-weights label").nth(1).click()
    page.wait_for_function(
        "word => document.querySelector('#try-summary').textContent.includes(word)",
        arg={"pt-BR": "pesos treinados", "en": "trained weights"}[lang],
    )
    assert page_lab.number("document.documentElement.scrollWidth") <= size[0]
