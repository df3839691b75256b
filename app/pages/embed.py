"""Figures, the Lab and chapters of the lesson in a frame of somebody else's page.

The same templates and modules as everywhere, with less around them. Which sites may show a frame
is a setting; the header that says so is set in ``app/api/middleware.py``.
"""

import dataclasses
import re

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from app.pages.lab import lab_values
from app.pages.lesson import Lesson, lesson_in
from app.pages.markdown import Block, Chapter, Option
from app.pages.render import Pages
from app.pages.still import MARKS

FIGURES = ("lab", "highway", "profile", "try", "heat", "gates", "cell", "loss")

# Links of the prose are relative to the lesson. From a frame they open a page of their own: the
# site itself refuses to be framed.
_LINK = re.compile(r'<a href="(?![a-z]+:|#)([^"]*)"')
_ELSEWHERE = re.compile(r'<a href="(https?:[^"]*)"')


def chapter_alone(lesson: Lesson, chapter_id: str, root: str) -> Lesson | None:
    """Return the lesson with this chapter only, its links made to work from a frame."""
    for chapter in lesson.chapters:
        if chapter.id == chapter_id:
            return dataclasses.replace(lesson, chapters=[_from_a_frame(chapter, root)])
    return None


def _from_a_frame(chapter: Chapter, root: str) -> Chapter:
    def html(text: str) -> str:
        text = _ELSEWHERE.sub(r'<a target="_blank" rel="noopener" href="\1"', text)
        return _LINK.sub(rf'<a target="_blank" href="{root}\1"', text)

    def option(each: Option) -> Option:
        return dataclasses.replace(each, html=html(each.html), feedback=html(each.feedback))

    def block(each: Block) -> Block:
        return dataclasses.replace(
            each, html=html(each.html), options=[option(one) for one in each.options]
        )

    return dataclasses.replace(
        chapter, lead=html(chapter.lead), blocks=[block(each) for each in chapter.blocks]
    )


def add(router: APIRouter, pages: Pages) -> None:
    """Add the frames to the pages."""

    @router.get("/embed/lesson/{chapter}")
    def chapter(request: Request, chapter: str) -> Response:
        alone = chapter_alone(lesson_in(pages.texts(request)), chapter, "../../")
        if alone is None:
            raise HTTPException(404)
        whole = {"page": "", "part": f"#{chapter}"}
        return pages.render(
            request,
            "lesson.html",
            depth=2,
            embed="lesson",
            whole=whole,
            lesson=alone,
            marks=MARKS,
        )

    @router.get("/embed/{figure}")
    def figure(request: Request, figure: str) -> Response:
        if figure not in FIGURES:
            raise HTTPException(404)
        whole = {"page": "lab", "part": ""}
        return pages.render(
            request, "lab.html", depth=1, embed=figure, whole=whole, **lab_values(request)
        )
