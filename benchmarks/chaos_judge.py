"""What clients saw and what the server stored, held against undisturbed runs."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from app import fused
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from benchmarks.chaos_client import Seen
from benchmarks.chaos_server import Lab


def undisturbed(spec: dict[str, Any], kernels: str) -> tuple[list[str], str]:
    """Return the frames of a run as the log has them, and how the run ends."""
    found = RunSpec.from_dict(spec)
    frames = list(train(found, kernels=fused.kernels_for(kernels)))
    return [frame_to_json(frame, found.run_id) for frame in frames], frames[-1].state


class Judge:
    """Compares what was seen and what is stored with undisturbed runs."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._runs: dict[str, Any] = {}
        self._wanted: dict[str, tuple[list[str], str]] = {}
        self.counts: Counter[str] = Counter()
        self.findings: list[str] = []

    def compute(self, seen: Sequence[Seen]) -> None:
        """Train every run once, as if nothing had happened."""
        ids = {run["id"] for each in seen for run in each.experiment["runs"]}
        self._runs = {run: self._lab.get(f"/api/v1/runs/{run}") for run in sorted(ids)}
        over = [run for run, told in self._runs.items() if told["provenance"]]
        # New processes: a fork of one with threads may wait for ever.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            specs = [self._runs[run]["spec"] for run in over]
            names = [self._runs[run]["provenance"]["kernels"] for run in over]
            self.counts.update(f"runs with {name} kernels" for name in names)
            self._wanted = dict(zip(over, pool.map(undisturbed, specs, names), strict=True))

    def judge_log(self) -> None:
        """Check every frame that the server has stored."""
        for run, told in self._runs.items():
            self.counts["runs"] += 1
            self.counts["attempts"] += told["attempts"]
            if run not in self._wanted:
                self.counts["runs never begun"] += 1
                continue
            wanted, state = self._wanted[run]
            is_over = told["state"] not in ("queued", "running")
            self.counts["runs before their end"] += not is_over
            if is_over and told["state"] != state:
                self._find(f"run {run} is {told['state']} ({told['error']}), not {state}")
            after, stored = -1, []
            while page := self._lab.get(f"/api/v1/runs/{run}/frames?after={after}")["frames"]:
                stored += page
                after = page[-1]["seq"]
            self.counts["stored frames compared"] += len(stored)
            expected = [json.loads(line) for line in wanted]
            if stored != (expected if is_over else expected[: len(stored)]):
                self._find(f"the log of run {run} differs")

    def judge(self, seen: Seen) -> None:
        """Check everything that one viewer was sent of one experiment."""
        self.counts["streams"] += 1
        self.counts["connections"] += seen.connections
        self.counts["told to start over"] += seen.resets
        self.counts["told of a skip"] += seen.skips
        where = f"stream of {seen.experiment['id']}"
        if not seen.ended:
            self.counts["streams before their end"] += 1
        for run in seen.experiment["runs"]:
            wanted, state = self._wanted.get(run["id"], ([], ""))
            frames = seen.frames.get(run["id"], [])
            for place, (seq, line) in enumerate(frames):
                self.counts["frames compared"] += 1
                if seq != place:
                    what = "repeat" if seq in {s for s, _ in frames[:place]} else "gap"
                    if not seen.skips or what == "repeat":
                        self._find(f"{where}: {what} at frame {seq} of {run['id']}")
                        break
                if line != wanted[seq : seq + 1][0]:
                    self._find(f"{where}: frame {seq} of {run['id']} differs")
                    break
            if seen.ended and not seen.skips and len(frames) != len(wanted):
                self._find(f"{where}: {len(frames)} frames of {len(wanted)} of {run['id']}")
            if seen.ended and seen.states.get(run["id"]) != state:
                self._find(f"{where}: {run['id']} told as {seen.states.get(run['id'])}")

    def _find(self, finding: str) -> None:
        self.counts["findings"] += 1
        self.findings.append(finding)
