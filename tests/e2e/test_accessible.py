"""What axe finds on the pages: nothing, in either language and theme, before and after a run."""

import pytest

from .conftest import OpenLab

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(lab: OpenLab, lang: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    def violations() -> list[str]:
        found = Axe().run(page_lab.page).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]

    page_lab = lab(1280, 1000, locale=lang, color_scheme=theme)
    page_lab.open(lang=lang)
    page_lab.page.locator(".more > summary").click()
    page_lab.page.wait_for_timeout(500)
    assert violations() == []
    page_lab.run()
    page_lab.wait_for_end()
    assert violations() == []
