"""docs/derivations: its Python runs, its identities hold, and the code it points at is there."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "derivations").glob("*.md"))
POINTER = re.compile(r"`(app/[\w/]+)\.py`: ((?:`[\w.]+`(?:, )?)+)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_there_is_a_page_for_each_cell():
    from app.core.cells import CELLS

    assert {f"{name}.md" for name in CELLS} | {"README.md"} == {page.name for page in PAGES}


@every_page
def test_its_python_runs(page):
    programs = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert bool(programs) == (page.name != "README.md")
    for program in programs:
        exec(compile(program, str(page), "exec"), {})


@every_page
def test_the_code_it_points_at_exists(page):
    pointers = POINTER.findall(page.read_text(encoding="utf-8"))
    assert pointers
    for module, names in pointers:
        for name in re.findall(r"`([\w.]+)`", names):
            found = importlib.import_module(module.replace("/", "."))
            for part in name.split("."):
                assert hasattr(found, part) or part in getattr(found, "__annotations__", {}), (
                    f"{page.name}: {module}.py has no {name}"
                )
                found = getattr(found, part, None)


@every_page
def test_its_links_lead_somewhere(page):
    for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@every_page
def test_its_mathematics_is_closed(page):
    """An odd number of dollars, or an unclosed block, ruins the rest of a page on GitHub."""
    text = page.read_text(encoding="utf-8")
    assert text.count("```") % 2 == 0
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    for paragraph in prose.split("\n\n"):
        assert paragraph.count("$") % 2 == 0, paragraph
    assert r"\operatorname" not in text  # GitHub refuses this macro
    for formula in re.findall(r"\$[^$]+\$", prose):
        # Markdown takes the backslash of \, and \{ away before it is read as mathematics.
        assert not re.search(r"\\[^a-zA-Z]", formula), formula
