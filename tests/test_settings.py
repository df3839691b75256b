"""Settings come from VGL_* variables; a wrong one is refused in words, without its value."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def test_from_the_environment(monkeypatch):
    monkeypatch.setenv("VGL_PORT", "9000")
    monkeypatch.setenv("VGL_ALLOWED_HOSTS", "lab.example, localhost")
    monkeypatch.setenv("VGL_BASE_PATH", "courses/lab/")
    found = Settings()
    assert found.port == 9000
    assert found.allowed_hosts == ("lab.example", "localhost")
    assert found.base_path == "/courses/lab"
    assert found.workers >= 3


@pytest.mark.parametrize(
    "address", ["anna:secret@db/lab", "anna@db/lab?password=secret&sslpassword=secret"]
)
def test_secrets_are_not_shown(address):
    shown = Settings(database=f"postgresql+psycopg://{address}").public()
    assert "secret" not in str(shown)
    assert "anna" in shown["database"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"scheduler": "tcp://x:1", "database": "sqlite:///a.db"}, "VGL_SCHEDULER needs"),
        ({"database": "sqlite://"}, "must be a file"),
        ({"frame_ancestors": "https://a; script-src *"}, "must be origins"),
        ({"workers": 0}, "greater than or equal to 1"),
    ],
)
def test_wrong_settings(setting, message):
    with pytest.raises(ValueError, match=message):
        Settings(**setting)


def test_the_command_names_the_setting_and_not_its_value():
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env={"VGL_PORT": "secret", "VGL_WORKERS": "0", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "VGL_PORT:" in done.stderr
    assert "VGL_WORKERS:" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "lab.db").write_bytes(b"damaged" * 1000)
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env={"VGL_DATABASE": f"sqlite:///{tmp_path}/lab.db", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "not a database" in done.stderr
    assert "Traceback" not in done.stderr
