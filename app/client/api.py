"""The connection to one server: requests that wait out a restart, and errors with their fields."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from .errors import ProblemError
from .events import PASSING, Patience
from .resources import Experiment, Run

PREFIX = "/api/v1"


class Client:
    """A server of the Vanishing Gradient Lab.

    Every call may be repeated without harm (an experiment asked for twice is the same one), so a
    server that is being restarted, or asks for a pause, is waited for.

    Parameters
    ----------
    url : str
        Where the server is, with its path prefix if it has one: ``http://127.0.0.1:8000``.
    timeout : float
        Seconds that one answer may take.
    patience : float
        Seconds for which to try again when the server does not answer; 0: never.
    holder : str
        A name of 8 to 32 letters, digits, ``-`` or ``_``, to be told apart from other programs at
        this address: who has one holds an experiment while he follows it, and stops it for himself
        alone. Without one all programs of an address are one, and hold while it trains.
    silence : float
        Seconds without a byte after which an event stream is opened anew; the server sends
        something every 15 s.
    transport : httpx.BaseTransport, optional
        What carries requests, for tests.

    Raises
    ------
    ValueError
        If ``url`` is not ``http://…`` or ``https://…``.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        timeout: float = 30.0,
        patience: float = 60.0,
        holder: str = "",
        silence: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = _checked(url)
        self._patience = patience
        self.holding = {"holder": holder} if holder else {}
        self._for_streams = httpx.Timeout(timeout, read=silence)
        self._http = httpx.Client(base_url=self.url, timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ------------------------------------------------------------------ experiments

    def submit(self, asked: object) -> Experiment:
        """Ask for an experiment.

        Parameters
        ----------
        asked : mapping, spec, or sequence of these
            An experiment as the API takes it (``{"base": …, "vary": …}`` or ``{"runs": […]}``);
            or one spec, or several: mappings, or dataclasses such as ``app.core.spec.RunSpec``.

        Raises
        ------
        ProblemError
            If it is refused; ``errors`` names each field, what is wrong, and the limit.
        """
        body = as_experiment(asked)
        return Experiment(self, self.json("POST", "/experiments", body=body, query=self.holding))

    def experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment by its id."""
        return Experiment(self, self.json("GET", f"/experiments/{experiment_id}"))

    def experiments(self) -> Iterator[dict[str, Any]]:
        """Yield a summary of every experiment, newest first, as many pages as it takes."""
        page = self.json("GET", "/experiments", query={"limit": 100})
        yield from page["experiments"]
        while page["next"]:
            # Its query only: behind a proxy, the server may know itself by another path.
            cursor = httpx.URL(page["next"]).params["cursor"]
            page = self.json("GET", "/experiments", query={"limit": 100, "cursor": cursor})
            yield from page["experiments"]

    def run(self, run_id: str) -> Run:
        """Return a run by its id."""
        return Run(self, self.json("GET", f"/runs/{run_id}"))

    # ------------------------------------------------------------------ without training

    def catalogue(self) -> dict[str, Any]:
        """Return every task, cell, option with its range, preset and limit."""
        return self.json("GET", "/catalogue")

    def preset(self, preset_id: str) -> dict[str, Any]:
        """Return the experiment of a preset, ready for :meth:`submit`.

        Raises
        ------
        KeyError
            If there is no such preset.
        """
        found = {preset["id"]: preset["experiment"] for preset in self.catalogue()["presets"]}
        experiment: dict[str, Any] = found[preset_id]
        return experiment

    def probe(self, spec: object, **interventions: Any) -> dict[str, Any]:
        """Measure an untrained network, after a change to it: ``clamp_forget=0.9``.

        Returns
        -------
        dict
            A frame, with ``transport`` and ``lyapunov``.
        """
        body = {"spec": as_spec(spec), "interventions": interventions}
        return self.json("POST", "/probe", body=body)

    # ------------------------------------------------------------------ requests

    def json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Return the JSON of an answer; ``path`` begins below ``/api/v1``."""
        answer: dict[str, Any] = self.request(method, path, **request).json()
        return answer

    def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> httpx.Response:
        """Return an answer that is not an error, however many attempts it takes."""
        patience = Patience(self._patience)
        while True:
            at_least = 0.0
            try:
                answer = self._http.request(
                    method, PREFIX + path, json=body, params=query, headers={"Accept": accept}
                )
                _raise_for(answer)
                return answer
            except httpx.TransportError as lost:
                error: Exception = lost
            except ProblemError as refused:
                if refused.status not in PASSING:
                    raise
                error, at_least = refused, refused.wait
            patience.wait(error, at_least)

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        accept: str,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[httpx.Response]:
        """Open an answer that is read as it arrives; one attempt."""
        with self._http.stream(
            "GET",
            PREFIX + path,
            params=query,
            headers={"Accept": accept, **(headers or {})},
            timeout=self._for_streams,
        ) as answer:
            if answer.is_error:
                answer.read()
            _raise_for(answer)
            yield answer

    def patience(self) -> Patience:
        """Return how long to go on trying, for a stream."""
        return Patience(self._patience)


def _checked(url: str) -> str:
    """Return where the server is, or refuse what no attempt could ever reach.

    Raises
    ------
    ValueError
    """
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is no address of a server: {error}") from None
    if found.scheme not in ("http", "https") or not found.host:
        raise ValueError(f"{url!r} must begin with http:// or https://, as http://127.0.0.1:8000")
    return url.rstrip("/")


def _raise_for(answer: httpx.Response) -> None:
    """Raise the problem that an answer is, whoever on the way answered."""
    if not answer.is_error:
        return
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        body = {}
    pause = answer.headers.get("Retry-After", "")
    raise ProblemError(
        answer.status_code,
        str(body.get("code", "http_error")),
        str(body.get("detail") or f"{answer.status_code} {answer.reason_phrase}"),
        body.get("errors") or (),
        float(pause) if pause.isdigit() else 0.0,
    )


def as_experiment(asked: object) -> dict[str, Any]:
    """Return what ``POST /experiments`` takes."""
    if isinstance(asked, Mapping) and asked.keys() & {"base", "vary", "runs"}:
        return dict(asked)
    specs = asked if isinstance(asked, list | tuple) else [asked]
    return {"runs": [as_spec(spec) for spec in specs]}


def as_spec(spec: object) -> dict[str, Any]:
    """Return a spec as JSON values.

    Raises
    ------
    TypeError
        If it is neither a mapping nor a dataclass.
    """
    if isinstance(spec, Mapping):
        return dict(spec)
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        return dataclasses.asdict(spec)
    raise TypeError(f"a spec is a mapping or a dataclass, not {type(spec).__name__}")
