"""What a worker process does: compute one run and append its frames to the log.

Loaded by Dask in its own process, with one thread for Python and one for BLAS. It finds the
database in ``VGL_DATABASE``, never in its arguments, which schedulers print when a task fails.
"""

import functools
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from app import fused
from app.core.frames import frame_to_json
from app.core.spec import ENGINE_VERSION, RunSpec
from app.core.trainer import train
from app.runs import log
from app.runs.store import Store, StoreError, reason


def dask_setup(worker: object) -> None:
    """Get the compiled loops ready in the background; Dask calls this when a worker starts."""
    fused.prepare()


def execute(run_id: str) -> str:
    """Compute a run to its end, or until nobody wants it.

    Returns
    -------
    str
        How it ended, for the logs; what counts is in the store.

    Raises
    ------
    StoreError
        If the log cannot be written. It is tried again: nothing is lost.
    """
    try:
        return _execute(run_id)
    except SQLAlchemyError as error:
        # Plain text, because it travels to the server; without parameters, which hold frames.
        raise StoreError(reason(error)) from None


def _execute(run_id: str) -> str:
    store = _store(os.environ["VGL_DATABASE"])
    while True:
        claim = log.claim(store, run_id, {**provenance(), "kernels": fused.best()})
        if claim is None:
            return "not wanted"
        writer = log.RunWriter(store, run_id, claim.seq)
        try:
            _train(run_id, claim, writer)
        except SQLAlchemyError:
            raise
        except fused.KernelsMissingError as error:
            # Frames of other kernels must not be mixed with those an earlier attempt left.
            log.fail(store, run_id, "kernels_missing", str(error))
            return "failed"
        except Exception as error:
            # The fault of this spec, not of the machine: another attempt would end the same way.
            log.fail(store, run_id, "training_error", f"{type(error).__name__}: {error}")
            return "failed"
        if writer.final_state:
            return writer.final_state
        # Asked for again just now: start over; the frames already stored are not written twice.
        if log.confirm_cancelled(store, run_id):
            return "cancelled"


def _train(run_id: str, claim: log.Claim, writer: log.RunWriter) -> None:
    spec = RunSpec.from_dict(claim.spec)
    if writer.cancelled:
        return
    kernels = fused.kernels_for(claim.kernels)
    for frame in train(spec, should_stop=writer.should_stop, kernels=kernels):
        # Frames that an earlier attempt stored are counted, but not encoded again.
        body = frame_to_json(frame, run_id) if frame.seq > claim.seq else ""
        writer.append(frame.seq, frame.step, body, state=frame.state, parameters=frame.weights)
    writer.flush()
    if writer.final_state is None and not writer.cancelled:
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
