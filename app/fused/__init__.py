"""An optional, faster equal of the cells' loops over time, compiled by Numba.

NumPy is the reference: it is what the lesson shows, and it always works. Where Numba is installed
(``requirements-fused.txt``), the same numbers come several times faster. Compiling takes half a
minute, once per machine and version; loading what was compiled takes half a second. So::

    app.fused.prepare()              # when a process starts: returns at once
    name = app.fused.best()          # when a run begins: "fused" if ready, else "numpy"
    train(spec, kernels=app.fused.kernels_for(name))

A run keeps the name it began with, also when it is started again elsewhere: results differ in the
last digits, training magnifies that, and the frames of two kernels must not be mixed.
"""

import contextlib
import importlib.util
import threading
from collections.abc import Iterable

import numpy as np

from app.core.cells import CELLS
from app.core.kernels import PLAIN, Kernels
from app.core.spec import RunSpec
from app.core.tasks.base import Batch
from app.core.trainer import network_of

NAMES = ("numpy", "fused")

_ready = threading.Event()
_failed = threading.Event()
_lock = threading.Lock()
_preparing: threading.Thread | None = None


class KernelsMissingError(RuntimeError):
    """A run was begun with kernels that this machine does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"kernels {name!r} are not available here")
        self.name = name


def available() -> bool:
    """Tell whether the fused kernels can be used here, at once or after compiling."""
    return not _failed.is_set() and importlib.util.find_spec("numba") is not None


def kernels_for(name: str) -> Kernels:
    """Return the kernels of a name; ``fused`` compiles what it lacks when it is first called.

    Raises
    ------
    KernelsMissingError
        If they cannot be used here.
    """
    if name == PLAIN.name:
        return PLAIN
    if name not in NAMES or not available():
        raise KernelsMissingError(name)
    from app.fused.cache import place

    place()
    from app.fused.kernels import Fused

    return Fused()


def loads_soon() -> bool:
    """Tell whether the fused kernels are being loaded, and nothing is left to compile."""
    from app.fused.cache import is_complete

    with contextlib.suppress(Exception):  # a folder that cannot be written, a broken compiler
        return _preparing is not None and not _failed.is_set() and is_complete()
    return False


def best(wait: float = 0.0) -> str:
    """Return the name of the fastest kernels that are ready.

    Parameters
    ----------
    wait : float
        Seconds to wait for kernels that are being prepared.
    """
    if _preparing is not None and not _failed.is_set():
        _ready.wait(wait)
    return "fused" if _ready.is_set() and available() else "numpy"


def prepare() -> None:
    """Compile or load the kernels of every cell and number format in the background."""
    global _preparing
    with _lock:
        if _preparing is None and available():
            _preparing = threading.Thread(target=_prepare, name="fused-kernels", daemon=True)
            _preparing.start()


def _prepare() -> None:
    from app.fused.cache import compile_apart

    try:
        compile_apart()
        warm()
    except Exception:  # whatever is wrong with a compiler or a cache: NumPy always works
        _failed.set()


def warm(cells: Iterable[str] = CELLS, dtypes: Iterable[str] = ("float64", "float32")) -> None:
    """Compile or load the kernels of some cells and number formats, by using them once."""
    cells, dtypes = tuple(cells), tuple(dtypes)
    kernels = kernels_for("fused")
    for dtype in dtypes:
        for cell in cells:
            body = {"model": {"cell": cell, "hidden_size": 2}, "task": {"length": 2}}
            network = network_of(RunSpec.from_dict(body), kernels)
            rng = np.random.default_rng(0)
            params = {name: w.astype(dtype) for name, w in network.init_params(rng).items()}
            batch = Batch(np.ones((2, 1, 2), dtype), np.ones((1, 1), dtype))
            network.forward_backward(params, batch)
    if set(cells) >= set(CELLS) and set(dtypes) >= {"float64", "float32"}:
        from app.fused.cache import mark_complete

        mark_complete()
        _ready.set()
