"""The page of challenges without a server behind it."""

import re

import pytest

from app.core.challenges import CHALLENGES
from app.pages.challenges import criterion_text, field_of, value_text
from app.pages.i18n import load_texts
from app.pages.render import ROOT

from .conftest import Client

LANGUAGES = ("pt-BR", "en")
TEXTS = load_texts(ROOT / "static" / "i18n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_challenge_is_there_with_its_words(client: Client, lang: str) -> None:
    html = client.get("/challenges", params={"lang": lang}).text
    for challenge in CHALLENGES.values():
        assert f'data-challenge="{challenge.id}"' in html
        for part in ("title", "task", "hint"):
            assert f"challenge.{challenge.id}.{part}" in TEXTS[lang]
        for criterion in challenge.criteria:
            assert criterion_text(criterion, TEXTS[lang])
    assert html.count("data-path=") == sum(len(each.controls) for each in CHALLENGES.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_field_holds_its_value_as_it_is_typed(client: Client, lang: str) -> None:
    """So that an attempt without a change is one: "10⁻⁴" is no number in a field."""
    html = client.get("/challenges", params={"lang": lang}).text
    fields = re.findall(r'data-path="([^"]+)" value="([^"]*)"', html)
    wanted = [
        (path, value)
        for challenge in CHALLENGES.values()
        for path in challenge.controls
        for option, value in [field_of(challenge, path)]
        if not option.choices
    ]
    assert [path for path, _ in fields] == [path for path, _ in wanted]
    mark = "," if lang == "pt-BR" else "."
    for (_, text), (_, value) in zip(fields, wanted, strict=True):
        assert (float(text.replace(mark, ".")) if text else None) == value


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_runs_inline(client: Client, lang: str) -> None:
    html = client.get("/challenges", params={"lang": lang}).text
    inline = [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag]
    assert all('type="application/json"' in tag for tag in inline)
    assert not re.search(r'<style|\s(?:style|on\w+)="', html)
    assert not re.search(r'(?:href|src)="(?:/|https?:)', html)


def test_a_link_that_names_nothing_shows_the_challenges(client: Client) -> None:
    for query in ("?challenge=x&run=" + "0" * 16, "?challenge=break_lstm&run=<b>", "?run=1"):
        html = client.get(f"/challenges{query}").text
        assert 'id="result"' not in html
        assert "<b>" not in html


def test_a_link_to_an_unknown_run_says_so(client: Client) -> None:
    query = {"challenge": "break_lstm", "run": "0" * 16, "lang": "en"}
    html = client.get("/challenges", params=query).text
    assert TEXTS["en"]("challenge.unknown") in html


@pytest.mark.parametrize(
    ("value", "pt", "en"),
    [(None, "desligado", "off"), (0.925, "0,925", "0.925"), ("lstm", "LSTM", "LSTM")],
)
def test_values_follow_the_language(value: float | str | None, pt: str, en: str) -> None:
    assert [value_text(value, TEXTS[lang]) for lang in LANGUAGES] == [pt, en]
