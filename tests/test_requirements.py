"""The pinned files pin everything: what is tested is what is installed."""

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def pins(name: str) -> dict[str, str]:
    """Package → version of a requirement file and of those it includes."""
    found: dict[str, str] = {}
    for line in lines(name):
        if line.startswith("-r "):
            found |= pins(line[3:])
        else:
            package, version = line.split("==")
            found[canonicalize_name(package)] = version
    return found


def needs(package: str, extras: set[str]) -> set[str]:
    """Names of everything that an installed package requires here, at any depth."""
    reached: set[str] = set()
    waiting = [(package, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        for text in distribution(name).requires or []:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": e}) for e in ("", *wanted)):
                continue
            child = canonicalize_name(requirement.name)
            if child not in reached:
                reached.add(child)
                waiting.append((child, frozenset(requirement.extras)))
    return reached


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_what_it_needs(name):
    pinned = pins(name)
    unpinned = set()
    for package in pinned:
        unpinned |= needs(package, set()) - pinned.keys()
    assert unpinned == set()


def test_what_is_installed_is_what_is_pinned():
    different = {}
    for package, version in pins("requirements-dev.txt").items():
        try:
            installed = distribution(package).version
        except PackageNotFoundError:
            installed = "missing"
        if installed != version:
            different[package] = (version, installed)
    assert different == {}


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda p: p.name)
def test_versions_are_exact(path):
    wrong = [s for s in lines(path.name) if not re.fullmatch(r"-r [\w.-]+|[\w.-]+==[\w.]+", s)]
    assert wrong == []


def test_no_package_is_pinned_twice():
    for path in ROOT.glob("requirements*.txt"):
        own = [s.split("==")[0] for s in lines(path.name) if "==" in s]
        included = {p for s in lines(path.name) if s.startswith("-r ") for p in pins(s[3:])}
        names = [canonicalize_name(n) for n in own]
        assert len(names) == len(set(names))
        assert set(names) & included == set(), path.name


def test_the_npm_lock_names_no_server():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
