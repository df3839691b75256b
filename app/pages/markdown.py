"""Chapters as a teacher writes them: Markdown with formulas, figures and questions.

A chapter is one file per language. Besides Markdown it may hold ``$formulas$``, numbers (see
``app.pages.numbers``), links to a preset ``[words](lab:classic)`` and five kinds of block::

    ::: question after=side        ::: figure radius        ::: notice        ::: numbers
    What will happen?              The caption.             What to see.      A formula with
    - [ ] This. | Feedback.        :::                      :::               its numbers.
    - [x] That. | Feedback.        ::: result after=side                      :::
    :::                            What happened over many seeds.
                                   :::

The answer to a question ``after`` a figure is told when the figure has trained; a ``result`` waits
for the prediction. Without scripts both can be read at once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.pages.numbers import with_live_spans

_BLOCK = re.compile(r"^::: *(\w+) *(.*)\n((?:(?!:::).*\n)*?)^:::[ \t]*$\n?", re.M)
_HEADING = re.compile(r"\A# +(.+)\n")
_OPTION = re.compile(r"^- \[([ x])\] (.+?) \| (.+)$", re.M)


# Replaces the placeholders of a text; the second argument asks for numbers that stay live.
Fill = Callable[[str, bool], str]


class ContentError(ValueError):
    """A chapter that cannot be read; the message names the file's mistake."""


@dataclass(frozen=True)
class Option:
    """One answer of a question."""

    html: str
    feedback: str
    right: bool


@dataclass(frozen=True)
class Block:
    """A part: ``text``, ``notice``, ``numbers``, ``result``, ``figure`` or ``question``."""

    kind: str
    html: str
    argument: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    options: Sequence[Option] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter, ready for the template."""

    id: str
    title: str
    lead: str
    blocks: Sequence[Block]


def math(latex: str, options: dict[str, Any]) -> str:
    r"""Return a formula as MathML; where ``\qquad`` parts equations, each as one of its own.

    A browser does not break a formula over lines, and on a phone two do not fit into one.
    """
    if not options.get("display_mode"):
        return str(convert(latex))
    return "".join(convert(part, display="block") for part in latex.split(r"\qquad"))


def markdown(lang: str) -> MarkdownIt:
    """Return a renderer whose links know the pages and the language."""
    renderer = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    renderer.use(dollarmath_plugin, renderer=math, allow_space=False, double_inline=False)
    renderer.core.ruler.push("pages", lambda state: _link(state.tokens, lang))
    return renderer


def _link(tokens: Sequence[Token], lang: str) -> None:
    for token in tokens:
        if token.type == "link_open":
            token.attrs["href"] = address(str(token.attrs["href"]), lang)
        _link(token.children or (), lang)


def address(target: str, lang: str) -> str:
    """Return where a link of the prose leads, relative to the lesson.

    ``lab:classic`` is a preset, ``lab:classic?task.length=80`` a preset with a change,
    ``page:challenges`` a page, and ``doi:…`` a paper.
    """
    kind, _, rest = target.partition(":")
    if kind == "lab":
        preset, _, query = rest.partition("?")
        return f"lab?{urlencode({'preset': preset, 'lang': lang})}" + (f"&{query}" if query else "")
    if kind == "page":
        name, hash_, anchor = rest.partition("#")
        return f"{name}?{urlencode({'lang': lang})}{hash_}{anchor}"
    return f"https://doi.org/{rest}" if kind == "doi" else target


def split_blocks(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, argument, text) in order; plain Markdown is of kind ``text``."""
    at = 0
    for found in _BLOCK.finditer(source):
        if source[at : found.start()].strip():
            yield "text", "", source[at : found.start()]
        yield found[1], found[2].strip(), found[3]
        at = found.end()
    if source[at:].strip():
        yield "text", "", source[at:]


def read_chapter(chapter_id: str, source: str, lang: str, fill: Fill) -> Chapter:
    """Read one file.

    Parameters
    ----------
    fill : callable
        ``Numbers.fill``.

    Raises
    ------
    ContentError
        If it has no title, an unknown block, or a question without exactly one right answer.
    """
    heading = _HEADING.match(source)
    if heading is None:
        raise ContentError(f"{chapter_id}: the first line must be '# title'")
    lead, _, rest = source[heading.end() :].strip().partition("\n\n")
    renderer = markdown(lang)

    def render(text: str, live: bool = False) -> str:
        return with_live_spans(str(renderer.render(fill(text, live))))

    blocks = []
    for kind, argument, text in split_blocks(rest + "\n"):
        if kind in ("text", "notice", "numbers"):
            blocks.append(Block(kind, render(text, live=kind == "numbers")))
        elif kind == "figure":
            blocks.append(Block(kind, render(text), argument))
        elif kind == "result":
            blocks.append(Block(kind, render(text), argument, _settings(argument)))
        elif kind == "question":
            blocks.append(_question(chapter_id, argument, text, renderer, fill))
        else:
            raise ContentError(f"{chapter_id}: there is no block called {kind!r}")
        if ":::" in text:
            raise ContentError(f"{chapter_id}: a ::: block is not closed")
    return Chapter(
        chapter_id, heading[1].strip(), str(renderer.renderInline(fill(lead, False))), tuple(blocks)
    )


def _question(chapter_id: str, argument: str, text: str, renderer: MarkdownIt, fill: Fill) -> Block:
    def inline(part: str) -> str:
        return str(renderer.renderInline(fill(part.strip(), False)))

    options = tuple(
        Option(inline(found[2]), inline(found[3]), found[1] == "x")
        for found in _OPTION.finditer(text)
    )
    if sum(option.right for option in options) != 1:
        raise ContentError(f"{chapter_id}: a question needs exactly one right answer, '- [x]'")
    asked = inline(text.partition("\n- [")[0])
    return Block("question", asked, argument, _settings(argument), options)


def _settings(argument: str) -> dict[str, str]:
    """Read ``after=side``: a result, or an answer, that comes after a figure."""
    return dict(part.split("=", 1) for part in argument.split())
