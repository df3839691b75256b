"""The pages over HTTP."""

import gzip
import json
import re

import pytest
from fastapi import FastAPI

from app.core.presets import PRESETS
from app.pages import render, routes
from app.settings import Settings

from .conftest import Client

LANGUAGES = ("pt-BR", "en")


def config_of(html: str) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', html)
    assert found
    loaded: dict[str, str] = json.loads(found[1])
    return loaded


def urls_of(html: str) -> list[str]:
    linked = re.findall(r'<(?:link|script)[^>]*?(?:href|src)="([^"?#]+)"', html)
    return [*linked, config_of(html)["plotly"], config_of(html)["messages"]]


def test_an_old_link_to_a_set_up_leads_to_the_lab_behind_any_proxy(client: Client) -> None:
    answer = client.get("/?lang=en&preset=recall")
    assert answer.status_code == 307
    assert answer.headers["location"] == "lab?lang=en&preset=recall"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_in_its_language(client: Client, lang: str) -> None:
    html = client.get("/lab", params={"lang": lang}).text
    assert f'<html lang="{lang}">' in html
    assert {"pt-BR": "Laboratório do Gradiente", "en": "Vanishing Gradient Lab"}[lang] in html
    assert config_of(html)["lang"] == lang


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["", "lab", "compare", "challenges", "about", "embed/profile"])
def test_every_page_is_there(client: Client, path: str, lang: str) -> None:
    answer = client.get(f"/{path}", params={"lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text


def test_the_browser_chooses_the_language(client: Client) -> None:
    answer = client.get("/lab", headers={"accept-language": "en-US,en;q=0.9"})
    assert '<html lang="en">' in answer.text
    assert "accept-language" in answer.headers["vary"].lower()


def test_switching_the_language_keeps_the_set_up(client: Client) -> None:
    html = client.get("/lab?preset=recall&task.length=80&lang=en").text
    assert 'href="?preset=recall&amp;task.length=80&amp;lang=pt-BR"' in html


PAGES = ["/", "/lab", "/compare", "/challenges", "/about"]


def told(client: Client, path: str, lang: str) -> dict[str, str]:
    """Return what a page tells those who link it."""
    html = client.get(f"{path}?lang={lang}").text
    return dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_link_shows_what_it_leads_to(client: Client, path: str, lang: str) -> None:
    found = told(client, path, lang)
    assert found["description"] == found["og:description"]
    assert found["og:title"] not in ("", "Lab")
    picture = found["og:image"]
    assert picture.startswith("http://test/static/")
    assert picture.endswith(f".{lang}.png")
    answer = client.get(picture.removeprefix("http://test"))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (answer.content[16:20], answer.content[20:24]) == (
        (1200).to_bytes(4, "big"),
        (630).to_bytes(4, "big"),
    )
    html = client.get(f"{path}?lang={lang}").text
    for other in (*LANGUAGES, "x-default"):
        assert f'<link rel="alternate" hreflang="{other}" href=' in html


def test_every_page_has_a_picture_and_words_of_its_own(client: Client) -> None:
    found = [told(client, path, lang) for path in PAGES for lang in LANGUAGES]
    for name in ("og:image", "og:image:alt", "og:description", "og:title"):
        assert len({each[name] for each in found}) == len(found), name


def test_what_has_no_picture_shows_that_of_the_lesson(client: Client) -> None:
    here, lesson = (told(client, path, "en") for path in ("/embed/lesson/cell", "/"))
    assert here["og:image"] == lesson["og:image"]


def test_the_prediction_is_on_the_page_before_the_modules_are(client: Client) -> None:
    html = client.get("/lab?preset=gates_away&lang=en").text
    offered = re.findall(r'<input type="radio" name="guess" value="([^"]+)"[^>]*>', html)
    assert offered == list(PRESETS["gates_away"].prediction_options)
    assert "Only with f = 1" in html


def test_what_comes_in_the_address_is_escaped(client: Client) -> None:
    html = client.get("/lab", params={"preset": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html


@pytest.mark.parametrize("preset", [None, *PRESETS])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_question_is_there_before_any_script(
    client: Client, lang: str, preset: str | None
) -> None:
    html = client.get("/lab", params={"lang": lang, **({"preset": preset} if preset else {})}).text
    found = re.search(r'<h2 id="question">([^<]+)</h2>', html)
    assert found
    assert found[1].endswith("?")


def test_nothing_runs_inline(client: Client) -> None:
    html = client.get("/lab").text
    inline = [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag]
    assert inline == ['<script type="application/json" id="config">']
    assert "<style" not in html
    assert not re.search(r'\s(?:style|on\w+)="', html)


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    html = client.get("/lab").text
    assert not re.search(r'(?:href|src)="(?:https?:)?//', html)
    # From the root of the host, a link would miss the application behind a proxy's prefix.
    assert not re.search(r'(?:href|src)="/', html)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_file_of_the_page_is_served_for_ever(client: Client, lang: str) -> None:
    urls = [
        url for url in urls_of(client.get("/lab", params={"lang": lang}).text) if "api/" not in url
    ]
    assert len(urls) > 30
    for url in urls:
        answer = client.get(f"/{url}")
        assert answer.status_code == 200, url
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip", url


def test_every_import_of_a_module_is_served(client: Client) -> None:
    html = client.get("/lab").text
    entry = next(url for url in urls_of(html) if url.endswith("js/lab.js"))
    base = entry.removesuffix("lab.js")
    waiting, seen = ["lab.js"], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        source = client.get(f"/{base}{name}")
        assert source.status_code == 200, name
        assert source.headers["content-type"].startswith("text/javascript")
        folder = name.rpartition("/")[0]
        for target in re.findall(r'^(?:import|export)[^"]*?from "([^"]+)";', source.text, re.M):
            parts: list[str] = folder.split("/") if folder else []
            for part in target.split("/"):
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            waiting.append("/".join(parts))
    preloaded = {url.removeprefix(base) for url in urls_of(html) if url.endswith(".js")}
    assert seen - {"lab.js"} <= preloaded


def test_plotly_is_the_installed_one_compressed(client: Client) -> None:
    url = config_of(client.get("/lab").text)["plotly"]
    answer = client.get(f"/{url}")
    assert answer.content == render.plotly_file().read_bytes()
    assert int(answer.headers["content-length"]) < 2_000_000
    plain = client.get(f"/{url}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_an_old_version_of_a_file_is_today_s_and_not_kept(client: Client) -> None:
    answer = client.get("/static/0123456789abcdef/js/lab.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["js/none.js", "../app/settings.py", "..%2f..%2fapp/settings.py", "", "js/"]
)
def test_no_other_file_of_the_disk_is_served(client: Client, path: str) -> None:
    assert client.get(f"/static/0123456789abcdef/{path}").status_code == 404


def test_the_page_lives_under_a_prefix() -> None:
    inner, outer = FastAPI(), FastAPI()
    routes.install(inner, Settings())
    outer.mount("/user/ana/proxy/8000", inner)
    client = Client(outer, prefix="/user/ana/proxy/8000")
    for url in urls_of(client.get("/lab").text):
        if "api/" not in url:
            assert client.get(f"/{url}").status_code == 200


def test_compressed_files_are_the_files(client: Client) -> None:
    url = next(url for url in urls_of(client.get("/lab").text) if url.endswith("tokens.css"))
    answer = client.get(f"/{url}", raw=True)
    assert gzip.decompress(answer.content).startswith(b"/* Every colour")
