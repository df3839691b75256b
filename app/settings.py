"""Settings of the server: environment variables that begin with ``VGL_``.

A setting has its default, its range and its explanation here; ``docs/settings.md`` lists them for
the person who installs the server.
"""

import os
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url

from app.shown import without_secrets

VERSION = "0.1.0"

# Whatever a server is set to: a position in a stream of more runs would not fit into a header.
MOST_RUNS = 5_000

Listed = Annotated[tuple[str, ...], NoDecode]  # "a, b" in the environment


class Settings(BaseSettings):
    """Everything an operator may choose."""

    model_config = SettingsConfigDict(env_prefix="VGL_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on.")
    base_path: str = Field(
        "", description="Path prefix that a proxy adds, such as /lab; works stripped or not."
    )
    trusted_proxies: Listed = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks whose X-Forwarded headers are believed, with commas.",
    )
    allowed_hosts: Listed = Field(
        (), description="Names that are answered besides private ones, with commas; * for any."
    )
    allowed_origins: Listed = Field(
        (), description="Origins, besides our own, whose pages may ask for changes; with commas."
    )
    frame_ancestors: Listed = Field(
        (),
        description="Origins whose pages may frame what is under /embed/, separated by commas.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged; one JSON object per line, on standard error."
    )

    metrics: bool = Field(True, description="Whether /metrics tells Prometheus how the server is.")

    database: str = Field(
        "sqlite:///vgl.db", description="SQLAlchemy URL of the log of runs and frames."
    )
    scheduler: str = Field(
        "", description="Address of an existing Dask scheduler; empty starts one with the server."
    )
    workers: int = Field(
        # Three models are watched side by side, also on a machine of two cores.
        default_factory=lambda: max(3, os.cpu_count() or 1),
        ge=1,
        le=256,
        description="Worker processes to start; by default one per core, and at least 3.",
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="Workers that one run may kill before it is given up."
    )

    max_seconds: float = Field(
        1800.0, gt=0, description="Seconds that one run may take before it is given up."
    )
    keep_days: float = Field(
        180.0, ge=0, description="Days that an experiment is kept unseen; 0: for ever."
    )
    keep_bytes: int = Field(
        20_000_000_000,
        ge=0,
        description="Bytes of all logs together beyond which the longest unseen go; 0: no limit.",
    )

    max_cost: float = Field(
        2e11, gt=0, description="Largest cost T·(H²·B + 20 000)·steps of a run that is accepted."
    )
    max_values: float = Field(
        5e7, gt=0, description="Largest number of values, over its frames, that one run may record."
    )
    max_runs: int = Field(
        500, ge=1, le=MOST_RUNS, description="Largest number of runs in one experiment."
    )
    max_body: int = Field(1_000_000, ge=1_000, description="Largest request body, in bytes.")
    lesson_runs: bool = Field(
        True, description="Whether the runs of the lesson are trained when the server starts."
    )
    request_timeout: float = Field(
        30.0, gt=0, le=600, description="Seconds in which a request must arrive, head and body."
    )
    send_timeout: float = Field(
        60.0, gt=0, le=3600, description="Seconds in which a client must read some of an answer."
    )
    drain_seconds: float = Field(
        1.0, ge=0, le=60, description="Seconds from SIGTERM, and 503 at /readyz, to a closed door."
    )
    max_connections: int = Field(5000, ge=10, description="Connections open at the same time.")
    max_client_connections: int = Field(
        2000, ge=1, description="Connections of one address, unless it is a trusted proxy."
    )
    max_posts: int = Field(
        1200, ge=1, description="Experiments that one address may ask for in a minute."
    )
    max_probes: int = Field(
        6000, ge=1, description="Probes that one address may ask for in a minute."
    )
    max_reads: int = Field(
        600_000, ge=1, description="Frames that one address may have read in a minute."
    )
    max_unfinished: int = Field(
        2000, ge=1, description="Unfinished runs that one address may have."
    )
    max_holder_unfinished: int = Field(
        1000, ge=1, description="Unfinished runs that one page or program of an address may have."
    )
    max_streams: int = Field(3000, ge=1, description="Event streams open at the same time.")
    max_client_streams: int = Field(
        1000, ge=1, description="Event streams of one address open at the same time."
    )
    live_runs: int = Field(
        12, ge=1, le=100, description="Runs whose frames one event stream carries at most."
    )

    poll_interval: float = Field(
        0.025, gt=0, le=10, description="Seconds between two looks at the log for new frames."
    )
    heartbeat: float = Field(
        15.0, gt=0, le=600, description="Seconds within which an event stream says something."
    )
    slow_after: float = Field(
        10.0, gt=0, le=600, description="Seconds a reader may lag before it skips to what is live."
    )
    cache_bytes: int = Field(
        64_000_000, ge=0, description="Memory for frames kept for their viewers, in bytes."
    )

    @field_validator(
        "allowed_hosts", "allowed_origins", "frame_ancestors", "trusted_proxies", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("base_path")
    @classmethod
    def _normalise(cls, value: str) -> str:
        path = "/" + value.strip("/") if value.strip("/") else ""
        if any(not (part and part.strip(".")) for part in path.split("/")[1:]):
            raise ValueError("must be a plain path such as /lab")
        return path

    @field_validator("frame_ancestors")
    @classmethod
    def _no_policy_injection(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(set(origin) & set("; \r\n") for origin in value):
            raise ValueError("must be origins such as https://moodle.example")
        return value

    @field_validator("database")
    @classmethod
    def _shared_database(cls, value: str) -> str:
        url = make_url(value)
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("must be a file: worker processes share it")
        return value

    def model_post_init(self, context: Any) -> None:
        if self.scheduler and make_url(self.database).get_backend_name() == "sqlite":
            raise ValueError(
                "VGL_SCHEDULER needs a VGL_DATABASE that other machines reach, such as PostgreSQL; "
                "SQLite is a file of this machine"
            )

    def public(self) -> dict[str, Any]:
        """Return the settings for the log, with the password of the database replaced by stars."""
        shown = self.model_dump(mode="json")
        shown["database"] = without_secrets(make_url(self.database))
        return shown
