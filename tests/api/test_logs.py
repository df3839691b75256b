"""Logs are lines of JSON."""

import json
import logging
import sys

from app.api.logs import JsonLines


def test_a_record_is_one_line_with_its_fields():
    record = logging.LogRecord("app.x", logging.INFO, "f", 1, "started %s", ("well",), None)
    record.workers = 3
    line = JsonLines().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time").endswith("Z")
    assert found == {"level": "info", "logger": "app.x", "event": "started well", "workers": 3}


def test_an_exception_stays_in_its_line():
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "ValueError: first" in json.loads(line)["exception"]
