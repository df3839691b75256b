"""An address where there is nothing, as a person and as a program meet it."""

import re

import pytest
from fastapi import FastAPI

from app.api import errors
from app.pages import routes
from app.settings import Settings

from .conftest import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
TITLES = {"pt-BR": "Não há nada neste endereço", "en": "There is nothing at this address"}


@pytest.fixture(scope="module")
def whole() -> Client:
    app = FastAPI()
    errors.install(app)
    routes.install(app, Settings())
    return Client(app)


@pytest.mark.parametrize("lang", TITLES)
@pytest.mark.parametrize("path", ["/nope", "/nope/", "/a/b/c", "/embed/nope", "/embed/lesson/nope"])
def test_a_person_reads_a_page(whole: Client, path: str, lang: str) -> None:
    answer = whole.get(path, headers={"accept": BROWSER, "accept-language": lang})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{lang}">' in answer.text
    assert f"<h1>{TITLES[lang]}</h1>" in answer.text
    up = "../" * (path.count("/") - 1)
    assert f'href="{up}lab?lang={lang}"' in answer.text
    for sheet in re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text):
        assert sheet.startswith(f"{up}static/")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/nope", "*/*"),
        ("/nope", "application/json"),
        ("/nope", "application/json, text/html;q=0.5"),
        ("/nope", "text/html;q=x"),
        ("/api/v1/nope", BROWSER),
        ("/static/0/js/nope.js", BROWSER),
    ],
)
def test_a_program_reads_a_problem(whole: Client, path: str, accept: str) -> None:
    answer = whole.get(path, headers={"accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == errors.MEDIA_TYPE
    assert answer.json()["code"] == "not_found"
