"""The language of a page."""

import pytest

from app.pages.i18n import DEFAULT_LANGUAGE, Texts, choose_language


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        (None, None, "pt-BR"),
        (None, "", "pt-BR"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "pt-PT,pt;q=0.9,en;q=0.5", "pt-BR"),
        (None, "de-DE,de;q=0.9,en;q=0.5,pt;q=0.4", "en"),
        (None, "en;q=0.3,pt;q=0.8", "pt-BR"),
        (None, "en;q=0", "pt-BR"),
        (None, "en;q=banana", "pt-BR"),
        (None, "fr,*;q=0.1", "pt-BR"),
        ("en", "pt-BR", "en"),
        ("pt-BR", "en", "pt-BR"),
        ("PT", "en", "pt-BR"),
        ("klingon", "en", "en"),
        ("", "en", "en"),
        ("<script>", None, "pt-BR"),
    ],
)
def test_the_address_wins_then_the_browser_then_portuguese(
    asked: str | None, header: str | None, chosen: str
) -> None:
    assert choose_language(asked, header) == chosen


def test_portuguese_comes_first() -> None:
    assert DEFAULT_LANGUAGE == "pt-BR"


def test_a_text_is_filled_in() -> None:
    texts = Texts("en", {"step": "step {n} of {total}"})
    assert texts("step", n=3, total=10) == "step 3 of 10"
    assert "step" in texts
    assert "stop" not in texts


@pytest.mark.parametrize("values", [{}, {"n": 1}])
def test_a_missing_text_or_value_is_a_defect(values: dict[str, int]) -> None:
    texts = Texts("en", {"step": "step {n} of {total}"})
    with pytest.raises(KeyError):
        texts("step", **values)
    with pytest.raises(KeyError):
        texts("no.such")
