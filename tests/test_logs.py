"""Logs are lines of JSON."""

import json
import logging
import sys

from app.logs import JsonLines, about


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


def test_lines_say_what_they_are_about_within_the_block_only():
    record = logging.LogRecord("app.x", logging.INFO, "f", 1, "stored", (), None)
    record.run = "the record's own"
    with about(request="r1", run="a"):
        with about(run="b"):
            inner = json.loads(JsonLines().format(record))
        del record.run
        outer = json.loads(JsonLines().format(record))
    after = json.loads(JsonLines().format(record))
    assert (inner["request"], inner["run"]) == ("r1", "the record's own")
    assert (outer["request"], outer["run"]) == ("r1", "a")
    assert not {"request", "run"} & after.keys()
