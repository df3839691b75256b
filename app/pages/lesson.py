"""The lesson: eight chapters, their figures as they are before the reader touches them."""

import functools
import threading
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.pages.figures import FIGURES
from app.pages.i18n import DEFAULT_LANGUAGE, LANGUAGES, Texts, load_texts
from app.pages.markdown import Chapter, read_chapter
from app.pages.numbers import TABLE, Numbers
from app.pages.render import ROOT, Pages
from app.pages.shown import Shown, show_figure
from app.pages.still import MARKS

CONTENT = Path(__file__).resolve().parent / "content"


def chapter_files(lang: str) -> list[Path]:
    """Return the files of a language in the order of the chapters: ``1-what.md``, …"""
    return sorted((CONTENT / lang).glob("*.md"), key=lambda path: int(path.stem.split("-")[0]))


def read_chapters(texts: Texts) -> list[Chapter]:
    """Read every chapter in one language, with its numbers filled in."""
    numbers = Numbers(texts)
    return [
        read_chapter(
            path.stem.partition("-")[2], path.read_text("utf-8"), texts.language, numbers.fill
        )
        for path in chapter_files(texts.language)
    ]


@dataclass(frozen=True)
class Lesson:
    """The lesson in one language."""

    chapters: list[Chapter]
    figures: dict[str, Shown]


_making = threading.Lock()  # two first readers must not measure everything twice


def lesson_in(texts: Texts) -> Lesson:
    """Return the lesson in the language of the texts, made again when a file changed."""
    with _making:
        return _lesson(texts, _fingerprint(texts.language))


def warm() -> None:
    """Measure every figure, and every number of the text, before anybody asks."""
    lesson_in(load_texts(ROOT / "static" / "i18n")[DEFAULT_LANGUAGE])


def _fingerprint(lang: str) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns for path in [*chapter_files(lang), TABLE])


@functools.lru_cache(maxsize=2 * len(LANGUAGES))
def _lesson(texts: Texts, _fingerprint: tuple[int, ...]) -> Lesson:
    return Lesson(
        read_chapters(texts), {figure_id: show_figure(figure_id, texts) for figure_id in FIGURES}
    )


def add(router: APIRouter, pages: Pages) -> None:
    """Add the lesson to the pages."""

    @router.get("/")
    def home(request: Request) -> Response:
        if "preset" in request.query_params:
            # Links to a set-up that were made when the Lab was the first page. Relative, so that
            # it is right behind any proxy.
            return RedirectResponse(f"lab?{request.url.query}", status_code=307)
        texts = pages.texts(request)
        return pages.render(request, "lesson.html", lesson=lesson_in(texts), marks=MARKS)
