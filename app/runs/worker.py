"""What a worker process does: compute one run and append its frames to the log.

Loaded by Dask in its own process, with one thread for Python and one for BLAS. It finds the
database in ``VGL_DATABASE``, never in its arguments, which schedulers print when a task fails.
"""

import functools
import logging
import os
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from app import fused, logs
from app.core.spec import ENGINE_VERSION, RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs import log
from app.runs.store import Store, StoreError, reason

_log = logging.getLogger(__name__)

# A worker that was just started in the place of a dead one would begin a run with other kernels
# than its neighbours, and the last digits of its numbers would differ from theirs.
KERNELS_LOAD_WITHIN = 5.0


def dask_setup(worker: object) -> None:
    """Log as the server does and get the compiled loops ready; Dask calls this at the start."""
    logs.configure(os.environ.get("VGL_LOG_LEVEL", "info"))
    fused.prepare()


def execute(run_id: str, cluster: str = "") -> str:
    """Compute a run to its end, or until nobody wants it.

    Parameters
    ----------
    run_id : str
    cluster : str
        On behalf of whom: one cluster at a time computes a run.

    Returns
    -------
    str
        How it ended, for the logs; what counts is in the store.

    Raises
    ------
    StoreError
        If the log cannot be written. It is tried again: nothing is lost.
    """
    began = time.monotonic()
    with logs.about(run=run_id):
        try:
            outcome = _execute(run_id, cluster)
        except SQLAlchemyError as error:
            _log.error("the log of a run cannot be written", extra={"error": reason(error)})
            # Plain text, because it travels to the server; without parameters, which hold frames.
            raise StoreError(reason(error)) from None
        seconds = round(time.monotonic() - began, 3)
        _log.info("a run has ended", extra={"outcome": outcome, "seconds": seconds})
        return outcome


def _execute(run_id: str, cluster: str) -> str:
    store = _store(os.environ["VGL_DATABASE"])

    def claim_it() -> log.Claim | None:
        wait = KERNELS_LOAD_WITHIN if fused.loads_soon() else 0.0
        versions = {**provenance(), "kernels": fused.best(wait)}
        return log.claim(store, run_id, versions, cluster)

    while True:
        claim = store.patiently(claim_it)
        if claim is None:
            return "not wanted"
        writer = log.RunWriter(store, run_id, claim)
        try:
            with log.signs_of_life(store, run_id, claim.attempt):
                _train(run_id, claim, writer)
        except SQLAlchemyError:
            raise
        except fused.KernelsMissingError as error:
            # Frames of other kernels must not be mixed with those an earlier attempt left.
            log.fail(store, run_id, "kernels_missing", str(error))
            return "failed"
        except Exception as error:
            # The fault of this spec, not of the machine: another attempt would end the same way.
            _log.exception("training has failed")
            log.fail(store, run_id, "training_error", f"{type(error).__name__}: {error}")
            return "failed"
        if writer.final_state:
            return writer.final_state
        if writer.superseded:
            return "superseded"
        # Asked for again just now: start over; the frames already stored are not written twice.
        if log.confirm_cancelled(store, run_id):
            return "cancelled"


def _train(run_id: str, claim: log.Claim, writer: log.RunWriter) -> None:
    spec = RunSpec.from_dict(claim.spec)
    if writer.should_stop():
        return
    kernels = fused.kernels_for(claim.kernels)
    for frame in train(spec, should_stop=writer.should_stop, kernels=kernels):
        # Frames that an earlier attempt stored are counted, but not encoded again.
        body = frame_to_json(frame, run_id) if frame.seq > claim.seq else ""
        writer.append(frame.seq, frame.step, body, state=frame.state, parameters=frame.weights)
    writer.flush()
    if writer.final_state is None and not writer.should_stop():
        raise RuntimeError("training ended without a last frame")


@functools.cache
def _store(url: str) -> Store:
    """Return the connection of this process; it stays open from run to run."""
    return Store(url)


@functools.cache
def provenance() -> dict[str, Any]:
    """Describe what computes here: numbers may differ in the last bits between two of these."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "engine": ENGINE_VERSION,
        "numpy": np.__version__,
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "cpu": _cpu(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
