"""Where an experiment is computed and kept: on a server, or here.

Both answer the same questions with the same values. Here, runs are computed by the same worker
code into the same tables, only without a server around them.
"""

import io
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from typing import Any, Protocol

import numpy as np

from app.client import Client
from app.core.options import OptionError
from app.core.spec import RunSpec
from app.interop.program import program
from app.runs import experiments
from app.runs.asking import submit
from app.runs.log import read_frames
from app.runs.migrate import migrate
from app.runs.plan import Limits, plan
from app.runs.queue import INTERACTIVE
from app.runs.results import as_csv, results
from app.runs.store import UNFINISHED, Store
from app.runs.views import progress, run_view
from app.runs.weights import read_weights, stored_steps

LOOK_EVERY = 0.5  # seconds between two looks at how far the runs are
PAGE = 256  # frames
# Who computes, in the log. One name for all commands: what one left, the next one takes up.
CLUSTER = "command line"


class Place(Protocol):
    """What the commands need."""

    def submit(self, asked: dict[str, Any]) -> str: ...
    def watch(self, experiment_id: str) -> Iterator[dict[str, Any]]: ...
    def describe(self, experiment_id: str) -> dict[str, Any]: ...
    def rows(self, experiment_id: str) -> list[dict[str, Any]]: ...
    def csv(self, experiment_id: str) -> str: ...
    def frames(self, run_id: str) -> Iterator[str]: ...
    def archive(self, run_id: str) -> bytes: ...
    def code(self, run_id: str, framework: str) -> str: ...


class There:
    """A server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(self, asked: dict[str, Any]) -> str:
        return self._client.submit(asked).id

    def watch(self, experiment_id: str) -> Iterator[dict[str, Any]]:
        """Yield the progress whenever something happened, until every run is over."""
        experiment = self._client.experiment(experiment_id)
        statuses = {run.id: run.body for run in experiment.runs}
        yield progress(statuses.values())
        for event in experiment.follow():
            if event.name == "state":
                statuses[event.data["run"]] = event.data
            elif event.name == "frame":
                statuses[event.data["run"]]["step"] = event.data["step"]
            yield progress(statuses.values())

    def describe(self, experiment_id: str) -> dict[str, Any]:
        return self._client.experiment(experiment_id).body

    def rows(self, experiment_id: str) -> list[dict[str, Any]]:
        answer = self._client.json("GET", f"/experiments/{experiment_id}/results")
        rows: list[dict[str, Any]] = answer["results"]
        return rows

    def csv(self, experiment_id: str) -> str:
        return self._client.experiment(experiment_id).csv()

    def frames(self, run_id: str) -> Iterator[str]:
        for frame in self._client.run(run_id).frames():
            yield json.dumps(frame, separators=(",", ":"))

    def archive(self, run_id: str) -> bytes:
        return self._client.run(run_id).archive()

    def code(self, run_id: str, framework: str) -> str:
        return self._client.run(run_id).code(framework)


class Here:
    """This machine: a database, and processes that compute into it.

    Parameters
    ----------
    database : str
        SQLAlchemy URL; made if it is not there.
    limits : Limits
    processes : int
        How many runs at once.
    """

    def __init__(self, database: str, limits: Limits, processes: int) -> None:
        self._database, self._limits, self._processes = database, limits, processes
        self._store = Store(database)
        migrate(self._store)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def submit(self, asked: dict[str, Any]) -> str:
        planned = plan(asked, self._limits)
        found, _ = submit(self._store, planned, asked, client=CLUSTER, priority=INTERACTIVE)
        return found

    def watch(self, experiment_id: str) -> Iterator[dict[str, Any]]:
        """Compute what is not over, and yield the progress now and then."""
        body = self.describe(experiment_id)
        waiting = [run["id"] for run in body["runs"] if run["state"] in UNFINISHED]
        # Read by the workers, which are new processes: one thread of BLAS each, as in a server.
        os.environ |= {
            "VGL_DATABASE": self._database,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
        }
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            max(1, min(self._processes, len(waiting))), context, initializer=_prepare
        )
        try:
            pending: set[Future[str]] = {pool.submit(_compute, run_id) for run_id in waiting}
            while pending:
                yield progress(self.describe(experiment_id)["runs"])
                done, pending = wait(pending, LOOK_EVERY)
                for future in done:
                    future.result()  # a log that cannot be written is the end
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
        yield progress(self.describe(experiment_id)["runs"])

    def describe(self, experiment_id: str) -> dict[str, Any]:
        found = experiments.view(self._store, experiment_id)
        if found is None:
            raise _unknown(experiment_id)
        runs = [run_view(run, run.label, None, "") for run in found.runs]
        for run in runs:
            del run["links"]  # there is no server to follow them to
        return {"id": experiment_id, "spec": found.spec, "state": found.state, "runs": runs}

    def rows(self, experiment_id: str) -> list[dict[str, Any]]:
        rows = results(self._store, experiment_id)
        if rows is None:
            raise _unknown(experiment_id)
        return rows

    def csv(self, experiment_id: str) -> str:
        return as_csv(self.rows(experiment_id))

    def frames(self, run_id: str) -> Iterator[str]:
        after = -1
        while page := read_frames(self._store, run_id, after=after, limit=PAGE):
            for seq, body in page:
                yield body
                after = seq

    def archive(self, run_id: str) -> bytes:
        steps = stored_steps(self._store, run_id)
        params = read_weights(self._store, run_id, steps[-1]) if steps else None
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **(params or {}))
        return buffer.getvalue()

    def code(self, run_id: str, framework: str) -> str:
        found = experiments.find_run(self._store, run_id)
        if found is None:
            raise _unknown(run_id)
        return program(RunSpec.from_dict(json.loads(found[0].spec)), framework)


def _unknown(name: str) -> OptionError:
    return OptionError("experiment", f"there is no {name!r} here")


def _prepare() -> None:
    from app import fused

    fused.prepare()


def _compute(run_id: str) -> str:
    from app.runs.worker import execute

    while (outcome := execute(run_id, CLUSTER)) == "superseded":
        time.sleep(LOOK_EVERY)
    return outcome
