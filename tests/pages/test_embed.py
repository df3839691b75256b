"""What other pages show in a frame."""

import re

import pytest

from app.pages.embed import FIGURES
from app.pages.lesson import chapter_files

from .conftest import Client

LANGUAGES = ("pt-BR", "en")
CHAPTERS = [path.stem.partition("-")[2] for path in chapter_files("en")]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [*FIGURES, "lesson/cell"])
def test_a_frame_is_a_page_with_less_around_it(client: Client, path: str, lang: str) -> None:
    answer = client.get(f"/embed/{path}", params={"lang": lang, "preset": "recall"})
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    assert 'class="site-header"' not in answer.text
    assert 'class="site-footer"' not in answer.text
    root = "../../" if path.startswith("lesson") else "../"
    files = re.findall(r'<(?:link rel="[sm]|script)[^>]*?(?:href|src)="([^"?#]+)"', answer.text)
    assert files
    assert all(file.startswith(root) for file in files)
    opens = {"pt-BR": "Abrir a página completa", "en": "Open the full page"}[lang]
    assert opens in answer.text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_stands_alone_and_its_links_lead_out(client: Client, chapter: str) -> None:
    html = client.get(f"/embed/lesson/{chapter}?lang=en").text
    assert re.findall(r'<section class="chapter" id="([^"]+)"', html) == [chapter]
    prose = html[html.index("<main") : html.index("</main>")]
    for link in re.findall(r"<a ([^>]*)>", prose):
        target = re.search(r'href="([^"]*)"', link)
        assert target
        if not target[1].startswith("#"):
            assert 'target="_blank"' in link
            assert target[1].startswith(("../../", "https://"))


@pytest.mark.parametrize("path", ["nope", "lesson/nope", "lesson", "profile/x", ""])
def test_what_is_not_offered_is_not_there(client: Client, path: str) -> None:
    assert client.get(f"/embed/{path}").status_code == 404


def test_the_whole_page_is_one_click_away(client: Client) -> None:
    assert 'href="../lab?lang=en"' in client.get("/embed/profile?lang=en").text
    assert 'href="../../?lang=en#cell"' in client.get("/embed/lesson/cell?lang=en").text
