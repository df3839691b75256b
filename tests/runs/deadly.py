"""Runs of one seed end their worker process, as one that asks for too much memory would."""

import os
import signal

from app.runs import log, worker
from app.runs.store import Store

SEED = 666


def execute(run_id: str, cluster: str) -> str:
    store = Store(os.environ["VGL_DATABASE"])
    claim = log.claim(store, run_id, {"kernels": "numpy"}, cluster)
    store.close()
    if claim and claim.spec["seed"] == SEED:
        os.kill(os.getpid(), signal.SIGKILL)
    return worker.execute(run_id, cluster)
