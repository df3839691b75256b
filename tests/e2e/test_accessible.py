"""What axe finds on the pages: nothing, in either language and theme, before and after a run."""

import pytest

from .conftest import OpenLab, violations

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(lab: OpenLab, lang: str, theme: str) -> None:
    page_lab = lab(1280, 1000, locale=lang, color_scheme=theme)
    page_lab.open(lang=lang)
    page_lab.page.locator(".more > summary").click()
    page_lab.page.wait_for_timeout(500)
    assert violations(page_lab.page) == []
    page_lab.run()
    page_lab.wait_for_end()
    # Everything that can be unfolded, and the gates unit by unit.
    page_lab.page.locator("#gates-look label").nth(1).click()
    for table in page_lab.page.locator(".as-table > summary").all():
        table.click()
    page_lab.page.locator("#loss-table table").wait_for()
    assert violations(page_lab.page) == []


@pytest.mark.parametrize("path", ["embed/profile", "embed/lesson/cell"])
@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_frame(lab: OpenLab, path: str, lang: str, theme: str) -> None:
    shown = lab(800, 600, locale=lang, color_scheme=theme)
    shown.page.goto(f"{shown.url}/{path}?lang={lang}", wait_until="networkidle")
    assert violations(shown.page) == []
