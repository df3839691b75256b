"""What leaves the Lab, in a real browser: link, pictures, tables, notebook and programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Lab, OpenLab

pytestmark = pytest.mark.e2e


def take(shown: Lab, button: str, folder: Path) -> Path:
    with shown.page.expect_download() as started:
        shown.page.click(f"[data-take={button}]")
    saved = folder / started.value.suggested_filename
    started.value.save_as(saved)
    return saved


def trained(lab: OpenLab, lang: str, **context: Any) -> Lab:
    shown = lab(1280, 900, locale=lang, **context)
    shown.open(lang=lang)
    shown.run()
    shown.wait_for_end()
    return shown


def test_everything_can_be_taken_away(lab: OpenLab, tmp_path: Path) -> None:
    shown = trained(lab, "pt-BR")
    page = shown.page
    page.click("#take-open")
    assert page.locator("#take-figure [value=try]").is_disabled(), "nobody has come near it"
    page.keyboard.press("Escape")
    page.locator("#try").scroll_into_view_if_needed()
    page.locator("#try-legend .legend-row").first.wait_for(timeout=30_000)
    page.locator("#cell").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('[data-cell=c]').textContent !== '–'")
    page.click("#take-open")
    for figure, words in {
        "highway": ("A rodovia do gradiente", "estado da célula c"),
        "profile": ("Gradiente em cada passo", "LSTM h"),
        "try": ("E se?", "LSTM h", "antes do treino"),
        "cell": ("Dentro da célula", "LSTM, unidade 1", "<tspan"),
        "heat": ("durante o treino", "LSTM c"),
        "gates": ("As portas", "porta de esquecimento f"),
        "loss": ("Perda", "resolvido: 0,01"),
    }.items():
        page.select_option("#take-figure", figure)
        picture = take(shown, "svg", tmp_path).read_text("utf-8")
        assert picture.startswith("<svg ")
        for word in (*words, "O contraste clássico, com mudanças:", "passo de treino 120 de 120"):
            assert word in picture, figure
    page.keyboard.press("Escape")
    page.locator("#gates-look label").nth(1).click()
    page.click("#take-open")
    page.select_option("#take-figure", "gates")
    assert take(shown, "svg", tmp_path).read_text("utf-8").count("<image ") == 4, "as on screen"
    page.select_option("#take-figure", "cell")
    raster = take(shown, "png", tmp_path).read_bytes()
    assert raster.startswith(b"\x89PNG")
    assert int.from_bytes(raster[16:20], "big") == 1920
    assert shown.text("#take-said") == "Arquivo salvo: cell-120.png"

    notebook = json.loads(take(shown, "notebook", tmp_path).read_text("utf-8"))
    assert "retropropagação" in notebook["cells"][0]["source"]
    assert shown.url in notebook["cells"][1]["source"]
    assert take(shown, "results-csv", tmp_path).read_text("utf-8").count("\n") == 4
    page.select_option("#take-model", label="LSTM")
    rows = take(shown, "frames-csv", tmp_path).read_text("utf-8").splitlines()
    assert rows[0].startswith("seq,step,")
    assert len(rows) == 26
    assert "torch.nn.LSTM" in take(shown, "pytorch", tmp_path).read_text("utf-8")


def test_a_link_opens_the_same_view(lab: OpenLab) -> None:
    shown = trained(lab, "en")
    shown.page.locator("#clock-time").fill("7")
    shown.page.click("#take-open")
    link = shown.page.input_value("#take-link")
    assert "t=7" in link
    assert 'src="' + link.split("?")[0].replace("/lab", "/embed/highway") in (
        shown.page.input_value("#take-embed")
    )
    shown.page.click("[data-take=link]")
    assert shown.text("#take-said") == "Copied."
    shown.page.keyboard.press("Escape")
    values = shown.page.locator(".lane-value").all_inner_texts()
    other = lab(1280, 900, locale="en")
    other.page.goto(link)
    other.wait_for_frames()
    other.page.locator("#run[data-action=replay]").wait_for(timeout=30_000)
    other.page.wait_for_function(
        "(all) => JSON.stringify([...document.querySelectorAll('.lane-value')]"
        ".map((e) => e.innerText)) === JSON.stringify(all)",
        arg=values,
    )
    assert other.text("#clock-time-label").endswith("7")


def test_what_a_library_cannot_compute_is_said(lab: OpenLab) -> None:
    shown = lab(locale="pt-BR")
    shown.open(
        "preset=gates_away&task.length=5&training.steps=5&training.stop_when_solved=false",
        lang="pt-BR",
    )
    shown.page.click("#take-open")
    assert shown.page.locator("[data-take=keras]").is_disabled()
    shown.page.keyboard.press("Escape")
    shown.run()
    shown.wait_for_end()
    shown.page.click("#take-open")
    shown.page.select_option("#take-model", index=1)
    shown.page.click("[data-take=keras]")
    shown.page.locator("#take-said[data-tone=problem]").wait_for()
    assert "não tem camada" in shown.text("#take-said")
    shown.complaints[:] = [each for each in shown.complaints if "422" not in each]
