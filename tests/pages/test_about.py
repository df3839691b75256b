"""How the numbers are made."""

import re

import pytest

from app.core.cells import CELLS
from app.core.presets import PRESETS
from app.pages.about import read_about
from app.pages.i18n import load_texts
from app.pages.render import ROOT

from .conftest import Client

LANGUAGES = ("pt-BR", "en")
TEXTS = load_texts(ROOT / "static" / "i18n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cell_is_checked_now(client: Client, lang: str) -> None:
    html = client.get("/about", params={"lang": lang}).text
    assert html.count('class="badge is-right"') == len(CELLS)
    assert html.count('class="badge"') == 0
    errors = re.findall(r'class="badge-error">([^<]+)<', html)
    assert all("·10⁻" in error or error.startswith("10⁻") for error in errors)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_preset_is_in_the_table(client: Client, lang: str) -> None:
    html = client.get("/about", params={"lang": lang}).text
    for preset in PRESETS.values():
        assert f"lab?preset={preset.id}&amp;lang={lang}" in html
    runs = sum(len(preset.models) for preset in PRESETS.values())
    assert html.count('<td class="run-name">') == runs
    assert TEXTS[lang]("preset.forget_bias.run.zero") in html  # in words, not by its key
    assert not re.search(r'<style|\s(?:style|on\w+)="|href="/', html)


def test_both_languages_say_the_same() -> None:
    links = [
        sorted(
            re.sub("lang=.*", "", link)
            for block in read_about(TEXTS[lang]).blocks
            for link in re.findall(r'href="([^"]+)"', block.html)
        )
        for lang in LANGUAGES
    ]
    paragraphs = [
        sum(block.html.count("<p>") for block in read_about(TEXTS[lang]).blocks)
        for lang in LANGUAGES
    ]
    assert links[0] == links[1]
    assert paragraphs[0] == paragraphs[1] > 3
