"""Perform the Dockerfile's steps without a Docker engine, and prove that the result works.

    python scripts/rehearse_image.py [--keep]

The Dockerfile itself is read, so the rehearsal cannot drift from it: the same COPY through the
same .dockerignore, the same RUN in a clean environment, the same ENV, USER, HEALTHCHECK and CMD.
Absolute paths of the image (/opt/venv, /srv/vgl, /data, /build) become folders under one
temporary root; this machine's Python stands for the base image, and `useradd` is left out.
Then the tree is made read-only, the server is started in it (as the image's user, when root),
trains one small experiment, and has to end within five seconds of SIGTERM with a stream open.
"""

import argparse
import fnmatch
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Folders the Dockerfile makes; nothing else of the machine is written to.
IMAGE_FOLDERS = ("/opt/venv", "/srv/vgl", "/data", "/build")
EXPERIMENT = {
    "base": {
        "task": {"name": "adding", "length": 20},
        "model": {"cell": "lstm", "hidden_size": 8},
        "training": {"steps": 20},
    }
}


@dataclass
class Image:
    """One stage: a folder that plays the root of its file system, and what the stage declared."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: int | None = None
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def real(self, text: str) -> str:
        """Text with the image's folders replaced by the real ones."""
        pattern = "|".join(re.escape(folder) for folder in IMAGE_FOLDERS)
        return re.sub(rf"(?<![\w.])({pattern})(?![\w-])", lambda m: f"{self.root}{m[1]}", text)

    def path(self, name: str) -> Path:
        """A path in the image, absolute or under WORKDIR, as a real path."""
        return self.root / os.path.join(self.workdir, name).lstrip("/")

    def run_environment(self) -> dict[str, str]:
        """A clean environment: what the base image has, then ENV; pip's mirrors pass through."""
        passed = {
            k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_")) or k == "LANG"
        }
        start = {"PATH": f"{self.root}/base/bin:/usr/bin:/bin", "HOME": str(self.root)}
        for name, value in self.environment.items():
            start[name] = self.real(value.replace("$PATH", start["PATH"]))
        return {**passed, **start}


def base_python(root: Path) -> None:
    """Put a ``python`` with pip into root/base: it stands for the base image's.

    It is the interpreter of this script, unless that lies in a private folder (pyenv under
    /root) where the image's user could not start it: then the system's.
    """
    own = Path(sys.base_prefix) / "bin" / "python3"
    public = all(folder.stat().st_mode & 0o001 for folder in own.parents)
    python = own if public or os.geteuid() != 0 else Path("/usr/bin/python3")
    subprocess.run([python, "-m", "venv", root / "base"], check=True)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """(INSTRUCTION, arguments) with comments dropped and continued lines joined."""
    lines = [
        line
        for line in dockerfile.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split(None, 1)[0].upper(), line.split(None, 1)[1]) for line in joined.split("\n")]


def ignored(path: str, rules: list[str]) -> bool:
    """Does .dockerignore keep `path`, or a folder above it, out? The last rule wins."""
    parts = path.split("/")
    result = False
    for rule in rules:
        pattern = rule.lstrip("!").rstrip("/")
        prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        candidates = parts if pattern.startswith("**/") else prefixes
        if any(fnmatch.fnmatchcase(c, pattern.removeprefix("**/")) for c in candidates):
            result = not rule.startswith("!")
    return result


def copy(sources: list[str], target: Path, from_root: Path, rules: list[str]) -> None:
    """COPY: files into the target, the *content* of folders into the target."""
    for source in sources:
        start = from_root / source.strip("/")
        if not start.exists():
            raise SystemExit(f"COPY {source}: not there")
        files = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in files:
            if file.is_dir() or ignored(file.relative_to(from_root).as_posix(), rules):
                continue
            goal = target / (file.name if start.is_file() else file.relative_to(start))
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, goal, follow_symlinks=False)


def build(root: Path) -> Image:
    """Follow the Dockerfile and return its last stage."""
    rules = [
        line.strip()
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    base_python(root)
    # All stages share one root: a virtual environment does not survive a change of its path.
    image = Image(root)
    for name, arguments in instructions(ROOT / "Dockerfile"):
        print(f"  {name} {arguments[:100]}", flush=True)
        if name == "FROM":
            image = Image(root)
        elif name == "ENV":
            image.environment |= dict(word.split("=", 1) for word in shlex.split(arguments))
        elif name == "WORKDIR":
            image.workdir = arguments
            image.path(".").mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            words = arguments.split()
            if words[0].startswith("--from="):
                continue  # same root: already in its place
            copy(words[:-1], image.path(words[-1]), ROOT, rules)
        elif name == "RUN":
            # Accounts of this machine are not ours to change, and only root may give files away.
            skipped = ("groupadd ", "useradd ", *(() if os.geteuid() == 0 else ("chown ",)))
            steps = [s for s in arguments.split(" && ") if not s.startswith(skipped)]
            subprocess.run(
                ["/bin/sh", "-euc", image.real(" && ".join(steps) or "true")],
                env=image.run_environment(),
                cwd=image.path("."),
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        elif name == "USER":
            image.user = int(arguments.split(":")[0])
        elif name == "VOLUME":
            image.volumes += arguments.split()
        elif name == "CMD":
            image.command = json.loads(arguments)
        elif name == "HEALTHCHECK":
            image.healthcheck = json.loads(arguments.split("CMD", 1)[1])
        elif name not in {"EXPOSE", "LABEL"}:
            raise SystemExit(f"{name}: this rehearsal does not know how to perform it")
    return image


def read_only(image: Image) -> None:
    """Take the write permission from everything but the volumes."""
    volumes = [image.path(v) for v in image.volumes]
    for path in [image.root, *image.root.rglob("*")]:
        if not path.is_symlink() and not any(path == v or v in path.parents for v in volumes):
            path.chmod(path.stat().st_mode & ~0o222 | (0o555 if path.is_dir() else 0o444))


def listing(image: Image) -> dict[str, int]:
    """Every file outside the volumes with its time of change."""
    volumes = [image.path(v) for v in image.volumes]
    return {
        str(path): path.lstat().st_mtime_ns
        for path in image.root.rglob("*")
        if not any(path == v or v in path.parents for v in volumes)
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(port: int, method: str, path: str, body: object = None) -> tuple[int, dict]:
    """One JSON request; status 0 while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        content = json.dumps(body) if body is not None else None
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    except (OSError, ValueError):
        return 0, {}
    finally:
        connection.close()


def wait_for(what: str, seconds: float, condition: Callable[[], bool]) -> float:
    """Seconds until the condition held."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if condition():
            return time.monotonic() - begin
        time.sleep(0.2)
    raise SystemExit(f"{what}: not within {seconds:g} s")


def open_stream(port: int) -> http.client.HTTPResponse:
    """Start a long experiment and read the first bytes of its events; the caller closes it."""
    long = {"base": {**EXPERIMENT["base"], "training": {"steps": 5000, "stop_when_solved": False}}}
    status, created = call(port, "POST", "/api/v1/experiments", long)
    if status != 201:
        raise SystemExit(f"POST /api/v1/experiments answered {status}: {created}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    path = f"/api/v1/experiments/{created['id']}/events"
    connection.request("GET", path, headers={"Accept": "text/event-stream"})
    stream = connection.getresponse()
    if stream.status != 200 or not stream.read(16):
        raise SystemExit(f"the stream of events answered {stream.status}, or nothing")
    return stream


def try_out(image: Image) -> None:
    """Start CMD read-only and as the image's user, train, ask the health check, stop."""
    port = free_port()
    # Only loopback here, and a port that is free.
    swap = {"0.0.0.0": "127.0.0.1", "8000": str(port)}
    command = [swap.get(word, word) for word in image.command]
    healthcheck = [word.replace("8000", str(port)) for word in image.healthcheck]
    environment = image.run_environment()
    identity = {}
    if os.geteuid() == 0 and image.user is not None:
        identity = {"user": image.user, "group": image.user, "extra_groups": []}
    common = {"env": environment, "cwd": image.path("."), "stdin": subprocess.DEVNULL, **identity}
    program = shutil.which(command[0], path=environment["PATH"])
    before = listing(image)
    log = (image.path("/data") / "server.log").open("w+b")
    process = subprocess.Popen(
        [program, *command[1:]], stdout=log, stderr=subprocess.STDOUT, **common
    )
    try:

        def ready() -> bool:
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            return call(port, "GET", "/readyz")[0] == 200

        seconds = wait_for("readiness", 60, ready)
        print(f"ready after {seconds:.1f} s, as user {image.user if identity else os.geteuid()}")
        subprocess.run(
            [shutil.which(healthcheck[0], path=environment["PATH"]), *healthcheck[1:]],
            check=True,
            timeout=5,
            **common,
        )
        print("the health check passes")
        status, created = call(port, "POST", "/api/v1/experiments", EXPERIMENT)
        if status != 201:
            raise SystemExit(f"POST /api/v1/experiments answered {status}: {created}")
        where = f"/api/v1/experiments/{created['id']}"
        seconds = wait_for(
            "the experiment", 60, lambda: call(port, "GET", where)[1].get("state") == "done"
        )
        states = [run["state"] for run in call(port, "GET", where)[1]["runs"]]
        print(f"one experiment done after {seconds:.1f} s: {', '.join(states)}")
        stream = open_stream(port)
    except BaseException:
        log.seek(0)
        sys.stderr.write(log.read().decode(errors="replace"))
        process.kill()
        raise
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        raise SystemExit("the server did not end on SIGTERM") from None
    stream.close()
    print(f"SIGTERM: ended with code {code} after {time.monotonic() - begin:.1f} s, stream open")
    if code not in (0, -signal.SIGTERM) or time.monotonic() - begin > 5:
        raise SystemExit("a clean end within 5 s was expected")
    after = listing(image)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if changed:
        raise SystemExit(f"written outside the volume: {sorted(changed)[:10]}")
    print("nothing was written outside the volume")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="vgl-image-"))
    try:
        print(f"Building in {root}")
        image = build(root)
        read_only(image)
        root.chmod(0o755)  # mkdtemp made it private; the image's user must pass
        try_out(image)
        print("The image's steps work.")
    finally:
        if options.keep:
            print(f"kept: {root}")
        else:
            for folder, _, _ in os.walk(root):
                os.chmod(folder, 0o755)
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
