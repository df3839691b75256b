"""The numbers of one server, in the words of Prometheus.

Requests are counted as they are answered. Everything else is read when somebody asks, so that
nothing is added to the path of a frame.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.runs.census import census
from app.runs.engine import Engine
from app.runs.store import Store
from app.runs.tail import Tail

# From an answer out of memory to the longest that a person waits.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """What ``/metrics`` shows; a registry of its own, because tests run several servers."""

    def __init__(self, store: Store, engine: Engine, tail: Tail) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "vgl_http_requests",
            "Requests, by the template of their route and the status of the answer.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "vgl_http_request_seconds",
            "Seconds until the answer began; an event stream goes on for as long as its run.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.skips = Counter(
            "vgl_viewer_skips",
            "Times that a viewer was too slow and went on with the newest frames.",
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_OnScrape(store, engine, tail))


class _OnScrape(Collector):
    """Reads the store, the engine and the viewers when it is asked."""

    def __init__(self, store: Store, engine: Engine, tail: Tail) -> None:
        self._store, self._engine, self._tail = store, engine, tail

    def describe(self) -> list[Metric]:
        return []  # else it would be asked once before there is a database

    def collect(self) -> Iterator[Metric]:
        tail, engine = self._tail, self._engine
        yield GaugeMetricFamily("vgl_viewers", "Open event streams.", tail.viewers)
        yield GaugeMetricFamily(
            "vgl_frame_lag_seconds",
            "Seconds from the last question to the log until viewers had what it found.",
            tail.lag,
        )
        yield GaugeMetricFamily("vgl_workers", "Workers that are connected.", engine.workers)
        yield GaugeMetricFamily("vgl_engine_up", "1 while runs are computed.", engine.ready)
        try:
            found = census(self._store)
        except SQLAlchemyError:
            yield GaugeMetricFamily("vgl_store_up", "1 while the database answers.", 0)
            return
        yield GaugeMetricFamily("vgl_store_up", "1 while the database answers.", 1)
        states = GaugeMetricFamily("vgl_runs", "Runs in the log, by state.", labels=["state"])
        for state, count in found.states.items():
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily(
            "vgl_queue_oldest_seconds",
            "How long the run that has waited longest is queued; 0 when none is.",
            found.waiting_seconds,
        )
        speeds = GaugeMetricFamily(
            "vgl_training_steps_per_second",
            "Training steps a second of the runs that train now, by cell.",
            labels=["cell"],
        )
        for cell, speed in found.steps_per_second.items():
            speeds.add_metric([cell], speed)
        yield speeds
