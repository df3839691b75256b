"""The lab below a path of a site, behind the real nginx with our example of a configuration."""

import pytest

from tests.conftest import ROOT, free_port, running
from tests.deploy.journey import travel
from tests.deploy.nginx import find_nginx, running_nginx

pytestmark = pytest.mark.slow


def test_below_a_path_of_a_site(tmp_path, require):
    require(find_nginx(), "nginx is missing: apt install nginx-light")
    port = free_port()
    with running(tmp_path / "server", VGL_BASE_PATH="/lab", VGL_WORKERS="1") as server:
        site = (ROOT / "docs/deploy/nginx.conf").read_text(encoding="utf-8")
        assert "127.0.0.1:8000;" in site
        assert "listen 8080;" in site
        site = site.replace("127.0.0.1:8000;", f"{server.url.removeprefix('http://')};")
        site = site.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        with running_nginx(tmp_path, site, port) as nginx:
            travel(f"{nginx}/lab/")
