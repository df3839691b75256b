"""A run that ends its worker process, as one that asks for too much memory would."""

import os
import signal


def execute(run_id: str) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return run_id
