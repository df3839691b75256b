"""A setting that nobody can find does not exist: each VGL_* is explained in a document."""

import re
from pathlib import Path

from pydantic_settings import BaseSettings

from app import settings

ROOT = Path(__file__).resolve().parent.parent


def documents() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    )


def names_of_settings() -> set[str]:
    """The environment variables that the settings classes of app/settings.py read."""
    names = set()
    for value in vars(settings).values():
        if not (isinstance(value, type) and issubclass(value, BaseSettings)):
            continue
        prefix = value.model_config.get("env_prefix", "")
        names |= {f"{prefix}{name}".upper() for name in value.model_fields}
    return names


def test_settings_carry_the_prefix():
    names = names_of_settings()
    assert names, "no setting found in app/settings.py"
    assert {name for name in names if not name.startswith("VGL_")} == set()


def test_every_setting_is_documented():
    text = documents()
    missing = {name for name in names_of_settings() if not re.search(rf"`{name}`", text)}
    assert missing == set(), "explain these in the settings table of README.md"


def test_no_document_names_a_setting_that_is_gone():
    # VGL_CHROMIUM belongs to the tests, not to the server.
    named = set(re.findall(r"`(VGL_[A-Z_]+)`", documents())) - {"VGL_CHROMIUM"}
    assert named - names_of_settings() == set()
