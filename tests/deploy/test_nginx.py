"""The lab below a path of a site, behind the real nginx with our example of a configuration."""

import httpx
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


def test_the_proxy_of_compose_passes_on_who_asked_the_one_before_it(tmp_path, require):
    require(find_nginx(), "nginx is missing: apt install nginx-light")
    port = free_port()
    # Behind the TLS proxy of the site: each address may ask once.
    with running(tmp_path / "server", VGL_MAX_POSTS="1", VGL_TRUSTED_PROXIES="*") as server:
        site = (ROOT / "docs/deploy/compose-nginx.conf").read_text(encoding="utf-8")
        site = site.replace("http://web:8000", server.url)
        site = site.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        with running_nginx(tmp_path, site, port) as nginx:
            travel(f"{nginx}/", client=httpx.Client(timeout=60, headers={"X-Forwarded-For": "a"}))

            def post(address):
                headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
                return httpx.post(f"{nginx}/api/v1/experiments", json={}, headers=headers)

            statuses = [post(f"192.0.2.{at}").status_code for at in (1, 2, 1)]
            page = httpx.get(f"{nginx}/lab", headers={"X-Forwarded-Proto": "https"}).text
    assert statuses == [201, 200, 429]
    assert 'property="og:image" content="https://' in page
