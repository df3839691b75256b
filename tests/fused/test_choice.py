"""Which kernels a process offers: NumPy always, compiled ones once they are ready."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import fused
from app.core.kernels import PLAIN

ROOT = Path(__file__).resolve().parents[2]

has_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None and not os.environ.get("CI"),
    reason="needs Numba, which is optional",
)


@pytest.fixture
def fresh(monkeypatch):
    """``app.fused`` as a process finds it that has not used it yet."""
    monkeypatch.setattr(fused, "_ready", type(fused._ready)())
    monkeypatch.setattr(fused, "_failed", type(fused._failed)())
    monkeypatch.setattr(fused, "_preparing", None)
    return fused


@pytest.fixture
def without_numba(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_numpy_needs_nothing(fresh, without_numba):
    assert fresh.kernels_for("numpy") is PLAIN
    fresh.prepare()
    assert fresh.best(wait=10.0) == "numpy"


def test_missing_kernels_are_refused_by_name(fresh, without_numba):
    for name in ("fused", "gpu"):
        with pytest.raises(fused.KernelsMissingError, match=name) as error:
            fresh.kernels_for(name)
        assert error.value.name == name


def test_nothing_is_chosen_before_it_is_ready(fresh):
    assert fresh.best() == "numpy"


def test_a_compiler_that_fails_leaves_numpy(fresh, monkeypatch):
    def broken():
        raise OSError("no space left")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(fused, "warm", broken)
    monkeypatch.setitem(sys.modules, "app.fused.cache", type(sys)("app.fused.cache"))
    sys.modules["app.fused.cache"].compile_apart = lambda: None
    fresh.prepare()
    fresh._preparing.join(10)
    assert fresh.best(wait=10.0) == "numpy"
    assert not fresh.available()


def test_importing_the_room_loads_no_compiler():
    program = "import app.fused, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@has_numba
def test_preparing_ends_with_fused_kernels(fresh):
    fresh.prepare()
    assert fresh.best(wait=300.0) == "fused"
    assert fresh.kernels_for("fused").name == "fused"


@has_numba
def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path):
    occupied = tmp_path / "a file"
    occupied.write_text("")
    program = "from app.fused.cache import place; print(place())"
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(occupied),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()).parent == tmp_path / "cache"


@has_numba
def test_what_is_compiled_is_worth_waiting_for(fresh, monkeypatch):
    assert not fresh.loads_soon()  # nobody prepares anything
    fresh.prepare()
    monkeypatch.setattr("app.fused.cache.is_complete", lambda: False)
    assert not fresh.loads_soon()  # compiling takes half a minute
    monkeypatch.setattr("app.fused.cache.is_complete", lambda: True)
    assert fresh.loads_soon()
    assert fresh.best(wait=300.0) == "fused"
