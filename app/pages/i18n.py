"""The language of a page and its texts.

The catalogues in ``static/i18n`` are flat JSON: a dotted key and a text with ``{placeholders}``.
Templates and the modules in the browser read the same files.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

DEFAULT_LANGUAGE = "pt-BR"
LANGUAGES = {"pt-BR": "Português", "en": "English"}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def choose_language(asked: str | None, accept_language: str | None) -> str:
    """Return the language of a page.

    Parameters
    ----------
    asked : str, optional
        ``?lang=`` of the address; it wins when we have that language.
    accept_language : str, optional
        The header, such as ``"pt-PT,pt;q=0.9,en;q=0.5"``. Regions do not matter: any Portuguese
        reads pt-BR. Where nothing fits, Portuguese.
    """
    for tag in [asked or "", *_by_preference(accept_language or "")]:
        if found := _matching(tag):
            return found
    return DEFAULT_LANGUAGE


def _matching(tag: str) -> str | None:
    primary = tag.strip().lower().split("-")[0]
    for language in LANGUAGES:
        if primary and language.lower().split("-")[0] == primary:
            return language
    return None


def _by_preference(header: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for item in header.split(","):
        tag, _, parameter = item.partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            weighted.append((-quality, tag))
    return [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]  # stable: order is kept


class Texts:
    """The texts of one language.

    Parameters
    ----------
    language : str
        BCP 47 tag, for the ``lang`` attribute.
    messages : mapping of str to str
        Key and text.
    """

    def __init__(self, language: str, messages: Mapping[str, str]) -> None:
        self.language, self._messages = language, messages

    def __contains__(self, key: str) -> bool:
        return key in self._messages

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its placeholders filled; a missing key is a defect (KeyError)."""
        return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), self._messages[key])


def load_texts(folder: Path) -> dict[str, Texts]:
    """Read the catalogue of every language."""
    return {
        language: Texts(language, json.loads((folder / f"{language}.json").read_text("utf-8")))
        for language in LANGUAGES
    }
