"""Templates and what they need: texts, addresses of files, settings for the modules."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.pages.assets import Asset, Assets, FolderAssets
from app.pages.i18n import LANGUAGES, Texts, choose_language, load_texts

ROOT = Path(__file__).resolve().parents[2]
PLOTLY = "plotly.min.js"

PAGE_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}


def plotly_file() -> Path:
    """Return the plotly.min.js of the installed package, without importing the package."""
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise RuntimeError("the plotly package is not installed")
    return Path(found.origin).parent / "package_data" / PLOTLY


def own_style_elements(plotly: Asset) -> list[str]:
    """Return the ids of the style elements that plotly.min.js adds unless they are there already.

    A library inside the bundle adds its sheet at load time, for maps that we do not draw; the
    policy of the site would refuse it with an error. The page puts empty elements of these ids.
    """
    return re.findall(r'document\.getElementById\("([0-9a-f]{64})"\)', plotly.body.decode())


class Pages:
    """Renders templates: texts in the reader's language, every URL relative to the page.

    The application may live under any path of a proxy and need not know it.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self._folder = FolderAssets(root / "static", look_every=0.2)
        self._plotly = Assets({PLOTLY: plotly_file()})
        self._plotly_styles = own_style_elements(self._plotly[PLOTLY])
        self._texts_of: tuple[str, dict[str, Texts]] | None = None
        self._i18n = root / "static" / "i18n"
        self._templates = Environment(
            loader=FileSystemLoader(root / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def asset(self, digest: str, name: str) -> tuple[Asset, bool] | None:
        """Return a static file, and whether it is exactly the version that was asked for."""
        if digest == self._plotly.digest and (plotly := self._plotly.find(name)):
            return plotly, True
        assets = self._folder.latest
        found = assets.find(name)
        return (found, digest == assets.digest) if found else None

    def render(
        self, request: Request, template: str, *, depth: int = 0, **values: Any
    ) -> HTMLResponse:
        """Return a page in the language of the request; ``depth`` counts the folders above it."""
        assets = self._folder.current
        texts = self.texts(request)
        root = "../" * depth
        values.setdefault("embed", "")  # what a frame shows; empty: a page of its own
        html = self._templates.get_template(template).render(
            t=texts,
            lang=texts.language,
            languages=[
                {"code": code, "name": name, "href": _with_language(request, code)}
                for code, name in LANGUAGES.items()
            ],
            # What others show of a page when they link it has to be named in full.
            picture=lambda page: f"{request.base_url}{assets.url(_picture(page, texts))}",
            root=root,
            asset=lambda name: root + assets.url(name),
            modules=[root + assets.url(name) for name in assets.names("js/", ".js")],
            plotly_styles=self._plotly_styles,
            config={
                "api": f"{root}api/v1",
                "lang": texts.language,
                "messages": root + assets.url(f"i18n/{texts.language}.json"),
                "plotly": root + self._plotly.url(PLOTLY),
            },
            **values,
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    def texts(self, request: Request) -> Texts:
        """Return the texts of the language that a request asks for."""
        language = choose_language(
            request.query_params.get("lang"), request.headers.get("accept-language")
        )
        return self._texts(self._folder.current)[language]

    def _texts(self, assets: Assets) -> Mapping[str, Texts]:
        if self._texts_of is None or self._texts_of[0] != assets.digest:
            self._texts_of = assets.digest, load_texts(self._i18n)
        return self._texts_of[1]


def _picture(page: str, texts: Texts) -> str:
    """Return the picture of a page (``scripts/social.py``); what has none shows the lesson's."""
    own = page if f"site.picture.{page}" in texts else "lesson"
    return f"social/{own}.{texts.language}.png"


def _with_language(request: Request, language: str) -> str:
    """Return the query that shows this very page in another language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*kept, ("lang", language)])
