"""Static files: one digest, right types, compressed once."""

import gzip
import os
from pathlib import Path

import pytest

from app.pages.assets import Assets, FolderAssets
from app.pages.render import own_style_elements, plotly_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("export const a = 1;")
    (tmp_path / "b.css").write_text("p { margin: 0 }" * 50)
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_types_do_not_depend_on_the_machine(folder: Path) -> None:
    assets = FolderAssets(folder).current
    assert assets["js/a.js"].media_type == "text/javascript; charset=utf-8"
    assert assets["b.css"].media_type == "text/css; charset=utf-8"
    assert assets["c.png"].media_type == "image/png"


def test_compressed_once_and_only_where_it_gains(folder: Path) -> None:
    assets = FolderAssets(folder).current
    sheet = assets["b.css"]
    assert sheet.gzipped is not None
    assert gzip.decompress(sheet.gzipped) == sheet.body
    assert sheet.gzipped is sheet.gzipped
    assert assets["c.png"].gzipped is None


def test_the_digest_follows_names_and_contents(folder: Path) -> None:
    before = FolderAssets(folder).current.digest
    assert FolderAssets(folder).current.digest == before
    (folder / "b.css").rename(folder / "d.css")
    renamed = FolderAssets(folder).current.digest
    (folder / "d.css").write_text("p { margin: 1px }")
    assert len({before, renamed, FolderAssets(folder).current.digest}) == 3


def test_a_changed_file_is_read_again(folder: Path) -> None:
    assets = FolderAssets(folder)
    before = assets.current
    assert assets.current is before
    (folder / "js" / "a.js").write_text("export const a = 2;")
    os.utime(folder / "js" / "a.js", ns=(1, 1))
    assert assets.latest is before
    assert assets.current["js/a.js"].body == b"export const a = 2;"


def test_one_look_serves_a_class(folder: Path) -> None:
    assets = FolderAssets(folder, look_every=3600)
    before = assets.current
    os.utime(folder / "js" / "a.js", ns=(1, 1))
    assert assets.current is before


def test_a_file_that_is_not_there_is_a_defect(folder: Path) -> None:
    assets = Assets({"a.js": folder / "js" / "a.js"})
    assert assets.url("a.js") == f"static/{assets.digest}/a.js"
    with pytest.raises(KeyError):
        assets.url("z.js")
    assert assets.find("../b.css") is None


def test_plotly_still_knows_its_style_by_our_link() -> None:
    """The link in lab.html works by this id and class; a new Plotly may rename them."""
    text = plotly_file().read_text("utf-8")
    assert '"plotly.js-style-"' in text
    assert '".no-inline-styles"' in text


def test_the_other_style_elements_of_the_bundle_are_found() -> None:
    found = own_style_elements(Assets({"p.js": plotly_file()})["p.js"])
    assert len(found) == 1
