"""All pages as a visitor walks them: in one language, and without a link that leads nowhere."""

import html as markup
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings

from .conftest import Client

PAGES = ["/", "/lab", "/compare", "/challenges", "/about", "/embed/profile", "/embed/lesson/cell"]
I18N = Path(__file__).resolve().parents[2] / "static" / "i18n"
EN, PT = (json.loads((I18N / f"{lang}.json").read_text("utf-8")) for lang in ("en", "pt-BR"))
SHORTEST = 12  # below, a text may be a name, or a word that Portuguese has too


class Page(HTMLParser):
    """What a page says, where it leads, and the places it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self._mute = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._mute += tag in ("script", "style")
        self.ids |= {named["id"] or ""} if "id" in named else set()
        if tag == "a" and named.get("href"):
            self.links.append(named["href"] or "")
        for name in ("aria-label", "title", "placeholder", "alt", "content"):
            self.said.append(named.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        self._mute -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self.said.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The application with all its addresses; nothing of it is started."""
    database = tmp_path_factory.mktemp("whole") / "vgl.db"
    app: FastAPI = create_app(Settings(database=f"sqlite:///{database}"))
    return Client(app)


@pytest.fixture(scope="module")
def visit(whole: Client) -> "Visit":
    return Visit(whole)


class Visit:
    """Every address once."""

    def __init__(self, client: Client) -> None:
        self._client, self._known = client, dict[str, tuple[int, Page | None]]()

    def __call__(self, address: str) -> tuple[int, Page | None]:
        if address not in self._known:
            answer = self._client.get(address)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            page = Page(answer.text) if is_page else None
            self._known[address] = answer.status_code, page
        return self._known[address]


def _parts(text: str) -> list[str]:
    """The longest stretch of a text without a placeholder."""
    return sorted(re.split(r"\{\w+\}", markup.unescape(text)), key=len)[-1:]


FOREIGN = {
    part.strip()
    for key, text in EN.items()
    if text != PT[key] and key != "site.name"  # which is also the name of the program
    for part in _parts(text)
    if len(part.strip()) > SHORTEST and part.strip() not in PT[key]
}


@pytest.mark.parametrize("path", PAGES)
def test_a_portuguese_page_says_nothing_in_english(visit: Visit, path: str) -> None:
    status, page = visit(f"{path}?lang=pt-BR")
    assert status == 200
    assert page is not None
    # With its neighbours: "in the lab" stands in "alumni in the lab" too.
    words = f" {page.words} "
    assert [text for text in FOREIGN if re.search(rf"\W{re.escape(text)}\W", words)] == []


def test_english_would_be_found(visit: Visit) -> None:
    _, page = visit("/about?lang=en")
    assert page is not None
    assert sum(text in page.words for text in FOREIGN) > 10


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(visit: Visit, path: str, lang: str) -> None:
    here = f"{path}?lang={lang}"
    _, page = visit(here)
    assert page is not None
    broken = []
    for link in page.links:
        target = urlsplit(urljoin(f"http://test{here}", link))
        if target.netloc != "test":
            continue
        # One address of the Lab per preset is enough: its query is not what may be missing.
        address = target.path + (f"?lang={lang}" if target.path in PAGES else "")
        status, found = visit(address)
        place = unquote(target.fragment)
        if status != 200 or (place and (found is None or place not in found.ids)):
            broken.append(link)
    assert broken == []
