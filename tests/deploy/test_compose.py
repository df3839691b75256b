"""compose.yaml says what the operator's guide says, and names only what exists."""

import re

import pytest
import yaml

from app.settings import Settings
from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: it for name, it in SERVICES.items() if it.get("image") == "vanishing-gradient-lab"}


def test_one_container_is_what_starts_without_a_profile():
    assert [name for name, it in SERVICES.items() if not it.get("profiles")] == ["lab"]
    distributed = {name for name, it in SERVICES.items() if it.get("profiles") == ["distributed"]}
    assert distributed == {"proxy", "web", "scheduler", "worker", "database"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_nothing_and_have_settings_that_exist(name):
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    settings = {key for key in service["environment"] if key.startswith("VGL_")}
    assert settings <= {f"VGL_{field}".upper() for field in Settings.model_fields}


def test_the_settings_of_the_web_servers_are_valid(monkeypatch):
    for name, value in OURS["web"]["environment"].items():
        monkeypatch.setenv(name, value.replace("${VGL_PASSWORD:-}", "secret"))
    settings = Settings()
    assert settings.scheduler == "tcp://scheduler:8786"
    assert settings.database == OURS["worker"]["environment"]["VGL_DATABASE"].replace(
        "${VGL_PASSWORD:-}", "secret"
    )


def test_every_part_of_ours_takes_the_settings_of_the_operator():
    for name, service in OURS.items():
        assert service["env_file"] == [{"path": "lab.env", "required": False}], name


def test_nobody_outside_reaches_the_scheduler():
    assert COMPOSE["networks"]["back"] == {"internal": True}
    for name in ("scheduler", "worker", "database"):
        assert SERVICES[name]["networks"] == ["back"]
        assert "ports" not in SERVICES[name]
    published = [port for it in SERVICES.values() for port in it.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_depends_on_what_exists_and_so_do_the_files():
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= SERVICES.keys()
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file()


def test_nginx_asks_the_web_servers():
    site = (ROOT / "docs/deploy/compose-nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"http://(\w+):(\d+)", site) == [("web", "8000")]
    assert SERVICES["proxy"]["ports"][0].rsplit(":", 1)[1] in re.findall(r"listen (\d+)", site)
