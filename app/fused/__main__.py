"""Compile every kernel now and keep it: ``python -m app.fused [--nice]``."""

import contextlib
import os
import sys
import threading
import time

from app.fused import available, warm

if not available():
    sys.exit("Numba is not installed: NumPy computes (pip install -r requirements-fused.txt)")
if "--nice" in sys.argv[1:]:
    with contextlib.suppress(AttributeError, OSError):  # not on Windows
        os.nice(10)
    parent = os.getppid()

    def leave_with_parent() -> None:
        """End when the process that asked is gone: nobody waits for this any more."""
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
begin = time.perf_counter()
warm()
print(f"kernels ready after {time.perf_counter() - begin:.1f} s")
