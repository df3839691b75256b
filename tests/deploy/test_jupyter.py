"""The lab in the launcher of a real Jupyter server, by our example of its configuration."""

import os
import subprocess
import sys
import time

import httpx
import pytest

from tests.conftest import ROOT, free_port
from tests.deploy.journey import travel

pytestmark = pytest.mark.peers
CONFIGURATION = ROOT / "docs/deploy/jupyter_server_config.py"


@pytest.fixture
def jupyter(tmp_path):
    """Address of a Jupyter server that knows the lab, installed as the example has it."""
    home = tmp_path / "vgl"
    home.mkdir()
    for part in ("app", "static", "templates"):
        (home / part).symlink_to(ROOT / part)
    (home / ".venv").symlink_to(sys.prefix)
    port = free_port()
    options = {
        "port": port,
        "port_retries": 0,
        "token": "",
        "password": "",
        "open_browser": False,
        "allow_root": True,
        "root_dir": tmp_path,
    }
    log = tmp_path / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", f"--config={CONFIGURATION}"),
                *(f"--ServerApp.{name}={value}" for name, value in options.items()),
            ],
            env={
                **os.environ,
                "VGL_HOME": str(home),
                "VGL_DATABASE": f"sqlite:///{tmp_path}/vgl.db",
                "TMPDIR": str(tmp_path),
                "JUPYTER_CONFIG_DIR": str(tmp_path),
                "JUPYTER_DATA_DIR": str(tmp_path),
                "JUPYTER_RUNTIME_DIR": str(tmp_path),
            },
            stdout=written,
            stderr=written,
        )
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            try:
                if httpx.get(f"{url}/api").status_code == 200:
                    break
            except httpx.TransportError:
                assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()  # and with it what it started
        process.wait(20)


def test_the_lab_works_in_jupyter(jupyter):
    client = httpx.Client(timeout=90, follow_redirects=True)
    travel(f"{jupyter}/gradient/", client=client)
