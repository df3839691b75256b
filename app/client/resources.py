"""An experiment and a run, as objects that fetch what belongs to them."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import httpx

from . import events
from .events import Event

if TYPE_CHECKING:
    from .api import Client

OVER = frozenset({"solved", "finished", "diverged", "cancelled", "failed"})
PAGE = 1000  # frames per answer


class Run:
    """One model trained on one task from one seed, as the server last described it.

    Attributes
    ----------
    id : str
    body : dict
        Everything that ``GET /runs/{id}`` says.
    """

    def __init__(self, client: "Client", body: dict[str, Any]) -> None:
        self._client, self.body = client, body
        self.id: str = body["id"]

    def __repr__(self) -> str:
        return f"<Run {self.id} {self.label!r} {self.state}>"

    @property
    def spec(self) -> dict[str, Any]:
        """The complete spec, defaults written out."""
        spec: dict[str, Any] = self.body["spec"]
        return spec

    @property
    def label(self) -> str:
        """Its short name among the runs of its experiment."""
        return str(self.body["label"])

    @property
    def state(self) -> str:
        """``queued running solved finished diverged cancelled failed``."""
        return str(self.body["state"])

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.state in OVER

    def refresh(self) -> "Run":
        """Ask the server again, and return this run."""
        self.body = {**self._client.json("GET", f"/runs/{self.id}"), "label": self.label}
        return self

    def frames(self, after: int = -1, every: int = 1) -> Iterator[dict[str, Any]]:
        """Yield the frames that are stored now.

        Parameters
        ----------
        after : int
            Only frames with a larger ``seq``.
        every : int
            Only frames whose ``seq`` is a multiple of it.
        """
        position: int | None = after
        while position is not None:
            query = {"after": position, "every": every, "limit": PAGE}
            page = self._client.json("GET", f"/runs/{self.id}/frames", query=query)
            yield from page["frames"]
            position = page["next"]

    def archive(self, step: int | None = None, framework: str | None = None) -> bytes:
        """Return stored weights as the bytes of an ``.npz`` file.

        Parameters
        ----------
        step : int, optional
            The training step; the last one stored by default. 0: untrained.
        framework : str, optional
            ``"pytorch"`` or ``"keras"``: that library's names and layout.
        """
        asked = {"step": step, "framework": framework}
        query = {name: value for name, value in asked.items() if value is not None}
        path = f"/runs/{self.id}/weights"
        return self._client.request("GET", path, query=query, accept="*/*").content

    def weights(self, step: int | None = None, framework: str | None = None) -> dict[str, Any]:
        """Return stored weights as NumPy arrays by name; needs NumPy."""
        import numpy as np

        with np.load(io.BytesIO(self.archive(step, framework)), allow_pickle=False) as found:
            return dict(found)

    def code(self, framework: str = "pytorch") -> str:
        """Return a program that builds and trains the same model in ``pytorch`` or ``keras``."""
        query = {"framework": framework}
        return self._client.request("GET", f"/runs/{self.id}/code", query=query, accept="*/*").text


class Experiment:
    """Runs that were asked for together, as the server last described them.

    Attributes
    ----------
    id : str
    body : dict
        Everything that ``GET /experiments/{id}`` says.
    runs : list of Run
        In the order of the experiment.
    """

    def __init__(self, client: "Client", body: dict[str, Any]) -> None:
        self._client = client
        self.id: str = body["id"]
        self._take(body)

    def __repr__(self) -> str:
        return f"<Experiment {self.id} {self.state}, {len(self.runs)} runs>"

    def _take(self, body: dict[str, Any]) -> None:
        self.body = body
        self.runs = [Run(self._client, run) for run in body["runs"]]

    @property
    def state(self) -> str:
        """``queued running done cancelled``."""
        return str(self.body["state"])

    def refresh(self) -> "Experiment":
        """Ask the server again, and return this experiment."""
        self._take(self._client.json("GET", f"/experiments/{self.id}"))
        return self

    def stop(self) -> "Experiment":
        """Stop what only this experiment wants, and return it."""
        path = f"/experiments/{self.id}"
        self._take(self._client.json("DELETE", path, query=self._client.holding))
        return self

    def follow(self, after: str = "", runs: Sequence[str | Run] | None = None) -> Iterator[Event]:
        """Yield what happens until every run is over, across lost connections and restarts.

        Parameters
        ----------
        after : str
            The ``id`` of an event: continue behind it.
        runs : sequence, optional
            Whose frames to send; all by default, and none in a grid of more runs than
            ``limits.live_runs`` in the catalogue. ``[]``: states only.
        """
        query = dict(self._client.holding)
        if runs is not None:
            ids = (run.id if isinstance(run, Run) else run for run in runs)
            query["frames"] = ",".join(ids)

        def connect(position: str) -> AbstractContextManager[httpx.Response]:
            return self._client.stream(
                f"/experiments/{self.id}/events",
                accept="text/event-stream",  # exactly this: some proxies hold back all else
                query=query,
                headers={"Last-Event-ID": position} if position else {},
            )

        return events.follow(connect, self._client.patience(), after)

    def frames(self, runs: Sequence[str | Run] | None = None) -> Iterator[dict[str, Any]]:
        """Yield every frame as it is computed, each once, whatever happens on the way.

        Frames that the stream leaves out for a slow reader are fetched from the log, and those
        that it repeats are dropped.
        """
        last: dict[str, int] = {}
        for event in self.follow(runs=runs):
            if event.name == "frame":
                found = [event.data]
            elif event.name == "skip":
                found = [frame for gap in event.data for frame in self._gap(gap)]
            else:
                continue
            for frame in found:
                if frame["seq"] > last.get(frame["run"], -1):
                    last[frame["run"]] = frame["seq"]
                    yield frame

    def _gap(self, gap: dict[str, Any]) -> Iterator[dict[str, Any]]:
        after, last = gap["from"] - 1, gap["to"] - 1
        while after < last:
            query = {"after": after, "limit": min(PAGE, last - after)}
            page = self._client.json("GET", f"/runs/{gap['run']}/frames", query=query)
            if not page["frames"]:
                return  # deleted in the meantime
            yield from page["frames"]
            after = page["frames"][-1]["seq"]

    def wait(self) -> "Experiment":
        """Wait until every run is over, and return this experiment as it is then."""
        for _ in self.follow(runs=[]):
            pass
        return self.refresh()

    def results(self) -> list[dict[str, Any]]:
        """Return one row per run: what came out, and the fields of its spec by dotted path."""
        rows = self._client.json("GET", f"/experiments/{self.id}/results")["results"]
        return [{**row, **row.pop("spec")} for row in rows]

    def table(self) -> Any:
        """Return the results as a pandas ``DataFrame``; needs pandas."""
        import pandas as pd

        return pd.DataFrame(self.results())

    def csv(self) -> str:
        """Return the results as CSV text, as the server writes it."""
        path = f"/experiments/{self.id}/results"
        return self._client.request("GET", path, accept="text/csv").text

    def to_json(self) -> str:
        """Return the experiment and its results as JSON text, to be kept with a report."""
        return json.dumps({**self.body, "results": self.results()}, indent=1)
