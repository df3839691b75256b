"""The API described, and its page without any other server."""

import re


def test_every_call_and_every_error_is_described(shared):
    schema = shared.client.get("/openapi.json").json()
    assert schema["paths"].keys() >= {
        "/api/v1/catalogue",
        "/api/v1/experiments",
        "/api/v1/experiments/{experiment_id}",
        "/api/v1/experiments/{experiment_id}/events",
        "/api/v1/experiments/{experiment_id}/results",
        "/api/v1/runs/{run_id}",
        "/api/v1/runs/{run_id}/frames",
        "/healthz",
        "/readyz",
    }
    parts = schema["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & parts.keys()
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            for status, answer in call["responses"].items():
                if int(status) >= 400:
                    assert answer["content"].keys() == {"application/problem+json"}, (path, method)
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', str(schema).replace("'", '"')))
    assert references <= parts.keys()


def test_ranges_and_units_are_in_the_schema(shared):
    parts = shared.client.get("/openapi.json").json()["components"]["schemas"]
    hidden = parts["LSTMSpec"]["properties"]["hidden_size"]
    assert (hidden["type"], hidden["minimum"], hidden["maximum"]) == ("integer", 1, 256)
    assert (hidden["default"], hidden["x-unit"], hidden["x-scale"]) == (32, "units", "log")
    assert hidden["description"]
    assert parts["RunSpec"]["properties"]["model"]["discriminator"]["propertyName"] == "cell"
    assert parts["RunSpec"]["additionalProperties"] is False


def test_the_page_needs_nothing_from_elsewhere(shared):
    page = shared.client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert "<script>" not in page
    for address in addresses:
        assert "//" not in address
        assert shared.client.get(f"/{address}").status_code == 200
    assert "openapi.json" in shared.client.get("/docs/start.js").text
