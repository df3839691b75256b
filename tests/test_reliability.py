"""docs/reliability.md names tests and measurements that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_named_test_exists():
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", TABLE)
    assert len(named) > 30
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}, path


def test_every_named_scene_exists():
    source = (ROOT / "benchmarks" / "load.py").read_text(encoding="utf-8")
    functions = {item.name for item in ast.parse(source).body if isinstance(item, ast.FunctionDef)}
    scenes = re.findall(r"`benchmarks/load.py` (\w+)", TABLE)
    assert set(scenes) == {"viewers", "classroom", "queue", "hours"} <= functions


def test_every_row_names_what_shows_it():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]
    for row in promises:
        shown_by = row.rstrip(" |").rpartition("| ")[2]
        assert re.search(r"`(tests|benchmarks|scripts)/", shown_by), row
    assert (ROOT / "scripts" / "audit.sh").exists()
