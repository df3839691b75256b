"""The lesson: both languages say the same, every number has a source, links lead somewhere."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.presets import PRESETS
from app.core.spec import RunSpec
from app.pages.figures import FIGURES, measure
from app.pages.i18n import load_texts
from app.pages.lesson import CONTENT, chapter_files
from app.pages.markdown import ContentError, read_chapter, split_blocks
from app.pages.numbers import PLACEHOLDER, Numbers, integer, number, share, with_live_spans
from app.pages.render import ROOT
from app.pages.shown import show_figure, vitality

from .conftest import Client

LANGUAGES = ("pt-BR", "en")
TEXTS = load_texts(ROOT / "static" / "i18n")


def sources(lang: str) -> list[str]:
    return [path.read_text("utf-8") for path in chapter_files(lang)]


def blocks(source: str) -> list[tuple[str, str]]:
    return [(kind, argument) for kind, argument, _ in split_blocks(source)]


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, client: Client) -> tuple[str, str]:
    return request.param, client.get("/", params={"lang": request.param}).text


def test_there_are_eight_chapters_with_one_idea_each() -> None:
    for lang in LANGUAGES:
        assert [path.name for path in chapter_files(lang)] == [
            path.name for path in chapter_files("en")
        ]
        assert len(sources(lang)) == 8
        for source in sources(lang):
            kinds = [kind for kind, _ in blocks(source)]
            # The Keras example is measured first, and then trained.
            assert kinds.count("figure") == kinds.count("question")
            assert kinds.count("figure") == (2 if "Keras" in source.splitlines()[0] else 1)
            assert kinds[-1] == "notice"


@pytest.mark.parametrize("at", range(8))
def test_both_languages_have_the_same_shape_and_the_same_facts(at: int) -> None:
    pt, en = (sources(lang)[at] for lang in LANGUAGES)
    assert blocks(pt) == blocks(en)
    found = re.compile(r"\{\{.*?\}\}|\]\([^)\s]+\)|\$\$[^$]+\$\$|\$[^$\n]+\$|^- \[[ x]\]", re.M)
    words = {r"\text{com }": "", r"\text{with }": "", r"\text{ fixo:}": "", r"\text{ held:}": ""}

    def facts(source: str) -> list[str]:
        for word in words:
            source = source.replace(word, "")
        return [fact for fact in found.findall(source) if not fact.startswith("](#")]

    assert sorted(facts(pt)) == sorted(facts(en))


def test_no_number_of_a_run_is_written_by_hand() -> None:
    """Prose may name settings and years; what a network produced comes from a placeholder."""
    for lang in LANGUAGES:
        for source in sources(lang):
            bare = PLACEHOLDER.sub("", source)
            assert not re.search(r"10⁻|\d+ (?:de|of) \d+ (?:sementes|seeds)|e-\d", bare)


def test_every_link_to_the_lab_opens_a_preset(page: tuple[str, str]) -> None:
    lang, html = page
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(lab\?[^"]+)"', html)]
    asked = [parse_qs(urlsplit(link).query) for link in links]
    presets = {query["preset"][0] for query in asked if "preset" in query}
    assert presets <= set(PRESETS)
    assert len(presets) >= 13
    assert all(query["lang"] == [lang] for query in asked)


def test_the_page_is_whole_without_scripts(page: tuple[str, str]) -> None:
    lang, html = page
    assert f'<html lang="{lang}">' in html
    for sheet in ("wide", "narrow"):  # and the cell has a diagram of its own
        assert html.count(f'<svg class="still still-{sheet}"') == 9
    assert html.count('class="cell"') == 1
    assert html.count("<math ") > 40
    assert "{{" not in html.replace("\\u007b", "")
    assert "$" not in re.sub(r"<script.*?</script>", "", html, flags=re.S)
    assert not re.search("[\ue000-\ue002]", html)
    for chapter in chapter_files(lang):
        name = chapter.stem.partition("-")[2]
        assert f'href="#{name}"' in html
        assert f'<section class="chapter" id="{name}"' in html


def test_nothing_runs_inline_and_no_style_is_inline(page: tuple[str, str]) -> None:
    _, html = page
    inline = [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag]
    assert {re.search(r'type="([^"]+)"', tag)[1] for tag in inline} == {"application/json"}  # type: ignore[index]
    assert not re.search(r'<style|\s(?:style|on\w+)="', html)
    assert not re.search(r'(?:src)="(?:https?:)?//|href="/', html)


def test_it_introduces_itself_in_its_language(page: tuple[str, str]) -> None:
    lang, html = page
    assert f'property="og:title" content="{TEXTS[lang]("lesson.title")}"' in html
    assert f'property="og:description" content="{TEXTS[lang]("lesson.description")}"' in html


def test_every_reference_is_a_secure_link(page: tuple[str, str]) -> None:
    links = re.findall(r'href="(http[^"]+)"', page[1])
    assert len(links) > 12
    assert all(link.startswith("https://") for link in links)


def test_every_figure_has_words_for_its_controls() -> None:
    for figure in FIGURES.values():
        for control in figure.controls:
            assert control.start in control.stops
            for lang in LANGUAGES:
                assert f"lesson.control.{control.name}" in TEXTS[lang]


def test_the_direct_path_is_exactly_the_power() -> None:
    frame = measure(FIGURES["clamp"], clamp=0.9)["held"]
    assert share(frame.direct) == pytest.approx(0.9**49, rel=1e-12)
    assert frame.grad_c is not None
    assert share(frame.grad_c) > 10 * share(frame.direct)  # type: ignore[operator]


def test_only_the_held_gate_is_held() -> None:
    closed, open_ = (measure(FIGURES["clamp"], clamp=v) for v in (0.5, 1.0))
    assert share(closed["free"].direct) == share(open_["free"].direct)
    assert share(closed["held"].direct) != share(open_["held"].direct)


def test_the_lstm_that_is_clamped_is_the_one_that_was_trained_beside_others() -> None:
    """So that the trained weights of chapter 5 are those of chapter 4, stored once."""
    side, clamp = FIGURES["side"], FIGURES["clamp"]
    lstm = RunSpec.from_dict(side.runs["lstm"])
    assert clamp.trained is not None
    assert RunSpec.from_dict(clamp.trained).run_id == lstm.run_id
    assert all(RunSpec.from_dict(body).run_id == lstm.run_id for body in clamp.runs.values())


def test_every_model_of_the_keras_example_is_there_under_the_name_of_its_preset() -> None:
    shown = show_figure("tutorial", TEXTS["en"])
    named = [TEXTS["en"](f"preset.keras_relu.run.{key}") for key in PRESETS["keras_relu"].models]
    assert shown.config["presets"]["keras_relu"]["labels"] == named
    assert [line.label for line in shown.legend] == named
    assert len({(line.look.classes, line.look.mark) for line in shown.legend}) == len(named)


def test_an_opening_is_the_factor_of_the_direct_path() -> None:
    """Where a gate is held, it is that number at every timestep."""
    shown = show_figure("side", TEXTS["en"])
    assert shown.opening is not None
    assert ">50</text>" in shown.opening.svg  # the time axis of the gradients above
    names = [line.label for line in shown.opening.legend]
    assert names == ["LSTM f", "GRU z"]
    # σ(1) = 0.73 and σ(0) = 0.5 are where the gates begin.
    openings = [float(line.value) for line in shown.opening.legend]
    assert openings == pytest.approx([0.73, 0.5], abs=0.03)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_has_a_name_a_summary_and_a_table(client: Client, lang: str) -> None:
    html = client.get("/", params={"lang": lang}).text
    for name in FIGURES:
        assert f"lesson.figure.{name}" in TEXTS[lang]
        assert f'aria-labelledby="{name}-name"' in html
        assert f'id="{name}-name"' in html
        assert f'<details class="as-table needs-script" id="{name}-table">' in html
    said = re.findall(r'<svg class="still still-wide"[^>]*aria-label="([^"]+)"', html)
    begins = TEXTS[lang]("lesson.summary.before", lanes="").partition(":")[0]
    assert sum(each.startswith(begins) for each in said) == len(FIGURES) - 1


def test_a_result_waits_for_a_question_of_its_chapter() -> None:
    for lang in LANGUAGES:
        for source in sources(lang):
            questions = [argument for kind, argument in blocks(source) if kind == "question"]
            for kind, argument in blocks(source):
                assert kind != "result" or argument in questions


def test_the_linear_network_loses_exactly_its_radius() -> None:
    frame = measure(FIGURES["radius"], radius=0.9)["linear"]
    assert share(frame.grad_h) == pytest.approx(0.9**59, rel=1e-9)


def test_relu_vanishes_more_in_scale_and_explodes_raw() -> None:
    scaled, raw = (measure(FIGURES["relu"], input_scale=x) for x in (0.005, 1.0))
    assert share(scaled["relu"].grad_c) < share(scaled["tanh"].grad_c)  # type: ignore[operator]
    assert share(raw["relu"].grad_c) > 1e4  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "pt", "en"),
    [
        (0.0020041, "0,002", "0.002"),
        (6.59e-9, "6,6·10⁻⁹", "6.6·10⁻⁹"),
        (1e-12, "10⁻¹²", "10⁻¹²"),
        (103.2, "103", "103"),
        (12345.0, "12.345", "12,345"),
        (-0.5, "−0,5", "−0.5"),
        (5.6e8, "5,6·10⁸", "5.6·10⁸"),
        (0.0, "0", "0"),
        (None, "—", "—"),
        (float("inf"), "∞", "∞"),
    ],
)
def test_numbers_follow_the_language(value: float | None, pt: str, en: str) -> None:
    assert (number(value, "pt-BR"), number(value, "en")) == (pt, en)


def test_integers_have_the_thousands_of_the_language() -> None:
    assert (integer(1000, "pt-BR"), integer(1000, "en")) == ("1.000", "1,000")


TABLE = {
    "presets": {
        "classic": {
            "seeds": 15,
            "runs": {"rnn": {"solved": 0.2, "steps": 575.0, "retention_h_after": -340.5}},
        }
    }
}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("{{verified classic.rnn.solved}}", "3 of 15"),
        ("{{verified classic.rnn.steps}}", "575"),
        ("{{verified classic.rnn.retention_h_after}}", "3·10⁻³⁴¹"),
        ("{{verified classic.lstm.solved}}", "(being measured)"),
        ("{{ half_life 3 }}", "14"),
        ("{{gap clamp}}", "49"),
        ("{{power clamp.clamp}}", "1"),
    ],
)
def test_placeholders_are_filled(asked: str, found: str) -> None:
    assert Numbers(TEXTS["en"], TABLE).fill(asked) == found


def test_the_numbers_of_a_unit_are_its_equation() -> None:
    z, before, n, h = (
        float(Numbers(TEXTS["en"], TABLE).fill(f"{{{{unit tips.gru.{each}}}}}").replace("−", "-"))
        for each in ("z", "before", "n", "h")
    )
    assert h == pytest.approx(z * before + (1 - z) * n, abs=2e-3)


def test_a_placeholder_that_names_nothing_is_a_mistake() -> None:
    for asked in ("{{figure nothing.rnn.h}}", "{{surprise x}}", "{{control clamp.nothing}}"):
        with pytest.raises(KeyError):
            Numbers(TEXTS["en"], TABLE).fill(asked)


def test_live_numbers_say_where_they_come_from() -> None:
    marked = Numbers(TEXTS["en"], TABLE).fill("{{gap clamp}}", live=True)
    assert with_live_spans(marked) == '<span class="live" data-live="gap clamp">49</span>'


def test_a_gradient_has_the_word_of_the_lab() -> None:
    words = [vitality(ratio) for ratio in (None, 0.0, 1e3, 0.5, 1e-3, 1e-9)]
    assert words == ["overflow", "zero", "exploding", "alive", "weak", "gone"]


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ("no title", "the first line"),
        ("# T\n\nlead\n\n::: surprise\nx\n:::\n", "no block called"),
        ("# T\n\nlead\n\n::: question\nQ?\n- [ ] a | b\n:::\n", "exactly one right answer"),
        ("# T\n\nlead\n\n::: notice\nnever closed\n", "not closed"),
    ],
)
def test_a_mistake_in_a_chapter_is_told(source: str, mistake: str) -> None:
    with pytest.raises(ContentError, match=mistake):
        read_chapter("x", source, "en", lambda text, live: text)


def test_html_in_a_chapter_is_text() -> None:
    chapter = read_chapter("x", "# T\n\nlead\n\n<b>x</b>\n", "en", lambda text, live: text)
    assert "&lt;b&gt;" in chapter.blocks[0].html


def test_there_is_no_chapter_beside_the_languages() -> None:
    assert sorted(path.name for path in CONTENT.iterdir() if path.is_dir()) == sorted(LANGUAGES)
