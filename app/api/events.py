"""The event stream of an experiment: all its runs in one connection that can be resumed."""

import asyncio
import functools
import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.api.deps import App, Client, ExperimentId, Holder, Services, known_id, not_found
from app.api.described import RUN_ID, also, problems
from app.api.errors import Problem
from app.api.negotiate import takes_gzip
from app.api.protocol import SendPart, part_sender
from app.runs import experiments
from app.runs.experiments import ExperimentView
from app.runs.feed import Missing
from app.runs.watch import Watch
from app.runs.wire import Gzip, Piece, Plain, event, joined, short

log = logging.getLogger(__name__)
router = APIRouter(prefix="/experiments", tags=["experiments"])

_POSITION = re.compile(r"(-|\d{1,9})(\.(-|\d{1,9}))*", re.ASCII)
FIRST_LOOK = 5.0  # seconds that the log may take to answer a new viewer
LAST_WORDS = 1.0  # seconds to send what is left when the server goes
# How long a browser waits before it connects again by itself.
RETRY = short(b"retry: 2000\n\n")
DRAIN = short(event("drain", "{}"))


class EventStream(Response):
    """Sends what follows a position until the experiment ends, the reader leaves or we go.

    Bytes are built once for all readers (see ``runs.feed``), so this class only moves them: a
    general-purpose class would encode, lock and log each event for each reader again.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        app: Services,
        view: ExperimentView,
        seqs: tuple[int, ...] | None,
        shown: frozenset[int],
        *,
        client: str,
        holder: str,
        gzip: bool,
    ) -> None:
        self._client, self._holder = client, holder
        self._app, self._view, self._seqs, self._shown = app, view, seqs, shown
        self._encoding = Gzip() if gzip else Plain()
        self.status_code, self.background = 200, None
        headers = {
            "Cache-Control": "no-store",
            "Vary": "Accept-Encoding",
            "X-Accel-Buffering": "no",
        }
        self.init_headers(headers | ({"Content-Encoding": "gzip"} if gzip else {}))

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers(headers)
        # Exactly this type: some proxies compare it as a text and hold back everything else.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-type"]
        self.raw_headers.append((b"content-type", b"text/event-stream"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        with self._app.gates.streams.one(self._client):
            await send(start)
            await self._follow(receive, _Line(send, part_sender(scope), self._encoding))

    async def _follow(self, receive: Receive, line: "_Line") -> None:
        watch = self._app.tail.open(self._view)
        self._app.upkeep.enter(watch.experiment_id, self._holder)
        sending = asyncio.create_task(self._send_all(watch, line))
        leaving = asyncio.create_task(_disconnected(receive))
        draining = asyncio.create_task(self._app.tail.draining.wait())
        tasks = {sending, leaving, draining}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if draining.done() and not leaving.done():
                await asyncio.wait({sending, leaving}, timeout=LAST_WORDS)
        finally:
            self._app.tail.close(watch)
            self._app.upkeep.leave(watch.experiment_id, self._holder)
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _send_all(self, watch: Watch, line: "_Line") -> None:
        tail, feed, shown = self._app.tail, watch.feed, self._shown
        slow_after, heartbeat = self._app.settings.slow_after, self._app.settings.heartbeat
        try:
            async with asyncio.timeout(FIRST_LOOK):
                await watch.ready.wait()
        except TimeoutError:
            log.error("the log gives no answer", extra={"experiment": watch.experiment_id})
            await line.end()  # the reader connects again
            return
        position = feed.start(self._seqs)
        is_unknown = not feed.knows(position.seqs)
        chunk = feed.greeting(feed.start() if is_unknown else position, reset=is_unknown)
        still_here = _still_here(heartbeat)
        await line.begin(joined([RETRY, chunk.piece, still_here]))
        position, behind_since, said_at = chunk.position, time.monotonic(), time.monotonic()
        while not tail.draining.is_set():
            found = feed.after(position, shown)
            if isinstance(found, Missing):
                await tail.load(found)
            elif found is None:
                if time.monotonic() - said_at >= heartbeat / 2:
                    await line.say(still_here)
                    said_at = time.monotonic()
                await watch.changed()
                behind_since = time.monotonic()
            else:
                await line.say(found.piece)
                position, said_at = found.position, time.monotonic()
                if found.ended:
                    await line.end()
                    return
                if said_at - behind_since > slow_after:
                    skipped = feed.skip(position, shown)
                    position, behind_since = skipped.position, said_at
                    self._app.meters.skips.inc()
                    if skipped.body:
                        await line.say(skipped.piece)
        await line.say(DRAIN)
        await line.end()


class _Line:
    """Where the pieces of one stream go: the first and the last through every layer."""

    def __init__(self, send: Send, direct: SendPart | None, encoding: Plain | Gzip) -> None:
        self._send, self._encoding = send, encoding
        self._direct = direct or self._through_all

    async def begin(self, piece: Piece) -> None:
        """Send the first piece; layers that change the head may have waited for it."""
        await self._through_all(self._encoding.add(piece))

    async def say(self, piece: Piece) -> None:
        await self._direct(self._encoding.add(piece))

    async def end(self) -> None:
        body = self._encoding.end()
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _through_all(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": True})


@functools.cache
def _still_here(seconds: float) -> Piece:
    """Return the event that tells a reader that he will hear something within some seconds.

    A comment would do for proxies. But a page hears no comments, and it must be able to tell a
    stream that has nothing to say from one whose other end is gone.
    """
    return short(event("heartbeat", json.dumps({"within": seconds})))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get(
    "/{experiment_id}/events",
    operation_id="follow_experiment",
    response_class=Response,
    responses=also("text/event-stream") | problems(400, 404, 429, 503),
)
async def events(
    experiment_id: ExperimentId,
    app: App,
    client: Client,
    last_event_id: Annotated[
        str | None,
        Query(max_length=20_000, description="Resume after this ``id:``.", examples=["12.-.7"]),
    ] = None,
    last_event_id_header: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=20_000,
            description="The same; newer than the one in the address.",
            examples=["12.-.7"],
        ),
    ] = None,
    accept_encoding: Annotated[str, Header(max_length=1_000, include_in_schema=False)] = "",
    context_path: Annotated[
        str | None,
        Header(alias="X-ProxyContextPath", max_length=2_000, include_in_schema=False),
    ] = None,
    frames: Annotated[
        str | None,
        Query(
            max_length=2_000,
            description="Ids of runs whose frames to send, with commas.",
            examples=[f"{RUN_ID},{RUN_ID[::-1]}"],
        ),
    ] = None,
    holder: Holder = "",
) -> Response:
    """Follow all runs of an experiment as server-sent events.

    Events: ``state`` (a run without its spec), ``progress`` (of an experiment of many runs,
    whenever states are told: how many runs are in which state), ``frame``, ``skip`` (frames left
    out for a reader who is too slow), ``reset`` (the position is unknown: everything is sent
    again), ``heartbeat`` (nothing is new; the next event comes ``within`` so many seconds),
    ``drain`` (the server is going: connect again) and ``end``. The ``id:`` is, for each run
    of the experiment in order, the last frame sent, joined by dots (``12.-.7``); sent back as
    ``Last-Event-ID`` it continues without a gap or a repeat. An experiment of many runs sends the
    frames of those in ``frames`` only.
    """
    if app.tail.draining.is_set():
        raise Problem(503, "draining", "The server is going down.", headers={"Retry-After": "2"})
    app.gates.streams.check(client)
    view = await run_in_threadpool(experiments.view, app.store, known_id(experiment_id))
    if view is None:
        raise not_found()
    # The browser's own header is newer than the address that the page was opened with.
    seqs = _read_position(last_event_id_header or last_event_id, len(view.runs))
    shown = _shown(view, frames, app.settings.live_runs)
    # Again: many may have come while the log was asked. Nothing waits until this one is counted.
    app.gates.streams.check(client)
    # jupyter-server-proxy 4.6 passes on the bytes of an event stream without its Content-Encoding.
    gzip = takes_gzip(accept_encoding) and context_path is None
    return EventStream(app, view, seqs, shown, client=client, holder=holder, gzip=gzip)


def _read_position(text: str | None, runs: int) -> tuple[int, ...] | None:
    if not text:
        return None
    parts = text.split(".") if _POSITION.fullmatch(text) else []
    if len(parts) != runs:
        raise Problem(
            400, "bad_position", "Last-Event-ID is not a position in this experiment's stream."
        )
    return tuple(-1 if part == "-" else int(part) for part in parts)


def _shown(view: ExperimentView, frames: str | None, live_runs: int) -> frozenset[int]:
    if frames is None:
        return frozenset(range(len(view.runs)) if len(view.runs) <= live_runs else ())
    places = {run.id: place for place, run in enumerate(view.runs)}
    wanted = [run_id.strip() for run_id in frames.split(",") if run_id.strip()]
    if any(run_id not in places for run_id in wanted) or len(wanted) > live_runs:
        raise Problem(
            400, "bad_frames", f"frames must name at most {live_runs} runs of this experiment."
        )
    return frozenset(places[run_id] for run_id in wanted)
