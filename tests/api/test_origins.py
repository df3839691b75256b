"""A page of another site cannot change anything; our pages, proxies and programs can."""

import pytest

SELF = "http://testhost:8000"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),  # a program
        ({"Origin": SELF, "Host": "testhost:8000"}, True),
        ({"Origin": SELF, "Host": "TESTHOST:8000"}, True),
        ({"Origin": SELF, "Sec-Fetch-Site": "same-origin"}, True),  # a proxy replaced Host
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "https://own.example"}, True),  # configured
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": SELF, "Host": "testhost"}, False),  # another port is another site
        ({"Origin": SELF, "Host": "testhost:8000", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_who_may_change(own, method, headers, allowed):
    answer = own.client.request(method, "/api/v1/experiments/0123456789abcdef", headers=headers)
    if allowed:
        assert answer.json()["code"] in ("not_found", "method_not_allowed")
    else:
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "origin_not_allowed"


def test_everybody_may_read_and_nobody_is_given_cors(own):
    answer = own.client.get("/api/v1/catalogue", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_form_of_another_site_is_no_json(own):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = own.client.post(
            "/api/v1/experiments", content=b"{}", headers={"Content-Type": content_type}
        )
        assert answer.status_code == 415


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    from tests.api.conftest import opened

    with opened(tmp_path_factory.mktemp("own"), allowed_origins="https://own.example") as lab:
        yield lab
