"""The comparisons that are ready to be run."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.options import options_of
from app.core.presets import PRESETS
from app.core.tasks import TASKS
from app.pages.compare import READY, Ready
from app.settings import Settings

from .conftest import Client


@pytest.mark.parametrize("ready", READY, ids=lambda each: str(each.preset))
def test_a_ready_comparison_can_be_run(ready: Ready) -> None:
    task = PRESETS[ready.preset].experiment["runs"][0]["task"]
    length = options_of(TASKS[task["name"]])["length"]
    assert length.low is not None
    assert length.high is not None
    assert all(length.low <= each <= length.high for each in ready.lengths)
    assert list(ready.lengths) == sorted(set(ready.lengths))  # as the page writes them
    assert ready.runs == ready.models * len(ready.lengths) * ready.seeds
    assert ready.runs <= Settings().max_runs


def test_the_page_links_to_each_in_the_language_of_the_reader(client: Client) -> None:
    for lang in ("pt-BR", "en"):
        page = client.get(f"/compare?lang={lang}").text
        found = re.findall(r'class="ready-card" href="(.*?)"', page)
        links = [html.unescape(each) for each in found]
        queries = [parse_qs(urlsplit(link).query) for link in links]
        assert [query["preset"] for query in queries] == [[each.preset] for each in READY]
        assert queries[0]["lengths"] == ["20.50.100"]
        assert all(query["lang"] == [lang] for query in queries)
        assert f"{READY[0].runs} " in page
