"""Every part of a distributed installation is killed in the middle of an experiment.

Each time: nothing lost, nothing twice. A viewer who goes from server to server with the id of the
last event has every frame once, and the log is what an undisturbed run leaves.
"""

import json
import threading
import time

import httpx
import pytest
from distributed import Client

from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from tests.api.sse import read_events
from tests.cluster.conftest import WORKERS, Cluster, kill

pytestmark = pytest.mark.slow

STEPS, EVERY = 300, 3


def lasting(seed):
    """Three runs, one per worker, of some seconds."""
    return {
        "base": {
            "task": {"length": 40},
            "training": {"steps": STEPS, "batch_size": 16, "stop_when_solved": False},
            "seed": seed,
            "frame_every": EVERY,
        },
        "vary": {"model": [{"cell": c, "hidden_size": 24} for c in ("rnn", "lstm", "gru")]},
    }


client = httpx.Client(timeout=30)


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    client.close()


def get(server, link):
    return client.get(server.url + link).json()


class Viewer(threading.Thread):
    """Follows an experiment at one server after the other until it ends."""

    def __init__(self, cluster: Cluster, link: str) -> None:
        super().__init__(daemon=True)
        self.cluster, self.link = cluster, link
        self.frames: dict[str, list[int]] = {}
        self.served_by: list[str] = []
        self.ended = False
        self.start()

    def run(self) -> None:
        last_id, turn, give_up = None, 0, time.monotonic() + 120
        while not self.ended and time.monotonic() < give_up:
            server = self.cluster.webs[turn % len(self.cluster.webs)]
            turn += 1
            try:
                last_id = self._follow(server.url, last_id)
            except httpx.HTTPError:
                time.sleep(0.1)

    def _follow(self, url, last_id):
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        with httpx.stream("GET", url + self.link, headers=headers, timeout=20) as answer:
            if answer.status_code != 200:
                raise httpx.HTTPError("not now")
            self.served_by.append(url)
            try:
                for event in read_events(answer.iter_lines()):
                    last_id = event.id or last_id
                    assert event.name != "reset"
                    if event.name == "frame":
                        self.frames.setdefault(event.value["run"], []).append(event.value["seq"])
                    self.ended = event.name == "end"
            except httpx.HTTPError:
                pass  # cut off: the position is known
        return last_id

    def reached(self, seq, seconds=60):
        """Wait until every run has got so far."""
        deadline = time.monotonic() + seconds
        while len(self.frames) < 3 or any(seqs[-1] < seq for seqs in self.frames.values()):
            assert time.monotonic() < deadline, f"waited too long: {self.frames.keys()}"
            time.sleep(0.02)


def check(cluster, experiment, viewer):
    """Wait for the end: every frame once, for the viewer and in the log; one run as undisturbed."""
    viewer.join(120)
    assert viewer.ended
    server = cluster.webs[0]
    runs = get(server, experiment["links"]["self"])["runs"]
    assert [run["state"] for run in runs] == ["finished"] * 3
    for run in runs:
        everything = list(range(STEPS // EVERY + 1))
        assert viewer.frames[run["id"]] == everything
        stored = get(server, run["links"]["frames"])["frames"]
        assert [frame["seq"] for frame in stored] == everything
        if run["cell"] == "lstm":
            spec = RunSpec.from_dict(run["spec"])
            alone = [json.loads(frame_to_json(frame, spec.run_id)) for frame in train(spec)]
            assert stored == alone
    return runs


def begin(cluster, seed):
    answer = client.post(f"{cluster.webs[0].url}/api/v1/experiments", json=lasting(seed))
    assert answer.status_code == 201, answer.text
    experiment = answer.json()
    viewer = Viewer(cluster, experiment["links"]["events"])
    viewer.reached(3)
    return experiment, viewer


def ready(web):
    answer = client.get(f"{web.url}/readyz")
    return answer.status_code, answer.json().get("detail")


def wait_for_ready(cluster, wanted, seconds=60):
    deadline = time.monotonic() + seconds
    while {status for status, _ in map(ready, cluster.webs)} != {wanted}:
        assert time.monotonic() < deadline, [ready(web) for web in cluster.webs]
        time.sleep(0.1)


def failures_allowed(cluster):
    with Client(cluster.scheduler_address, set_as_default=False) as dask:
        return dask.run_on_scheduler(lambda dask_scheduler: dask_scheduler.allowed_failures)


def test_the_scheduler_is_told_how_many_workers_a_run_may_kill(cluster):
    assert failures_allowed(cluster) == 2  # VGL_MAX_ATTEMPTS is 3: its own would be 3 more deaths


def test_without_a_worker_no_server_is_ready(cluster):
    for worker in cluster.workers:
        kill(worker)
    cluster.workers.clear()
    wait_for_ready(cluster, 503)
    assert ready(cluster.webs[0])[1] == "The engine: no worker is connected"
    assert client.get(f"{cluster.webs[0].url}/api/v1/experiments").status_code == 200
    for _ in range(WORKERS):
        cluster.start_worker()
    wait_for_ready(cluster, 200)


def test_a_worker_is_killed(cluster):
    experiment, viewer = begin(cluster, 1)
    kill(cluster.workers.pop(0))
    cluster.start_worker()
    runs = check(cluster, experiment, viewer)
    assert sorted(run["attempts"] for run in runs) == [1, 1, 2]


def test_the_scheduler_is_killed_and_started_again(cluster):
    experiment, viewer = begin(cluster, 2)
    kill(cluster.scheduler)
    cluster.start_scheduler()
    # A worker without its scheduler ends, but not before its run: it gives way to a new attempt.
    forsaken = cluster.workers[:]
    for _ in range(3):
        cluster.start_worker()
    check(cluster, experiment, viewer)
    assert failures_allowed(cluster) == 2, "the new one knows too"
    for worker in forsaken:
        worker.wait(60)
        cluster.workers.remove(worker)


def test_postgresql_crashes_and_is_started_again(cluster):
    experiment, viewer = begin(cluster, 3)
    cluster.postgres.stop("immediate")
    cluster.postgres.start()
    runs = check(cluster, experiment, viewer)
    assert [run["attempts"] for run in runs] == [1, 1, 1], "the workers kept what they had"


def test_a_server_is_replaced_while_another_goes_on(cluster):
    experiment, viewer = begin(cluster, 4)
    again = client.post(f"{cluster.webs[1].url}/api/v1/experiments", json=lasting(4))
    assert (again.status_code, again.json()["id"]) == (200, experiment["id"])
    first = next(web for web in cluster.webs if web.url == viewer.served_by[0])
    first.stop()
    cluster.webs[cluster.webs.index(first)] = cluster.start_web("three")
    runs = check(cluster, experiment, viewer)
    assert len(set(viewer.served_by)) > 1
    assert [run["attempts"] for run in runs] == [1, 1, 1], "nothing was computed twice"
