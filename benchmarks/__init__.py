"""Measurements of speed, run by ``make bench``.

One BLAS thread, as a worker has; it has to be said before NumPy is imported, hence here.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
