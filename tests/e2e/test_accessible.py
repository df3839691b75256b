"""What axe finds on the pages: nothing, in either language and theme, before and after a run."""

import pytest

from .conftest import OpenLab, violations

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("lang", "theme"), [("pt-BR", "light"), ("en", "dark")])
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
