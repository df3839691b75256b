"""One experiment over another, and the model without its gates, in a real browser."""

import pytest

from .conftest import OpenLab

pytestmark = pytest.mark.e2e


def test_a_pinned_result_stays_behind_the_next_one(lab: OpenLab) -> None:
    shown = lab(1280, 1000, locale="en")
    page = shown.page
    shown.open()
    assert page.locator("#pin").is_disabled()
    shown.run()
    shown.wait_for_end()
    page.click("#pin")
    page.fill("#f-training-learning_rate", "0.002")
    page.press("#f-training-learning_rate", "Tab")
    page.locator("#run[data-action=run]").wait_for()
    shown.run()
    shown.wait_for_end()
    page.locator("#profile").scroll_into_view_if_needed()
    page.locator("#profile-plot .trace").nth(7).wait_for()
    page.locator("#profile-legend dt").nth(7).wait_for()
    legend = page.locator("#profile-legend dt").all_inner_texts()
    assert [name.strip() for name in legend[:4]] == [
        "RNN (pinned 1)",
        "LSTM (pinned 1) c",
        "LSTM (pinned 1) h",
        "GRU (pinned 1)",
    ]
    assert "pin=" in shown.query()
    page.reload()
    page.locator("#profile-legend dt").nth(7).wait_for(timeout=30_000)
    assert "training.steps=120" in (page.get_attribute(".pin a", "href") or ""), "its set-up too"
    page.locator(".pin button").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'pin'")
    page.locator("#profile-legend dt").nth(4).wait_for(state="detached")
    assert "pin=" not in shown.query()
    page.locator("#compare-pins summary").click()
    page.fill("#pin-id", "no link")
    page.press("#pin-id", "Enter")
    assert "not a link of the Lab" in shown.text("#pin-said")


@pytest.mark.parametrize(("button", "roads"), [(0, 4), (1, 2)], ids=["LSTM", "GRU"])
def test_one_click_takes_the_gates_away(lab: OpenLab, button: int, roads: int) -> None:
    shown = lab(1280, 1000, locale="pt-BR")
    shown.open("task.length=10&training.steps=20&training.stop_when_solved=false", lang="pt-BR")
    shown.page.locator("#ablations button").nth(button).click()
    shown.wait_for_end()
    shown.page.locator(".road").nth(roads - 1).wait_for()
    assert shown.page.locator(".road").count() == roads
    names = shown.page.locator(".road-name strong").all_inner_texts()
    if button == 0:
        assert names == ["LSTM f livre", "LSTM f 1", "LSTM f 0,9", "LSTM f 0,5"]
        assert shown.page.input_value("#preset") == "gates_away"
    else:
        assert names == ["GRU", "RNN"]
