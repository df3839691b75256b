"""Where compiled code is kept, and how it comes there without disturbing a training."""

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent


@functools.cache
def place() -> Path:
    """Tell Numba to keep compiled code in a folder of this version of this package.

    Numba would notice a changed file, but not a change in a file that it calls. ``NUMBA_CACHE_DIR``
    says where the folder is made; otherwise it is the user's cache, or a temporary folder.

    Raises
    ------
    OSError
        If none of these places can be written to.
    """
    import numba

    # Numba finds compiled code by the path of its source: what was compiled for a copy of this
    # package in another place would not be found, and every worker would compile on its own.
    source = hashlib.sha256(str(HERE).encode())
    for path in sorted(HERE.glob("*.py")):
        source.update(path.read_bytes())
    folder = f"vanishing-gradient-lab-{source.hexdigest()[:12]}"
    asked_for = [os.environ.get(name, "") for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")]
    for base in filter(None, [*asked_for, "~/.cache", tempfile.gettempdir()]):
        path = Path(base).expanduser() / folder
        with contextlib.suppress(OSError, RuntimeError):
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                numba.config.CACHE_DIR = str(path)
            return path
    raise OSError("no folder for compiled kernels can be written to; set NUMBA_CACHE_DIR")


def _complete() -> Path:
    """Name the file whose presence says that everything is compiled for this processor."""
    from llvmlite import binding

    return place() / f"complete-{binding.get_host_cpu_name()}"


def is_complete() -> bool:
    """Tell whether everything is compiled."""
    return _complete().exists()


def mark_complete() -> None:
    """Remember that everything is compiled."""
    _complete().touch()


def compile_apart() -> None:
    """Compile what is missing in a process of its own and of low priority, and wait for it.

    Within this process the compiler would hold Python's lock for half a minute. Of several
    processes that ask at once, one compiles and the others wait.
    """
    if is_complete():
        return
    with _alone(place() / "lock"):
        if not is_complete():
            paths = [str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]
            subprocess.run(
                [sys.executable, "-m", "app.fused", "--nice"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes, where the system has one."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the file, also if this process is killed
        yield
