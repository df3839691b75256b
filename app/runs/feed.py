"""What the viewers of one experiment are sent, built once for all who stand at the same place.

A viewer is a position: the last frame sent of every run, and the newest state sent of every run.
``Feed.after(position)`` returns the bytes that follow and the position after them. Nothing is
queued for anybody, so a slow reader costs no memory, and whoever asks from the same position gets
the same bytes object.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

FRAMES_PER_CHUNK = 32
NONE_YET = -1


@dataclass(frozen=True)
class Position:
    """Where a viewer stands, per run: the last frame sent, and the version of its state."""

    seqs: tuple[int, ...]
    states: tuple[int, ...]

    @property
    def id(self) -> str:
        """The position as the ``id:`` of an event: ``12.-.7``."""
        return ".".join("-" if seq == NONE_YET else str(seq) for seq in self.seqs)


@dataclass(frozen=True)
class RunNow:
    """A run as the log has it now; ``status`` is the body of its ``state`` event."""

    state: str
    final: bool
    seq: int
    status: dict[str, Any]


def event(name: str, body: str, position: Position | None = None) -> bytes:
    """Encode one server-sent event; with a position, it moves the reader's ``Last-Event-ID``."""
    head = f"id: {position.id}\n" if position else ""
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


class FrameCache:
    """Encoded frames by (run, seq), the least recently used dropped beyond a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._frames: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes, self._most = 0, most_bytes

    def put(self, run_id: str, seq: int, body: str) -> None:
        key = (run_id, seq)
        if key not in self._frames:
            self._frames[key] = event("frame", body)
            self._bytes += len(self._frames[key])
        # The newest stays, whatever the limit: somebody is about to read it.
        while self._bytes > self._most and len(self._frames) > FRAMES_PER_CHUNK:
            self._bytes -= len(self._frames.popitem(last=False)[1])

    def get(self, run_id: str, seq: int) -> bytes | None:
        found = self._frames.get((run_id, seq))
        if found is not None:
            self._frames.move_to_end((run_id, seq))
        return found


@dataclass(frozen=True)
class Missing:
    """The frames of a run after ``seq`` are not in memory: read the log, then ask again."""

    run_id: str
    seq: int


@dataclass(frozen=True)
class Chunk:
    """Bytes to send, and where the viewer stands after them."""

    body: bytes
    position: Position
    ended: bool = False


class Feed:
    """The runs of one experiment as they are now.

    Parameters
    ----------
    run_ids : sequence of str
        In the order of the experiment.
    cache : FrameCache
    """

    def __init__(self, run_ids: Sequence[str], cache: FrameCache) -> None:
        self.run_ids = tuple(run_ids)
        self._cache = cache
        self._now: list[RunNow] = []
        self._versions = [0] * len(self.run_ids)
        self._built: dict[tuple[Position, frozenset[int]], Chunk] = {}

    @property
    def now(self) -> Sequence[RunNow]:
        return self._now

    @property
    def final(self) -> bool:
        """Whether nothing will ever be added."""
        return bool(self._now) and all(run.final for run in self._now)

    def update(self, now: Sequence[RunNow], told: Sequence[bool]) -> bool:
        """Take the present; ``told[i]`` tells whether viewers should hear the state of run i.

        Returns
        -------
        bool
            Whether there is something new to send.
        """
        grown = [run.seq for run in now] != [run.seq for run in self._now]
        self._now = list(now)
        for index, tell in enumerate(told):
            self._versions[index] += tell
        if grown or any(told):
            self._built.clear()
            return True
        return False

    def start(self, seqs: Sequence[int] | None = None) -> Position:
        """Return the position of a viewer who knows no state, and frames up to ``seqs``."""
        unknown = (0,) * len(self.run_ids)
        return Position(tuple(seqs or [NONE_YET] * len(self.run_ids)), unknown)

    def knows(self, seqs: Sequence[int]) -> bool:
        """Tell whether the log reaches as far as a reader says he has read."""
        return all(seq <= run.seq for seq, run in zip(seqs, self._now, strict=True))

    def greeting(self, position: Position, *, reset: bool = False) -> Chunk:
        """Return the state of every run, before anything else is sent."""
        position = Position(position.seqs, tuple(self._versions))
        head = [event("reset", "{}", position)] if reset else []
        states = [event("state", json.dumps(run.status)) for run in self._now]
        return Chunk(b"".join(head + states), position)

    def after(self, position: Position, shown: frozenset[int]) -> Chunk | Missing | None:
        """Return what follows a position, for a viewer of the frames of the runs ``shown``.

        None means that he has everything for now.
        """
        key = (position, shown)
        if key not in self._built:
            chunk = self._build(position, shown)
            if not isinstance(chunk, Chunk):
                return chunk
            self._built[key] = chunk
        return self._built[key]

    def skip(self, position: Position, shown: frozenset[int]) -> Chunk:
        """Leave out what a slow reader missed of runs that still train, up to their last frame."""
        seqs = list(position.seqs)
        skipped = []
        for index in sorted(shown):
            run = self._now[index]
            if not run.final and run.seq - 1 > seqs[index]:
                skipped.append({"run": self.run_ids[index], "from": seqs[index] + 1, "to": run.seq})
                seqs[index] = run.seq - 1
        position = Position(tuple(seqs), position.states)
        return Chunk(event("skip", json.dumps(skipped), position) if skipped else b"", position)

    def _build(self, position: Position, shown: frozenset[int]) -> Chunk | Missing | None:
        seqs, states = list(position.seqs), list(position.states)
        parts: list[bytes] = []
        # A run says that it runs before its first frame, and how it ended after its last.
        self._tell(parts, states, lambda index: not self._now[index].final)
        for index, seq in self._frames_after(seqs, shown):
            body = self._cache.get(self.run_ids[index], seq)
            if body is None:
                if parts:
                    break
                return Missing(self.run_ids[index], seq - 1)
            seqs[index] = seq
            parts.append(f"id: {Position(tuple(seqs), ()).id}\n".encode() + body)
        complete = [
            index not in shown or seqs[index] >= run.seq for index, run in enumerate(self._now)
        ]
        self._tell(parts, states, lambda index: complete[index])
        after = Position(tuple(seqs), tuple(states))
        ended = self.final and all(complete)
        if ended:
            parts.append(event("end", "{}", after))
        return Chunk(b"".join(parts), after, ended) if parts else None

    def _frames_after(
        self, seqs: Sequence[int], shown: frozenset[int]
    ) -> Sequence[tuple[int, int]]:
        """Return (run, seq) of the next frames, the runs side by side."""
        waiting = sorted(
            (seq, index)
            for index in shown
            for seq in range(
                seqs[index] + 1, min(self._now[index].seq, seqs[index] + FRAMES_PER_CHUNK) + 1
            )
        )
        return [(index, seq) for seq, index in waiting[:FRAMES_PER_CHUNK]]

    def _tell(self, parts: list[bytes], states: list[int], when: Callable[[int], bool]) -> None:
        for index, run in enumerate(self._now):
            if states[index] < self._versions[index] and when(index):
                parts.append(event("state", json.dumps(run.status)))
                states[index] = self._versions[index]
