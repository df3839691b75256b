"""What a viewer is sent: everything once, in order, built once for all."""

import json

import pytest

from app.runs.feed import (
    BYTES_PER_CHUNK,
    CHUNKS_SHARE,
    FRAMES_PER_CHUNK,
    MOST_WAITING,
    Feed,
    FrameCache,
    Missing,
    RunNow,
    frame_piece,
)
from app.runs.wire import Piece

BOTH = frozenset({0, 1})


def run(state="running", seq=-1):
    final = state not in ("queued", "running")
    return RunNow(state, final, seq, {"run": "r", "state": state, "seq": seq})


def parse(body):
    """The events of some bytes as (name, id, value)."""
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


def short(body):
    """Events as 'a3' (frame 3 of run a), 'state:running', 'end'."""
    return [
        f"{value['run']}{value['seq']}"
        if name == "frame"
        else f"state:{value['state']}"
        if name == "state"
        else name
        for name, _, value in parse(body)
    ]


class Story:
    """A feed of two runs, a and b, with their frames."""

    def __init__(self):
        self.cache = FrameCache(10**6)
        self.feed = Feed(["a", "b"], self.cache)

    def now(self, *runs, told=(True, True), cached=True):
        for run_id, its in zip("ab", runs, strict=True):
            for seq in range(its.seq + 1 if cached else 0):
                self.cache.put(run_id, seq, frame_piece(json.dumps({"run": run_id, "seq": seq})))
        return self.feed.update(runs, told)

    def connect(self, seqs=None):
        return self.feed.greeting(self.feed.start(seqs)).position


@pytest.fixture
def story():
    return Story()


def test_who_has_everything_is_not_looked_up_again_until_there_is_news(story, monkeypatch):
    story.now(run("running", 0), run("queued"))
    position = story.feed.after(story.connect(), BOTH).position
    assert story.feed.after(position, BOTH) is None
    with monkeypatch.context() as patched:
        patched.setattr(Feed, "_build", lambda *_: pytest.fail("built again"))
        assert all(story.feed.after(position, BOTH) is None for _ in range(1000))
    story.now(run("running", 1), run("queued"), told=(False, False))
    assert short(story.feed.after(position, BOTH).body) == ["a1"]


def test_places_that_viewers_make_up_are_not_all_remembered(story):
    story.now(run("running", 2000), run("running", 2000), cached=False)
    for seq in range(2 * MOST_WAITING):
        place = story.connect((2000, seq))  # only of the first run frames are asked for
        assert story.feed.after(place, frozenset({0})) is None
    assert len(story.feed._waiting) <= MOST_WAITING


def test_a_new_viewer_hears_the_state_of_every_run_first(story):
    story.now(run("running", 1), run("queued"))
    chunk = story.feed.greeting(story.feed.start())
    assert short(chunk.body) == ["state:running", "state:queued"]
    after = story.feed.after(chunk.position, BOTH)
    assert short(after.body) == ["a0", "a1"]
    assert after.position.id == "1.-"
    assert story.feed.after(after.position, BOTH) is None


def test_every_frame_carries_the_position_to_resume_from(story):
    story.now(run(seq=1), run(seq=0))
    body = story.feed.after(story.connect(), BOTH).body
    assert [(id_, value["run"], value["seq"]) for _, id_, value in parse(body)] == [
        ("0.-", "a", 0),
        ("0.0", "b", 0),
        ("1.0", "a", 1),
    ]


def test_resuming_sends_what_was_not_sent(story):
    story.now(run(seq=4), run(seq=2))
    position = story.connect((3, -1))
    assert short(story.feed.after(position, BOTH).body) == ["b0", "b1", "b2", "a4"]


def test_a_run_says_how_it_ended_after_its_last_frame(story):
    story.now(run("queued"), run("running", 0))
    position = story.feed.after(story.connect(), BOTH).position
    story.now(run("running", 0), run("solved", 1), told=(True, True))
    chunk = story.feed.after(position, BOTH)
    assert short(chunk.body) == ["state:running", "a0", "b1", "state:solved"]
    assert not chunk.ended
    story.now(run("diverged", 0), run("solved", 1), told=(True, False))
    chunk = story.feed.after(chunk.position, BOTH)
    assert short(chunk.body) == ["state:diverged", "end"]
    assert chunk.ended


def test_a_finished_experiment_is_sent_whole_in_pieces(story):
    story.now(run("finished", 40), run("solved", 40))
    position, seen = story.connect(), []
    while True:
        chunk = story.feed.after(position, BOTH)
        events = short(chunk.body)
        assert len(events) <= FRAMES_PER_CHUNK + 1
        seen += events
        position = chunk.position
        if chunk.ended:
            break
    assert seen[:4] == ["a0", "b0", "a1", "b1"]
    assert sorted(seen[:-1]) == sorted([f"{r}{n}" for r in "ab" for n in range(41)])
    assert seen[-1] == "end"


def test_a_viewer_who_has_everything_of_a_finished_experiment_hears_the_end(story):
    story.now(run("finished", 3), run("finished", 3))
    assert short(story.feed.after(story.connect((3, 3)), BOTH).body) == ["end"]


def test_only_the_frames_that_are_shown(story):
    story.now(run("finished", 1), run("finished", 1))
    chunk = story.feed.after(story.connect(), frozenset({1}))
    assert short(chunk.body) == ["b0", "b1", "end"]
    assert chunk.position.id == "-.1"
    nothing = story.feed.after(story.connect(), frozenset())
    assert short(nothing.body) == ["end"]


def test_the_same_position_gets_the_same_bytes(story):
    story.now(run(seq=3), run(seq=3))
    first = story.feed.after(story.connect(), BOTH)
    assert story.feed.after(story.connect(), BOTH) is first
    story.now(run(seq=4), run(seq=3))
    assert story.feed.after(story.connect(), BOTH) is not first


def test_an_update_without_news_wakes_nobody(story):
    assert story.now(run(seq=1), run())
    assert not story.now(run(seq=1), run(), told=(False, False))
    assert story.now(run(seq=2), run(), told=(False, False))
    assert story.now(run(seq=2), run(), told=(False, True))


def test_frames_that_are_not_in_memory_are_asked_for(story):
    story.now(run(seq=5), run(), cached=False)
    position = story.connect((2, -1))
    assert story.feed.after(position, BOTH) == Missing("a", 2)
    for seq in (3, 4):
        story.cache.put("a", seq, frame_piece(json.dumps({"run": "a", "seq": seq})))
    chunk = story.feed.after(position, BOTH)
    assert short(chunk.body) == ["a3", "a4"]
    assert story.feed.after(chunk.position, BOTH) == Missing("a", 4)


def test_frames_that_were_deleted_end_the_stream_of_who_needs_them(story):
    story.now(run("finished", 5), run("finished", 5))
    story.now(run("finished", 9), run("finished", 5), cached=False)
    missing = story.feed.after(story.connect((5, 5)), BOTH)
    assert missing == Missing("a", 5)
    story.feed.lose(missing)
    chunk = story.feed.after(story.connect((5, 5)), BOTH)
    assert chunk.ended
    assert short(story.feed.after(story.connect((9, 5)), BOTH).body) == ["end"]
    assert chunk.body.startswith(b": "), "no event: the reader connects again"
    story.now(run("finished", 9), run("finished", 5), cached=False)
    assert story.feed.after(story.connect((5, 5)), BOTH) == missing, "perhaps they are back"


def test_a_position_ahead_of_the_log_is_unknown(story):
    story.now(run(seq=5), run())
    assert story.feed.knows((5, -1))
    assert not story.feed.knows((6, -1))
    chunk = story.feed.greeting(story.feed.start(), reset=True)
    assert [name for name, _, _ in parse(chunk.body)] == ["reset", "state", "state"]
    assert parse(chunk.body)[0][1] == "-.-"


def test_a_slow_viewer_skips_what_still_trains_and_is_told(story):
    story.now(run("running", 90), run("finished", 90))
    chunk = story.feed.skip(story.connect((3, 3)), BOTH)
    ((name, id_, value),) = parse(chunk.body)
    assert (name, id_) == ("skip", "89.3")
    assert value == [{"run": "a", "from": 4, "to": 90}]
    assert short(story.feed.after(chunk.position, frozenset({0})).body) == ["a90"]
    assert story.feed.skip(story.connect((90, 3)), BOTH).body == b""


@pytest.mark.parametrize(
    ("size", "expected"),
    [(100_000, [2, 2, 2]), (BYTES_PER_CHUNK, [1] * 6), (2 * BYTES_PER_CHUNK, [1] * 6)],
)
def test_a_chunk_of_large_frames_is_small_but_never_empty(size, expected):
    cache = FrameCache(10**8)
    feed = Feed(["a"], cache)
    for seq in range(6):
        cache.put("a", seq, Piece(b"x" * size, b""))
    feed.update([run("finished", 5)], [True])
    position, counts = feed.greeting(feed.start()).position, []
    while True:
        chunk = feed.after(position, frozenset({0}))
        counts.append(chunk.position.seqs[0] - position.seqs[0])
        position = chunk.position
        if chunk.ended:
            break
    assert counts == expected


def test_viewers_at_every_place_of_a_long_run_take_no_more_than_the_cache():
    most = 2_000_000
    cache = FrameCache(most)
    feed = Feed(["a"], cache)
    feed.update([run("finished", 499)], [True])
    for seq in range(500):
        cache.put("a", seq, Piece(b"x" * 1000, b"x" * 1000))
    for seq in range(499):
        position = feed.greeting(feed.start([seq])).position
        assert feed.after(position, frozenset({0})).position.seqs[0] > seq
        assert feed.after(position, frozenset({0})) is feed.after(position, frozenset({0}))
        assert cache._bytes <= most
    chunks = sum(chunk.piece.size for chunk in cache._chunks.values())
    frames = sum(frame.size for frame in cache._frames.values())
    assert (chunks, chunks + frames) == (cache._bytes_of_chunks, cache._bytes)
    assert most / CHUNKS_SHARE - 100_000 < chunks <= most / CHUNKS_SHARE


def test_the_cache_keeps_to_its_bytes_but_always_a_chunk():
    cache = FrameCache(10_000)
    for seq in range(500):
        cache.put("a", seq, Piece(b"x" * 100, b"x" * 40))
    kept = [seq for seq in range(500) if cache.get("a", seq)]
    assert kept == list(range(500 - len(kept), 500))
    assert 60 < len(kept) < 90
    tiny = FrameCache(0)
    for seq in range(500):
        tiny.put("a", seq, Piece(b"x" * 100, b"x" * 40))
    assert sum(tiny.get("a", seq) is not None for seq in range(500)) == FRAMES_PER_CHUNK
