"""The lesson, the challenges and their page of numbers, in a real browser."""

from typing import TYPE_CHECKING

import pytest

from .conftest import Lab, OpenLab, violations

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.e2e

SLIDE = """(where) => {
  const slider = document.querySelector(where.selector);
  slider.value = where.value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def visit(open_lab: OpenLab, path: str, lang: str, **options: object) -> Lab:
    lab = open_lab(locale=lang, **options)
    lab.page.goto(f"{lab.url}/{path}?lang={lang}")
    lab.page.locator("html.scripted").wait_for(timeout=60_000)
    return lab


@pytest.mark.parametrize(
    ("lang", "power"), [("pt-BR", "1,8·10⁻¹⁵"), ("en", "1.8·10⁻¹⁵")], ids=["pt-BR", "en"]
)
def test_a_slider_measures_again(lab: OpenLab, lang: str, power: str) -> None:
    shown = visit(lab, "", lang)
    shown.page.evaluate(SLIDE, {"selector": "#clamp-clamp", "value": 10})  # v = 0.5
    live = shown.page.locator("[data-live='power clamp.clamp']")
    shown.page.wait_for_function(
        "text => document.querySelector(\"[data-live='power clamp.clamp']\").textContent === text",
        arg=power,
    )
    assert live.inner_text() == power
    # The direct path is exactly the power; the plot is the Lab's own, and needs no library.
    assert shown.text("[data-live='figure clamp.held.direct']") == power
    shown.page.locator("#figure-clamp.is-live svg.chart").wait_for()
    assert not shown.page.evaluate("'Plotly' in window")


def test_the_cell_shows_the_numbers_of_a_timestep(lab: OpenLab) -> None:
    shown = visit(lab, "", "en")
    before = shown.text(".equation [data-cell=c]")
    shown.page.evaluate(SLIDE, {"selector": "#cell-forget_bias", "value": 18})
    shown.page.wait_for_function(
        "old => document.querySelector('.equation [data-cell=c]').textContent !== old", arg=before
    )
    shown.page.evaluate(SLIDE, {"selector": "#cell-timestep", "value": 0})
    shown.page.wait_for_function(
        "() => document.querySelector('.equation [data-cell=before]').textContent === '0'"
    )
    assert float(shown.text(".equation [data-cell=f]")) > 0.98


BARS = """() => [...document.querySelectorAll("#figure-cell [data-step]")].map((column) => ({
  marked: column.querySelector(".gate-strip-mark") !== null,
  open: Number(
    column.querySelector(".gate-strip-gate").getAttribute("transform").match(/1 ([\\d.]+)/)[1],
  ),
}))"""


def test_a_trained_gate_opens_at_the_marks(lab: OpenLab) -> None:
    shown = visit(lab, "", "en")
    shown.page.locator("#figure-cell [data-weights] label").nth(1).click()
    said = "after 3,000 training steps"
    shown.page.locator("#figure-cell [data-note]", has_text=said).wait_for(timeout=240_000)
    bars = shown.page.evaluate(BARS)
    marked = [bar["open"] for bar in bars if bar["marked"]]
    others = [bar["open"] for bar in bars if not bar["marked"]]
    assert len(marked) == 2
    assert min(marked) > 2 * max(others)
    assert shown.page.locator("#cell-forget_bias").is_disabled()


NUMBERS = """() => Object.fromEntries([...document.querySelectorAll("#gates-away [data-live]")].map(
  (each) => [each.dataset.live, each.textContent]))"""
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def value(text: str) -> float:
    """Read a number as the English pages write it."""
    factor, _, power = text.partition("·10")
    if not power and text.startswith("10") and len(text) > 2:
        factor, power = "1", text[2:]
    return float(factor) * 10.0 ** int((power or "⁰").translate(POWERS))


def test_training_opens_the_gate_and_holding_it_undoes_that(lab: OpenLab) -> None:
    """The causal experiment, on the network that was trained in the chapter before."""
    shown = visit(lab, "", "en")
    page = shown.page
    before = value(page.evaluate(NUMBERS)["figure clamp.free.direct"])
    page.locator("#figure-clamp [data-weights] label").nth(1).click()
    note = page.locator("#figure-clamp [data-note]", has_text="after 575 training steps")
    note.wait_for(timeout=240_000)
    page.evaluate(SLIDE, {"selector": "#clamp-clamp", "value": 10})  # v = 0.5
    page.wait_for_function(
        "() => document.querySelector(\"[data-live='control clamp.clamp']\").textContent === '0.5'"
    )
    numbers = {name: value(text) for name, text in page.evaluate(NUMBERS).items()}
    assert numbers["figure clamp.free.direct"] > 1e4 * before
    assert numbers["figure clamp.free.c"] > 0.1
    assert numbers["figure clamp.held.c"] < 1e-6
    assert numbers["figure clamp.held.direct"] == numbers["power clamp.clamp"]
    page.click("#clamp-table > summary")
    page.locator("#clamp-table tbody tr").nth(49).wait_for()
    assert page.locator("#clamp-table thead th").count() == 5


def test_a_number_of_the_formula_follows_the_units(lab: OpenLab) -> None:
    shown = visit(lab, "", "pt-BR")
    before = shown.text("[data-live='unit tips.gru.h']")
    shown.page.evaluate(SLIDE, {"selector": "#tips-hidden_size", "value": 1})
    shown.page.wait_for_function(
        "old => document.querySelector(\"[data-live='unit tips.gru.h']\").textContent !== old",
        arg=before,
    )
    letters = {
        each: float(
            shown.text(f"[data-live='unit tips.gru.{each}']").replace(",", ".").replace("−", "-")
        )
        for each in ("z", "before", "n", "h")
    }
    made = letters["z"] * letters["before"] + (1 - letters["z"]) * letters["n"]
    assert letters["h"] == pytest.approx(made, abs=2e-3)
    # The table shows the same networks, which nobody has trained.
    shown.page.click("#tips-table > summary")
    shown.page.locator("#tips-table tbody tr").nth(29).wait_for()


def test_a_result_waits_for_the_prediction(lab: OpenLab) -> None:
    shown = visit(lab, "", "en")
    page = shown.page
    table = page.locator("#applications [data-result] table")
    assert not table.is_visible()
    assert page.locator("#applications .result-waits").is_visible()
    height = "document.querySelector('#applications [data-result]').offsetHeight"
    room = shown.number(height)
    page.locator("#applications .answer label").first.click()
    assert table.is_visible()
    assert not page.locator("#applications .result-waits").is_visible()
    assert shown.number(height) == room


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_the_keras_example_is_trained_on_the_page(lab: OpenLab, lang: str) -> None:
    shown = visit(lab, "", lang, width=360)
    page = shown.page
    page.locator("#keras .question").nth(1).locator("label").nth(1).click()
    page.click("#figure-tutorial [data-run]")
    page.locator("#figure-tutorial [data-outcome]:not([hidden])").wait_for(timeout=240_000)
    assert page.locator("#keras .question").nth(1).locator(".feedback").nth(1).is_visible()
    assert "10" in shown.text("#figure-tutorial [data-outcome]")
    page.locator("#figure-tutorial.is-live").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_predict_run_compare(lab: OpenLab, lang: str, width: int) -> None:
    shown = visit(lab, "", lang, width=width)
    page = shown.page
    page.locator("#beyond .answer label").nth(1).click()
    assert not page.locator("#beyond .feedback").nth(1).is_visible()
    assert page.locator("#beyond [data-locked]").is_visible()
    page.evaluate(SLIDE, {"selector": "#tips-hidden_size", "value": 1})
    page.click("#figure-tips [data-run]")
    page.locator("#figure-tips [data-outcome]:not([hidden])").wait_for(timeout=120_000)
    assert page.locator("#beyond .feedback").nth(1).is_visible()
    assert "LSTM" in shown.text("#figure-tips [data-outcome]")
    page.evaluate(SLIDE, {"selector": "#tips-timeline", "value": 0})
    page.wait_for_function("() => document.querySelector('[data-shown-step]').closest('figure')")


def test_a_training_that_is_stopped_answers_nothing(lab: OpenLab) -> None:
    shown = visit(lab, "", "en")
    page = shown.page
    page.locator("#beyond .answer label").nth(1).click()
    page.evaluate(SLIDE, {"selector": "#tips-hidden_size", "value": 5})
    page.click("#figure-tips [data-run]")
    page.locator("#figure-tips [data-stop]:visible").wait_for()
    assert page.locator("#beyond .answer input").nth(1).is_disabled()
    page.click("#figure-tips [data-stop]")
    page.locator("#figure-tips [data-run]:not([disabled])").wait_for(timeout=60_000)
    assert not page.locator("#beyond .feedback").nth(1).is_visible()
    assert page.locator("#beyond .answer input").nth(1).is_enabled()


def test_the_lesson_is_readable_without_scripts(lab: OpenLab) -> None:
    shown = lab(java_script_enabled=False)
    shown.page.goto(f"{shown.url}/?lang=pt-BR")
    assert shown.page.locator(".still:visible").count() == 9
    assert not shown.page.locator("#clamp-clamp").is_visible()
    assert not shown.page.locator("#figure-side [data-run]").is_visible()
    # A question answers by itself.
    shown.page.locator("#forgetting .answer input").nth(1).check()
    assert shown.page.locator("#forgetting .feedback").nth(1).is_visible()
    assert shown.page.locator("#applications [data-result] table").is_visible()
    assert not shown.page.locator("#applications .result-waits").is_visible()


@pytest.mark.parametrize("path", ["lab", "compare"])
def test_without_scripts_nothing_is_offered_that_does_nothing(lab: OpenLab, path: str) -> None:
    shown = lab(java_script_enabled=False)
    shown.page.goto(f"{shown.url}/{path}?lang=en")
    assert shown.page.locator(".no-script").is_visible()
    assert shown.page.locator("main :is(button, input, select):visible").count() == 0
    assert shown.page.locator(".site-header button:visible").count() == 0


INK = "getComputedStyle(document.body).color"


def test_paper_is_white_whatever_was_chosen(lab: OpenLab) -> None:
    shown = lab(1280, 900, color_scheme="dark")
    page = shown.page
    for path in ("about", "challenges", "compare", ""):
        page.goto(f"{shown.url}/{path}?lang=en")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert page.evaluate(INK) == "rgb(234, 240, 246)"
        page.emulate_media(media="print")
        assert page.evaluate(INK) == "rgb(19, 32, 46)", path
        page.emulate_media(media="screen")
    # A live figure is drawn as wide as the sheet, in its colours, and as before afterwards.
    page.locator("html.scripted").wait_for()
    page.evaluate(SLIDE, {"selector": "#clamp-clamp", "value": 6})
    plot = page.locator("#figure-clamp.is-live svg.chart")
    plot.wait_for()
    before = plot.get_attribute("width")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert plot.get_attribute("width") == "660"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert plot.get_attribute("width") == before


def test_another_language_is_the_same_chapter(lab: OpenLab) -> None:
    shown = visit(lab, "", "en")
    other = shown.page.locator(".languages a[hreflang=pt-BR]")
    for chapter in ("cell", "forgetting"):
        shown.page.click(f".contents a[href='#{chapter}']")
        shown.page.locator(f".contents a[href='#{chapter}'][aria-current]").wait_for()
        other.focus()
        assert str(other.get_attribute("href")).endswith(f"?lang=pt-BR#{chapter}")
        other.blur()
    other.click()
    shown.page.wait_for_url("**/?lang=pt-BR#*")


# Of each page: how far what was there moved when the scripts arrived.
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("path", ["", "compare", "challenges", "about"])
def test_nothing_moves_when_the_scripts_arrive(lab: OpenLab, path: str) -> None:
    shown = lab(412, 823)
    shown.page.add_init_script(SHIFTS)
    shown.page.goto(f"{shown.url}/{path}?lang=pt-BR", wait_until="networkidle")
    shown.page.wait_for_timeout(300)
    assert shown.number("window.shifted") < 0.02


@pytest.mark.parametrize("path", ["", "compare", "challenges", "about"])
def test_nothing_hangs_over_the_edge(lab: OpenLab, path: str) -> None:
    shown = lab(360, 900)
    shown.page.goto(f"{shown.url}/{path}?lang=pt-BR")
    for width in (360, 1920):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert shown.number("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("lang", "bias", "passed"),
    [("pt-BR", "4,3", True), ("pt-BR", "1", False), ("en", "4.3", True), ("en", "1", False)],
)
def test_a_challenge_is_solved_and_refused(
    lab: OpenLab, lang: str, bias: str, passed: bool
) -> None:
    shown = visit(lab, "challenges", lang)
    page = shown.page
    page.fill("[id='half_life_50-model.forget_bias']", bias)
    page.click("#half_life_50 [type=submit]")
    page.locator("#half_life_50 [data-passed]").first.wait_for(timeout=120_000)
    assert not page.locator("#half_life_50 [data-stop]").is_visible()
    failed = page.locator("#half_life_50 [data-passed=false]").count()
    assert (failed == 0) is passed
    assert page.locator("#half_life_50 [data-share]").is_visible() is passed
    if passed:
        page.click("#half_life_50 [data-share] a")
        page.locator(".certificate.is-passed").wait_for()
        assert page.locator("#half_life_50 [data-done]").is_visible()


def test_a_second_attempt_is_not_graded_by_the_first(lab: OpenLab) -> None:
    """While the server thinks about the second one, the page still holds the run of the first."""
    shown = visit(lab, "challenges", "en")
    page = shown.page
    bias = page.locator("[id='half_life_50-model.forget_bias']")
    attempt = page.locator("#half_life_50 [type=submit]")
    bias.fill("4.3")
    attempt.click()
    page.locator("#half_life_50 [data-passed]").first.wait_for(timeout=120_000)
    answers = []

    def late(route: "Route") -> None:
        answers.append(route)

    page.route("**/api/v1/experiments?*", late)
    bias.fill("1")
    attempt.click()
    page.wait_for_timeout(800)
    assert len(answers) == 1
    assert page.locator("#half_life_50 [data-passed]").count() == 0
    assert not page.locator("#half_life_50 [data-share]").is_visible()
    answers[0].continue_()
    page.locator("#half_life_50 [data-passed=false]").first.wait_for(timeout=120_000)
    assert not page.locator("#half_life_50 [data-share]").is_visible()
    # And one that is refused leaves no verdict of the one before.
    page.unroute("**/api/v1/experiments?*")
    bias.fill("1e9")
    attempt.click()
    page.locator("#half_life_50 [aria-invalid=true]").wait_for()
    assert page.locator("#half_life_50 [data-passed]").count() == 0
    # The browser itself reports the refused request on its console.
    shown.complaints = [each for each in shown.complaints if "422" not in each]


def test_an_attempt_is_stopped(lab: OpenLab) -> None:
    shown = visit(lab, "challenges", "en")
    page = shown.page
    page.fill("[id='learn_to_open-training.learning_rate']", "0.00011")
    page.click("#learn_to_open [type=submit]")
    page.click("#learn_to_open [data-stop]:visible", timeout=60_000)
    page.locator("#learn_to_open [type=submit]:not([disabled])").wait_for(timeout=60_000)
    assert shown.text("#learn_to_open [data-status]").startswith("You stopped the training.")
    assert page.locator("#learn_to_open [data-passed]").count() == 0
    assert not page.locator("#learn_to_open [data-stop]").is_visible()


@pytest.mark.parametrize(
    ("path", "part", "start"),
    [("", "#figure-tips", "[data-run]"), ("challenges", "#learn_to_open", "[type=submit]")],
)
def test_a_lost_connection_is_told(lab: OpenLab, path: str, part: str, start: str) -> None:
    shown = visit(lab, path, "pt-BR")
    page = shown.page
    # Of its own, so that it trains for a while.
    if path:
        page.fill("[id='learn_to_open-training.learning_rate']", "0,00012")
    page.route("**/events?*", lambda route: route.abort())
    page.click(f"{part} {start}")
    status = f"{part} [data-status]"
    page.locator(status, has_text="Servidor fora de alcance.").wait_for(timeout=120_000)
    page.unroute("**/events?*")
    page.locator(status, has_text="Servidor fora de alcance.").wait_for(
        state="detached", timeout=60_000
    )
    # The browser itself reports what it could not load on its console.
    shown.complaints = [each for each in shown.complaints if "ERR_FAILED" not in each]


@pytest.mark.parametrize("path", ["", "compare", "challenges", "about", "nope"])
@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(lab: OpenLab, path: str, lang: str, theme: str) -> None:
    shown = lab(1280, 900, locale=lang, color_scheme=theme)
    shown.page.goto(f"{shown.url}/{path}?lang={lang}", wait_until="networkidle")
    assert violations(shown.page) == []
    # The browser itself reports a page that is not there on its console.
    shown.complaints = [each for each in shown.complaints if path != "nope" or "404" not in each]
