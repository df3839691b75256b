"""The Lab as a person meets it, in a real browser against a real server."""

import json
from typing import Any

import pytest

from .conftest import SMALL, OpenLab

pytestmark = pytest.mark.e2e

SIZES = [(360, 740), (800, 1100), (980, 700), (1280, 800), (1920, 1080)]
WORDS = {
    "pt-BR": {"run": "Treinar ao vivo", "gone": "sumiu", "alive": "vivo", "decimal": ","},
    "en": {"run": "Train live", "gone": "gone", "alive": "alive", "decimal": "."},
}


@pytest.mark.parametrize(
    ("lang", "size"), [("pt-BR", (360, 740)), ("en", (1280, 800))], ids=["phone", "laptop"]
)
def test_predict_run_watch_and_compare(lab: OpenLab, lang: str, size: tuple[int, int]) -> None:
    words = WORDS[lang]
    page_lab = lab(*size, locale=lang, reduced_motion="no-preference")
    page = page_lab.page
    page_lab.open(lang=lang)
    assert page.locator("html").get_attribute("lang") == lang
    assert page_lab.text("#run").strip() == words["run"]

    page.locator(".guess").nth(1).click()
    page_lab.run()
    page_lab.wait_for_frames()
    page_lab.settle()
    assert page.locator("input[name=guess]").nth(1).is_disabled()
    page_lab.wait_for_end()

    # Every model has its lanes, and the LSTM's cell state is beside its hidden state.
    assert page.locator(".road").count() == 3
    assert page.locator(".lane").count() == 4
    values = page.locator(".lane-value").all_inner_texts()
    assert all(value not in ("", "—") for value in values)
    assert page.locator("#outcome p").count() >= 1

    page.locator("#profile").scroll_into_view_if_needed()
    page.locator("#profile-plot .chart").first.wait_for(timeout=30_000)
    page.locator("#profile-plot .trace").nth(3).wait_for()
    drawn = page_lab.text("#profile-plot")
    assert words["alive"] in drawn
    assert words["gone"] in drawn
    page.locator("#loss").scroll_into_view_if_needed()
    page.locator("#loss-plot .chart").first.wait_for()
    page.locator("#loss-plot .trace").nth(2).wait_for()
    assert f"0{words['decimal']}167" in page_lab.text("#loss-plot")


# Text that is cut off inside its own box; a long choice in a select may be.
CUT = """() => [...document.querySelectorAll("button, label, h2, h3, p, dt, dd")]
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .filter((e) => !e.classList.contains("visually-hidden"))
  .map((e) => `${e.tagName} ${e.id} ${e.textContent.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("lang", WORDS)
def test_nothing_is_wider_than_the_screen(lab: OpenLab, lang: str) -> None:
    page_lab = lab(locale=lang)
    page_lab.open("", lang=lang)
    page_lab.page.locator(".more > summary").click()
    for width, height in SIZES:
        page_lab.page.set_viewport_size({"width": width, "height": height})
        assert page_lab.number("document.documentElement.scrollWidth") <= width
        assert page_lab.page.evaluate(CUT) == []


def test_a_reload_takes_the_experiment_up_again(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open()
    page_lab.run()
    page_lab.wait_for_end()
    shown = page_lab.page.locator(".lane-value").all_inner_texts()
    asked: list[str] = []
    page_lab.page.on("request", lambda request: asked.append(request.method))
    page_lab.page.reload()
    page_lab.page.locator("#run[data-action=replay]").wait_for(timeout=60_000)
    page_lab.wait_for_frames()
    page_lab.page.wait_for_timeout(1500)
    assert page_lab.page.locator(".lane-value").all_inner_texts() == shown
    assert "POST" not in asked


def test_the_address_holds_the_set_up(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open("preset=recall")
    page = page_lab.page
    page.fill("#f-task-length", "80")
    page.press("#f-task-length", "Tab")
    assert "task.length=80" in page_lab.query()
    page.reload()
    page.locator("#f-task-length").wait_for()
    assert page.input_value("#f-task-length") == "80"
    assert page.input_value("#preset") == "recall"
    # Another language, the same set-up, written its way.
    page.locator("a[hreflang='pt-BR']").first.click()
    page.locator("#f-training-learning_rate").wait_for()
    assert page.input_value("#f-task-length") == "80"
    assert page.input_value("#f-training-learning_rate") == "0,001"
    assert "lang=pt-BR" in page.url


def test_what_was_set_up_after_a_run_is_still_there_after_a_reload(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open(SMALL.replace("task.length=20", "task.length=21"))
    page = page_lab.page
    page_lab.run()
    page_lab.wait_for_end()
    page.fill("#f-task-length", "30")
    page.press("#f-task-length", "Tab")
    page.locator("#setup-changed:not([hidden])").wait_for()
    assert "exp=" in page_lab.query()
    page.reload()
    page.locator("#setup-changed:not([hidden])").wait_for()
    assert page.input_value("#f-task-length") == "30"
    # Who has nothing but the experiment gets its set-up.
    experiment = page.evaluate("new URLSearchParams(location.search).get('exp')")
    page.goto(f"{page_lab.url}/lab?lang=en&exp={experiment}")
    page.locator("#run[data-action=replay]").wait_for()
    assert page.input_value("#f-task-length") == "21"


def test_who_has_seen_the_answer_cannot_predict_it(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open()
    page = page_lab.page
    page.locator(".guess").nth(0).click()
    page_lab.run()
    page_lab.wait_for_end()
    radios = page.locator("input[name=guess]")
    page.fill("#f-seed", "4")
    page.press("#f-seed", "Tab")
    page.locator("#setup-changed:not([hidden])").wait_for()
    assert radios.nth(1).is_disabled(), "with another seed it is the same question"
    page.fill("#f-task-length", "30")
    page.press("#f-task-length", "Tab")
    told = page_lab.text("#outcome")
    radios.nth(1).click()
    assert page_lab.text("#outcome") == told


def test_a_prediction_made_before_the_modules_are_there_counts(lab: OpenLab) -> None:
    page_lab = lab()
    page = page_lab.page
    held: list[Any] = []
    page.route("**/api/v1/catalogue*", lambda route: held.append(route))
    page.goto(f"{page_lab.url}/lab?lang=en&preset=classic", wait_until="domcontentloaded")
    page.locator(".guess").nth(1).click()
    page.wait_for_timeout(500)
    for route in held:
        route.continue_()
    page.unroute("**/api/v1/catalogue*")
    page.locator("#controls-in-sight .field").first.wait_for()
    assert "guess=" in page_lab.query()
    assert page.locator("input[name=guess]").nth(1).is_checked()


def test_a_late_answer_belongs_to_nobody(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open(f"{SMALL}&seed=91")
    page = page_lab.page
    held: list[Any] = []
    page.route("**/api/v1/experiments?*", lambda route: held.append(route))
    page_lab.run()
    page.locator("#run[data-action=sending]").wait_for()
    page.select_option("#preset", "recall")
    held[0].continue_()
    page.wait_for_timeout(1500)
    assert page.locator("#run[data-action=run]").count() == 1
    assert "exp=" not in page_lab.query()


def test_a_thousand_is_typed_as_the_language_writes_it(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open(lang="pt-BR")
    page_lab.page.fill("#f-task-length", "1.000")
    page_lab.page.press("#f-task-length", "Tab")
    assert "task.length=1000" in page_lab.query()


def test_a_wrong_value_is_told_at_its_field(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open(lang="pt-BR")
    page_lab.page.fill("#f-task-length", "99999")
    page_lab.page.press("#f-task-length", "Tab")
    assert page_lab.text("#f-task-length-problem") == "O máximo é 1.000."
    assert page_lab.page.get_attribute("#f-task-length", "aria-invalid") == "true"
    page_lab.page.fill("#f-task-length", "30")
    page_lab.page.press("#f-task-length", "Tab")
    assert page_lab.page.get_attribute("#f-task-length", "aria-invalid") == "false"


def test_what_the_server_refuses_is_told_at_its_field(lab: OpenLab) -> None:
    problem = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "in English",
        "code": "invalid",
        "errors": [
            {
                "path": "runs.1.model.forget_bias",
                "message": "must be at most 10",
                "limit": 10,
                "code": "out_of_range",
            }
        ],
    }
    page_lab = lab()
    page_lab.open(lang="pt-BR")
    page_lab.page.route(
        "**/api/v1/experiments?*",  # the query tells who holds it
        lambda route: route.fulfill(
            status=422, content_type="application/problem+json", body=json.dumps(problem)
        ),
    )
    page_lab.run()
    page_lab.page.locator("#alert:not([hidden])").wait_for()
    field = page_lab.page.locator("#f-2-model-forget_bias-problem")
    assert field.text_content() == "Fora do limite: 10."
    assert field.is_visible(), "the field opens where it was folded away"
    assert "in English" not in page_lab.text("main")
    # The browser itself reports the 422 that this test asked for.
    page_lab.complaints[:] = [each for each in page_lab.complaints if "422" not in each]


def test_stop_stops_and_keeps_what_was_measured(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open("training.steps=20000&task.length=50&training.stop_when_solved=false&seed=77")
    page_lab.run()
    page_lab.wait_for_frames()
    page_lab.page.click("#clock-stop")
    page_lab.page.locator("#run[data-action=run]").wait_for(timeout=20_000)
    assert "stays here" in page_lab.text("#status")
    assert page_lab.text(".lane-value") != "—"


def test_without_its_stream_the_page_says_so_and_comes_back(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open("task.length=10&training.steps=60&training.stop_when_solved=false&seed=5")
    page_lab.page.route("**/events*", lambda route: route.fulfill(status=502))
    page_lab.run()
    page_lab.page.locator("#status[data-tone=warning]").wait_for(timeout=20_000)
    assert "Reconnecting" in page_lab.text("#status")
    page_lab.page.unroute("**/events*")
    page_lab.wait_for_frames()
    page_lab.page.locator("#status:not([data-tone=warning])").wait_for(timeout=30_000)
    page_lab.complaints[:] = [each for each in page_lab.complaints if "502" not in each]


def test_pause_scrub_and_the_two_clocks(lab: OpenLab) -> None:
    page_lab = lab()
    page_lab.open()
    page_lab.run()
    page_lab.wait_for_end()
    page = page_lab.page
    page.locator("#clock-step").fill("0")
    page.wait_for_timeout(300)
    assert "0 of 120" in page_lab.text("#clock-label")
    assert "training" in page_lab.text(".chip")
    page.locator("#clock-time").fill("7")
    assert page_lab.text("#clock-time-label").endswith("7")
    assert "t=7" in page_lab.query()
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page_lab.text("#clock-time-label").endswith("8")
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page_lab.text("#clock-time-label").endswith("–")
    page.click("#clock-live")
    page.wait_for_timeout(300)
    assert "120 of 120" in page_lab.text("#clock-label")


def test_hovering_one_figure_lights_all(lab: OpenLab) -> None:
    page_lab = lab(1280, 1400)
    page_lab.open()
    page_lab.run()
    page_lab.wait_for_end()
    plot = page_lab.page.locator(".plot-profile")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page_lab.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page_lab.page.wait_for_timeout(200)
    assert "has-hover" in (page_lab.page.get_attribute("#figures", "class") or "")
    assert page_lab.text("#profile-at") in {f"At t = {t}" for t in range(8, 13)}


def test_the_figures_share_one_time_axis(lab: OpenLab) -> None:
    """Timestep t stands at one x in the lanes, the profile, the heat map and the gates."""
    page_lab = lab(1280, 900)
    page_lab.open()
    page_lab.page.wait_for_timeout(500)
    edges = page_lab.page.evaluate(
        "[...document.querySelectorAll('[data-time-axis]')].map((e) => {"
        " const b = e.getBoundingClientRect(); return [Math.round(b.left), Math.round(b.right)]; })"
    )
    assert len(edges) >= 10
    assert all(edge == edges[0] for edge in edges)


def test_reduced_motion_is_a_still_picture(lab: OpenLab) -> None:
    page_lab = lab(reduced_motion="reduce")
    page_lab.open()
    page_lab.run()
    page_lab.wait_for_end()
    page_lab.page.locator("#highway").scroll_into_view_if_needed()
    page_lab.page.wait_for_timeout(800)
    picture = "document.querySelector('.lane-canvas').toDataURL()"
    first = page_lab.page.evaluate(picture)
    page_lab.page.wait_for_timeout(600)
    assert page_lab.page.evaluate(picture) == first


def test_the_theme_is_switched_and_remembered(lab: OpenLab) -> None:
    page_lab = lab(color_scheme="light")
    page_lab.open()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page_lab.page.evaluate(ground)
    page_lab.page.click("#theme")
    dark = page_lab.page.evaluate(ground)
    assert dark != light
    page_lab.page.reload()
    assert page_lab.page.evaluate(ground) == dark


def test_nothing_moves_when_the_first_frames_arrive(lab: OpenLab) -> None:
    # In motion: else all is over at once, and what happened is told below the highway.
    page_lab = lab(1280, 800, reduced_motion="no-preference")
    page_lab.open()
    tops = (
        "['highway', 'profile', 'heat', 'gates', 'loss'].map((id) =>"
        " Math.round(document.getElementById(id).getBoundingClientRect().top + scrollY))"
    )
    page_lab.page.wait_for_timeout(1000)
    before = page_lab.page.evaluate(tops)
    page_lab.run()
    page_lab.wait_for_frames()
    page_lab.page.wait_for_timeout(500)
    # A digit of another font may be a fraction of a pixel higher; no eye sees that.
    assert page_lab.page.evaluate(tops) == pytest.approx(before, abs=1)
