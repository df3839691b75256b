"""The rooms and the direction of imports: main → api, pages → runs → core.

A wrong arrow is cheap today and expensive in a year; this test makes it impossible to miss.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"

# Which rooms of app/ each room may import. A file directly in app/ is a room of its own name.
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"main", "cli", "settings", "studies", "runs", "core"},
    "main": {"api", "pages", "runs", "core", "logs", "settings"},
    "api": {"runs", "core", "interop", "studies", "logs", "settings", "strict_json"},
    "pages": {"runs", "core", "settings"},
    "runs": {"core", "fused", "logs", "settings", "shown"},
    "core": set(),
    "fused": {"core"},
    "logs": set(),
    "settings": {"shown"},
    "shown": set(),
    "strict_json": set(),
    "client": {"core"},
    "cli": {"client", "runs", "studies", "interop", "core", "fused", "settings", "strict_json"},
    "studies": {"fused", "core"},
    "interop": {"core"},
}

# core computes: it does not read clocks or the environment, and touches neither disk nor network.
# `random` is the hidden global generator; `np.random.Generator` objects are passed in instead.
NOT_IN_CORE = {
    "argparse",
    "asyncio",
    "builtins",
    "concurrent",
    "ctypes",
    "datetime",
    "email",
    "fileinput",
    "getpass",
    "glob",
    "http",
    "io",
    "importlib",
    "locale",
    "logging",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
    "pickle",
    "platform",
    "queue",
    "random",
    "sched",
    "secrets",
    "select",
    "shelve",
    "shutil",
    "signal",
    "site",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
    "warnings",
    "webbrowser",
    "zoneinfo",
}
NOT_CALLED_IN_CORE = {"open", "print", "input", "exec", "eval", "__import__"}

# A worker process loads its own few files and nothing of the web.
WORKER_FILES = {"runs/worker.py", "runs/store.py", "runs/log.py", "logs.py"}
NOT_IN_A_WORKER = {
    "fastapi",
    "starlette",
    "uvicorn",
    "sse_starlette",
    "plotly",
    "pydantic_settings",
}


def module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, package: Path = APP) -> Iterator[tuple[int, str]]:
    """Every absolute dotted name that a file imports, anywhere in it, with its line."""
    own = module_name(path, package).split(".")
    if path.name != "__init__.py":
        own = own[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(own[: len(own) - node.level + 1] + ([base] if base else []))
            for alias in node.names:
                # `from app import api` names the room only in the alias.
                yield node.lineno, f"{base}.{alias.name}"


def room(name: str) -> str:
    """'app.api.schemas' → 'api'."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def wrong_arrows(package: Path) -> list[str]:
    """One sentence for each import that goes against the rules."""
    found = []
    for path in sorted(package.rglob("*.py")):
        here = room(module_name(path, package))
        where = path.relative_to(package)
        if here not in ALLOWED:
            found.append(f"{where}: no room named {here!r}; give it a place in ALLOWED")
            continue
        for line, name in imports(path, package):
            top = name.split(".")[0]
            if top == "app":
                there = room(name)
                if there != here and there not in ALLOWED[here]:
                    found.append(f"{where}:{line}: {here} must not import {name}")
            elif here == "core" and (
                top in NOT_IN_CORE or not (top == "numpy" or top in sys.stdlib_module_names)
            ):
                found.append(f"{where}:{line}: core must not import {top}")
    return found


def files_of_a_worker(package: Path) -> set[str]:
    """The files under app/ that importing runs/worker.py executes, except the numerical rooms."""
    seen: set[Path] = set()
    waiting = [package / "runs" / "worker.py"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        # Importing a module runs the __init__ of every package above it.
        waiting += [folder / "__init__.py" for folder in path.parents if package in folder.parents]
        for _, name in imports(path, package):
            parts = name.split(".")
            if parts[0] != "app" or parts[1:2] in (["core"], ["fused"]):
                continue
            # The last part may be a function; its module is then one step up.
            for depth in (len(parts), len(parts) - 1):
                target = package.parent.joinpath(*parts[:depth])
                waiting += [target.with_suffix(".py"), target / "__init__.py"]
    return {path.relative_to(package).as_posix() for path in seen}


def test_imports_follow_the_arrows():
    assert wrong_arrows(APP) == []


def test_core_does_no_input_or_output():
    found = []
    for path in sorted((APP / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in NOT_CALLED_IN_CORE
            ):
                found.append(f"{path.relative_to(APP)}:{node.lineno}: {node.func.id}()")
    assert found == []


def test_a_worker_is_made_of_few_files():
    reached = {name for name in files_of_a_worker(APP) if not name.endswith("__init__.py")}
    assert "runs/worker.py" in reached
    assert reached <= WORKER_FILES


def test_a_worker_never_loads_the_web():
    """The proof: a new interpreter imports the worker and looks at what came along."""
    program = "import app.runs.worker, sys; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "app.runs.worker" in loaded
    assert {name.split(".")[0] for name in loaded} & NOT_IN_A_WORKER == set()
    assert {n for n in loaded if n.startswith(("app.api", "app.pages", "app.main"))} == set()


@pytest.mark.parametrize(
    ("file", "code", "message"),
    [
        ("core/spec.py", "import time", "core must not import time"),
        ("core/spec.py", "from os import path", "core must not import os"),
        ("core/spec.py", "import scipy.linalg", "core must not import scipy"),
        ("core/spec.py", "from app.runs import log", "core must not import app.runs.log"),
        ("core/cells/rnn.py", "from ...runs.log import x", "core must not import app.runs.log.x"),
        ("runs/log.py", "from app import api", "runs must not import app.api"),
        ("runs/log.py", "from .. import main", "runs must not import app.main"),
        ("api/runs.py", "def f():\n    import app.pages", "api must not import app.pages"),
        ("pages/routes.py", "from app.api import deps", "pages must not import app.api.deps"),
        ("surprise.py", "", "no room named 'surprise'"),
        ("core/spec.py", "import math\nimport numpy as np\nfrom app.core import x", None),
        ("api/runs.py", "from app.runs import log\nimport fastapi", None),
    ],
)
def test_the_rule_sees_a_wrong_arrow(tmp_path, file, code, message):
    path = tmp_path / "app" / file
    path.parent.mkdir(parents=True)
    path.write_text(code)
    found = wrong_arrows(tmp_path / "app")
    if message is None:
        assert found == []
    else:
        assert len(found) == 1
        assert message in found[0]


def test_the_walk_from_the_worker_follows_imports(tmp_path):
    runs = tmp_path / "app" / "runs"
    runs.mkdir(parents=True)
    (runs / "worker.py").write_text("from app.runs.log import tail\nfrom app.core import spec")
    (runs / "log.py").write_text("from . import engine")
    (runs / "engine.py").write_text("import distributed")
    reached = files_of_a_worker(tmp_path / "app")
    assert reached == {"runs/worker.py", "runs/log.py", "runs/engine.py"}


def test_the_walk_from_the_worker_sees_what_a_package_imports(tmp_path):
    runs = tmp_path / "app" / "runs"
    runs.mkdir(parents=True)
    (runs / "__init__.py").write_text("from app.runs.engine import Engine")
    (runs / "worker.py").write_text("import math")
    (runs / "engine.py").write_text("import distributed")
    assert "runs/engine.py" in files_of_a_worker(tmp_path / "app")
