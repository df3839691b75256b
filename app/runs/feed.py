"""What the viewers of one experiment are sent, built once for all who stand at the same place.

A viewer is a position: the last frame sent of every run, and the newest state sent of every run.
``Feed.after(position)`` returns the bytes that follow and the position after them. Nothing is
queued for anybody, so a slow reader costs no memory, and whoever asks from the same position gets
the same bytes object.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from app.runs.views import progress
from app.runs.wire import NOTHING, Piece, event, joined, piece, short

# A chunk ends at either; a frame that alone is larger is sent alone.
FRAMES_PER_CHUNK = 32
BYTES_PER_CHUNK = 256_000
CHUNKS_SHARE = 4  # of the memory, this part at most is chunks: frames cost more to get again
MOST_WAITING = 1000  # places from which nothing follows; live, all viewers stand at one
NONE_YET = -1
GONE = short(b": these frames were deleted\n\n")


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


def frame_piece(body: str) -> Piece:
    """Encode and compress a frame, once for all viewers; its ``id:`` line comes before it."""
    return piece(event("frame", body))


class FrameCache:
    """Encoded frames by (run, seq), and the chunks that feeds have built of them.

    Beyond a number of bytes for both together, the least recently used are dropped.
    """

    def __init__(self, most_bytes: int) -> None:
        self._frames: OrderedDict[tuple[str, int], Piece] = OrderedDict()
        self._chunks: OrderedDict[Hashable, Chunk] = OrderedDict()
        self._bytes = self._bytes_of_chunks = 0
        self._most = most_bytes

    def put(self, run_id: str, seq: int, frame: Piece) -> None:
        key = (run_id, seq)
        if key not in self._frames:
            self._frames[key] = frame
            self._bytes += frame.size
        self._drop_frames()

    def get(self, run_id: str, seq: int) -> Piece | None:
        found = self._frames.get((run_id, seq))
        if found is not None:
            self._frames.move_to_end((run_id, seq))
        return found

    def put_chunk(self, key: Hashable, chunk: "Chunk") -> None:
        self._chunks[key] = chunk
        self._bytes += chunk.piece.size
        self._bytes_of_chunks += chunk.piece.size
        # The newest stays: all who stand there are about to ask for it.
        while self._bytes_of_chunks > self._most // CHUNKS_SHARE and len(self._chunks) > 1:
            size = self._chunks.popitem(last=False)[1].piece.size
            self._bytes -= size
            self._bytes_of_chunks -= size
        self._drop_frames()

    def get_chunk(self, key: Hashable) -> "Chunk | None":
        found = self._chunks.get(key)
        if found is not None:
            self._chunks.move_to_end(key)
        return found

    def _drop_frames(self) -> None:
        # The newest stay, whatever the limit: somebody is about to read them.
        while self._bytes > self._most and len(self._frames) > FRAMES_PER_CHUNK:
            self._bytes -= self._frames.popitem(last=False)[1].size


@dataclass(frozen=True)
class Missing:
    """The frames of a run after ``seq`` are not in memory: read the log, then ask again."""

    run_id: str
    seq: int


@dataclass(frozen=True)
class Chunk:
    """What to send, and where the viewer stands after it."""

    piece: Piece
    position: Position
    ended: bool = False

    @property
    def body(self) -> bytes:
        return self.piece.text


class Feed:
    """The runs of one experiment as they are now.

    Parameters
    ----------
    run_ids : sequence of str
        In the order of the experiment.
    cache : FrameCache
    is_grid : bool
        Many runs: whenever states are told, ``progress`` sums them up.
    """

    def __init__(self, run_ids: Sequence[str], cache: FrameCache, *, is_grid: bool = False) -> None:
        self.run_ids = tuple(run_ids)
        self._cache, self._is_grid = cache, is_grid
        self._progress: list[Piece] = []
        self._now: list[RunNow] = []
        self._versions = [0] * len(self.run_ids)
        self._states: dict[int, Piece] = {}  # by place, encoded when first told
        # Part of the key of every chunk that is built: with news, those of before are never asked
        # for again, and the cache drops them in time.
        self._epoch = object()
        # Who has everything until there is news: every viewer asks once more after each frame.
        self._waiting: set[tuple[Position, frozenset[int]]] = set()
        self._lost: set[Missing] = set()

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
        for index, (before, run) in enumerate(zip(self._now, now, strict=False)):
            if run is not before:
                self._states.pop(index, None)
        self._now = list(now)
        for index, tell in enumerate(told):
            self._versions[index] += tell
        if grown or any(told):
            self._epoch = object()
            self._waiting.clear()
            self._lost.clear()
            if self._is_grid:
                summed = json.dumps(progress(run.status for run in now))
                self._progress = [short(event("progress", summed))]
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
        """Return the state of every run, and of a grid its sum, before anything else is sent."""
        position = Position(position.seqs, tuple(self._versions))
        head = [short(event("reset", "{}", position.id))] if reset else []
        states = [self._state(index) for index in range(len(self._now))]
        return Chunk(joined([*head, *states, *self._progress]), position)

    def after(self, position: Position, shown: frozenset[int]) -> Chunk | Missing | None:
        """Return what follows a position, for a viewer of the frames of the runs ``shown``.

        None means that he has everything for now.
        """
        if (position, shown) in self._waiting:
            return None
        key = (self._epoch, position, shown)
        found = self._cache.get_chunk(key)
        if found is not None:
            return found
        built = self._build(position, shown)
        if isinstance(built, Missing) and built in self._lost:
            # Without the event ``end``: who connects again learns whether they are computed anew.
            return Chunk(GONE, position, ended=True)
        if isinstance(built, Chunk):
            self._cache.put_chunk(key, built)
        elif built is None and len(self._waiting) < MOST_WAITING:
            self._waiting.add((position, shown))
        return built

    def lose(self, missing: Missing) -> None:
        """Take note that the log has these frames no more; whoever needs them is let go."""
        self._lost.add(missing)

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
        told = event("skip", json.dumps(skipped), position.id)
        return Chunk(piece(told) if skipped else NOTHING, position)

    def _build(self, position: Position, shown: frozenset[int]) -> Chunk | Missing | None:
        seqs, states = list(position.seqs), list(position.states)
        parts: list[Piece] = []
        size = 0
        # A run says that it runs before its first frame, and how it ended after its last.
        self._tell(parts, states, lambda index: not self._now[index].final)
        for index, seq in self._frames_after(seqs, shown):
            frame = self._cache.get(self.run_ids[index], seq)
            if frame is None:
                if parts:
                    break
                return Missing(self.run_ids[index], seq - 1)
            size += len(frame.text)
            if size > BYTES_PER_CHUNK and size > len(frame.text):
                break
            seqs[index] = seq
            parts += short(f"id: {Position(tuple(seqs), ()).id}\n".encode()), frame
        complete = [
            index not in shown or seqs[index] >= run.seq for index, run in enumerate(self._now)
        ]
        self._tell(parts, states, lambda index: complete[index])
        after = Position(tuple(seqs), tuple(states))
        if self._progress and after.states != position.states:
            parts += self._progress
        ended = self.final and all(complete)
        if ended:
            parts.append(short(event("end", "{}", after.id)))
        return Chunk(joined(parts), after, ended) if parts else None

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

    def _state(self, index: int) -> Piece:
        if index not in self._states:
            self._states[index] = piece(event("state", json.dumps(self._now[index].status)))
        return self._states[index]

    def _tell(self, parts: list[Piece], states: list[int], when: Callable[[int], bool]) -> None:
        for index in range(len(self._now)):
            if states[index] < self._versions[index] and when(index):
                parts.append(self._state(index))
                states[index] = self._versions[index]
