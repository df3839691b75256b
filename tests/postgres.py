"""A PostgreSQL of our own: a temporary cluster on a free port, made by the programs of the system.

PostgreSQL refuses to run as root, so as root its processes belong to the user ``postgres``.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "PostgreSQL is missing: apt install postgresql (the server's programs initdb and pg_ctl, "
    "in the PATH or in /usr/lib/postgresql)"
)
# The computer does not lose its power during a test, and there are many small transactions.
OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off "
    "-c shared_buffers=32MB -c max_connections=60"
)


def find_programs() -> Path | None:
    """Folder of ``initdb`` and ``pg_ctl``; the newest version, None if there is none."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3])
    )
    return versions[-1].parent if versions else None


class Postgres:
    """One cluster: databases in a temporary folder, and the process that serves them."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self._programs, self._folder, self.port = programs, folder, port
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._call("initdb", "--auth=trust", "--username=lab", "--encoding=UTF8", "--no-sync",
                   "--locale=C.UTF-8", "--pgdata", self._data)  # fmt: skip

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _call(self, program: str, *arguments: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        if self._user:
            environment["HOME"] = pwd.getpwnam(self._user).pw_dir
        # A file: the server inherits the output, and a pipe would never end.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                user=self._user,
                env=environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=60,
            )
            out.seek(0)
            assert done.returncode == 0, f"{program}: {out.read().decode(errors='replace')}"

    def start(self) -> None:
        options = f"{OPTIONS} -c port={self.port}"
        log = str(self._folder / "log")
        self._call("pg_ctl", "start", "--wait", "-D", self._data, "-l", log, "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """``immediate`` is a crash: connections are cut, and the next start recovers."""
        self._call("pg_ctl", "stop", "--wait", "-D", self._data, "-m", mode)

    def new_database(self) -> str:
        """Make a database; its URL."""
        import psycopg

        name = f"lab_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://lab@127.0.0.1:{self.port}/{name}"

    def _dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=lab dbname={name}"


@contextmanager
def running_postgres(programs: Path, port: int) -> Iterator[Postgres]:
    """A cluster for the length of a ``with`` block."""
    with tempfile.TemporaryDirectory(prefix="vgl-postgres-") as folder:
        found = Postgres(programs, Path(folder), port)
        found.start()
        try:
            yield found
        finally:
            found.stop("immediate")
