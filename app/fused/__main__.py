"""Compile every kernel now and keep it: ``python -m app.fused [--nice]``."""

import contextlib
import os
import sys
import time

from app.fused import available, warm

if not available():
    sys.exit("Numba is not installed: NumPy computes (pip install -r requirements-fused.txt)")
if "--nice" in sys.argv[1:]:
    with contextlib.suppress(AttributeError, OSError):  # not on Windows
        os.nice(10)
begin = time.perf_counter()
warm()
print(f"kernels ready after {time.perf_counter() - begin:.1f} s")
