"""The application: its parts put together, started and stopped."""

import asyncio
import functools
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from app.api import (
    catalogue,
    challenges,
    curves,
    docs,
    errors,
    events,
    experiments,
    exports,
    health,
    middleware,
    notebooks,
    openapi,
    probe,
    runs,
)
from app.api.connections import Connections
from app.api.deps import PREFIX, Services
from app.api.identity import Identity
from app.api.limits import Gates
from app.api.meters import Meters
from app.api.origins import Origins
from app.api.protocol import Protocol
from app.api.requests import Requests
from app.logs import configure
from app.pages import lesson, stored
from app.pages import routes as pages
from app.runs.engine import Engine
from app.runs.migrate import migrate
from app.runs.retention import Policy
from app.runs.store import Store, reason
from app.runs.tail import Tail
from app.runs.upkeep import Upkeep
from app.settings import VERSION, Settings

log = logging.getLogger(__name__)

STARTUP_FAILURE = 3  # the exit code of uvicorn's own command

# Streams are told to end first; what then still holds a connection is cut off.
GRACE = 2

OTHER_FILES = 500  # besides connections: the database, the log, pipes to workers


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """Put the application together; nothing is opened or started before its lifespan begins.

    Parameters
    ----------
    settings : Settings, optional
        By default from the environment.
    engine : Engine, optional
        What computes; by default one made from the settings.
    """
    settings = settings or Settings()
    store = Store(settings.database)
    engine = engine or Engine(
        store,
        workers=settings.workers,
        scheduler=settings.scheduler,
        max_attempts=settings.max_attempts,
        max_seconds=settings.max_seconds,
    )
    tail = Tail(
        store,
        poll_interval=settings.poll_interval,
        cache_bytes=settings.cache_bytes,
        live_runs=settings.live_runs,
        wake_every=settings.heartbeat / 2,
    )
    services = Services(
        settings=settings,
        store=store,
        engine=engine,
        tail=tail,
        gates=Gates(settings),
        upkeep=Upkeep(store, Policy(settings.keep_days, settings.keep_bytes)),
        meters=Meters(store, engine, tail),
        identity=Identity(store),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(migrate, store)
        services.tail.start()
        services.upkeep.start()
        services.engine.start()  # in the background: pages are served while workers start
        if settings.lesson_runs:
            await run_in_threadpool(_prepare_lesson, services)
        yield
        services.tail.draining.set()
        await run_in_threadpool(services.engine.stop)
        await run_in_threadpool(services.tail.stop)
        await run_in_threadpool(services.upkeep.stop)
        store.close()

    app = FastAPI(
        title="Vanishing Gradient Lab",
        summary="Train small recurrent networks and read the gradient of every timestep.",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    errors.install(app)
    api = APIRouter(prefix=PREFIX)
    parts = (
        catalogue,
        experiments,
        curves,
        events,
        runs,
        exports,
        notebooks,
        probe,
        challenges,
    )
    for part in parts:
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(docs.router)
    openapi.describe(app)
    pages.install(app, settings)
    _surround(app, services)
    return app


def _prepare_lesson(services: Services) -> None:
    try:
        stored.prepare(services.store, services.limits)
    except SQLAlchemyError as error:
        # A full disk: what is there can be read all the same, and the lesson trains when asked.
        log.error("the runs of the lesson cannot be asked for", extra={"error": reason(error)})


def _surround(app: FastAPI, services: Services) -> None:
    """Add the middleware; the last one added is the first to see a request."""
    settings = services.settings
    app.add_middleware(middleware.BodyLimit, most_bytes=settings.max_body)
    app.add_middleware(Origins, allowed=settings.allowed_origins)
    app.add_middleware(middleware.BasePath, base=settings.base_path)
    app.add_middleware(middleware.Hosts, allowed=settings.allowed_hosts)
    app.add_middleware(middleware.Compression)
    app.add_middleware(middleware.Faults)
    app.add_middleware(
        middleware.SecurityHeaders,
        frame_ancestors=settings.frame_ancestors,
        base=settings.base_path,
    )
    app.add_middleware(Requests, meters=services.meters, base=settings.base_path)


class Server(uvicorn.Server):
    """uvicorn, which says where it is, and tells event streams and proxies before it goes."""

    _in_haste = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        application = self.config.app
        if self.started and isinstance(application, FastAPI):
            host = self.config.host if ":" not in self.config.host else f"[{self.config.host}]"
            base = application.state.services.settings.base_path
            # For the person at the terminal; the logs are on standard error.
            port = self.servers[0].sockets[0].getsockname()[1]  # asked for port 0: any free one
            print(f"Vanishing Gradient Lab: http://{host}:{port}{base}/", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        application = self.config.app
        if isinstance(application, FastAPI):
            application.state.services.tail.drain()
        # Who presses Ctrl-C has nobody in front of the server who would have to hear of it first.
        self._in_haste = self._in_haste or sig != signal.SIGTERM
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Go on answering for a moment: a proxy asks ``/readyz``, hears 503, and sends no more."""
        application = self.config.app
        if isinstance(application, FastAPI):
            over = time.monotonic() + application.state.services.settings.drain_seconds
            while time.monotonic() < over and not self._in_haste:
                await asyncio.sleep(0.05)
        await super().shutdown(sockets)


def _room_for(connections: int) -> int:
    """Raise the limit on open files, where it may be raised, and return how many may connect."""
    if sys.platform == "win32":
        return connections
    import resource

    wanted = connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if unlimited else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < wanted:
            connections = max(soft - OTHER_FILES, soft // 2)
            log.warning(
                "few files may be open: fewer connections than the setting says",
                extra={"files": soft, "connections": connections},
            )
    return connections


def make_server(app: FastAPI, settings: Settings) -> Server:
    """Return the HTTP server of an application."""
    connections = Connections(
        _room_for(settings.max_connections),
        settings.max_client_connections,
        settings.trusted_proxies,
    )
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            http=functools.partial(  # type: ignore[arg-type]
                Protocol,
                connections=connections,
                request_within=settings.request_timeout,
                stalled_after=settings.send_timeout,
            ),
            backlog=4096,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    configure(settings.log_level)
    for handled in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again when all is done, and being asked to end is a success.
        # Python's own way out takes seconds on a busy machine, to free memory that is freed anyway.
        signal.signal(handled, lambda *_: os._exit(0))
    log.info("starting", extra={"version": VERSION, "settings": settings.public()})
    store = Store(settings.database)
    migrate(store)  # here, so that a database that cannot be used is one clear sentence
    store.close()
    # The figures of the lesson are measured before somebody waits for them.
    threading.Thread(target=lesson.warm, daemon=True).start()
    app = create_app(settings)
    # Which methods an address takes is read from this; made by the first to ask wrongly, it would
    # keep everybody waiting.
    threading.Thread(target=app.openapi, daemon=True).start()
    server = make_server(app, settings)
    server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)
