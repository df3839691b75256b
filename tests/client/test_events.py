"""The stream as its standard describes it, and the time between two connections."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client import ConnectionLostError, ProblemError
from app.client.events import (
    DRAIN_DELAY,
    FIRST_DELAY,
    LONGEST_DELAY,
    Patience,
    Received,
    backoff,
    follow,
    parse,
)

STREAM = (
    "retry: 2000\n\n"
    'event: state\ndata: {"run":"a","state":"running"}\n\n'
    'id: 0.-\nevent: frame\ndata: {"run":"a","seq":0}\n\n'
    ": still here\n\n"
    'id: 1.-\nevent: frame\ndata: {"run":"a",\ndata: "seq":1}\n\n'
    "id: 1.-\nevent: end\ndata: {}\n\n"
)


def test_events_of_a_stream():
    assert list(parse(STREAM.splitlines())) == [
        Received("state", '{"run":"a","state":"running"}', ""),
        Received("frame", '{"run":"a","seq":0}', "0.-"),
        Received("frame", '{"run":"a",\n"seq":1}', "1.-"),
        Received("end", "{}", "1.-"),
    ]


@given(st.integers(0, len(STREAM)))
def test_a_stream_cut_anywhere_gives_whole_events_and_the_position_behind_them(cut):
    whole = list(parse(STREAM.splitlines()))
    # What arrived of a line is not a line: readers of lines hand it out at the end all the same.
    found = list(parse(STREAM[:cut].splitlines()))
    assert found == whole[: len(found)]


class Script:
    """Plays a list of connections; each is the text of a stream, or what goes wrong."""

    def __init__(self, *connections):
        self._connections, self.asked, self.slept = list(connections), [], []

    def __call__(self, position):
        self.asked.append(position)
        return self

    def __enter__(self):
        found = self._connections.pop(0)
        if isinstance(found, Exception):
            raise found
        self._text = found
        return self

    def __exit__(self, *_):
        return None

    def iter_lines(self):
        yield from self._text.splitlines()

    def events(self, seconds=60.0, after=""):
        return list(follow(self, Patience(seconds, self.slept.append), after))


def frame(position, seq):
    return f'id: {position}\nevent: frame\ndata: {{"seq":{seq}}}\n\n'


END = "id: 2\nevent: end\ndata: {}\n\n"



def test_a_heartbeat_says_only_that_the_connection_is_alive():
    beat = 'event: heartbeat\ndata: {"within":15}\n\n'
    script = Script(STREAM.replace("retry: 2000\n\n", beat).replace(": still here\n\n", beat))
    patience = Patience(10, script.slept.append)
    assert [event.name for event in follow(script, patience)] == ["state", "frame", "frame", "end"]

def test_a_lost_connection_is_continued_behind_the_last_whole_event():
    script = Script(
        frame(0, 0) + "id: 1\nevent: fra",
        httpx.ConnectError("refused"),
        ProblemError(503, "draining", "going", wait=7.0),
        frame(1, 1) + END,
    )
    assert [event.data for event in script.events()] == [{"seq": 0}, {"seq": 1}, {}]
    assert script.asked == ["", "0", "0", "0"]
    assert script.slept[-1] == 7.0  # as the server asked
    assert all(delay >= FIRST_DELAY / 2 for delay in script.slept)


def test_a_server_that_goes_is_given_time_and_is_not_an_event():
    script = Script(frame(0, 0) + "event: drain\ndata: {}\n\n" + frame(9, 9), END)
    assert [event.name for event in script.events()] == ["frame", "end"]
    assert script.asked == ["", "0"]
    assert script.slept[0] >= DRAIN_DELAY / 2


def test_the_position_of_an_event_can_be_given_back():
    script = Script(END)
    assert [event.id for event in script.events(after="1")] == ["2"]
    assert script.asked == ["1"]


def test_a_refusal_for_good_is_told_at_once():
    script = Script(ProblemError(404, "not_found", "nothing"))
    with pytest.raises(ProblemError, match="nothing"):
        script.events()
    assert script.slept == []


def test_patience_ends():
    script = Script(httpx.ConnectError("refused"))
    with pytest.raises(ConnectionLostError, match=r"within 0 s: refused"):
        script.events(seconds=0)
    script = Script(ProblemError(503, "draining", "going", wait=9))
    with pytest.raises(ProblemError, match="going"):
        script.events(seconds=5)


def test_delays_grow_to_a_limit_and_are_spread():
    delays = [[backoff(attempt) for _ in range(50)] for attempt in (1, 2, 3, 9, 2000)]
    assert all(FIRST_DELAY / 2 <= delay <= FIRST_DELAY for delay in delays[0])
    assert all(2 * FIRST_DELAY <= delay <= 4 * FIRST_DELAY for delay in delays[2])
    assert all(LONGEST_DELAY / 2 <= delay <= LONGEST_DELAY for delay in delays[3] + delays[4])
    assert all(len(set(row)) > 1 for row in delays)
