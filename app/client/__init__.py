"""A Python client of the REST API: ask for an experiment, follow it, take its numbers along.

>>> from app.client import Client
>>> with Client("http://127.0.0.1:8000") as lab:                            # doctest: +SKIP
...     experiment = lab.submit({"base": {"task": {"length": 50}}, "vary": {"seed": [0, 1]}})
...     for frame in experiment.frames():
...         print(frame["run"], frame["step"], frame["retention_h"])
...     rows = experiment.results()

It needs httpx and nothing else of this project: the folder may be copied into another one.
"""

from .api import Client
from .errors import ClientError, ConnectionLostError, ProblemError
from .events import Event
from .resources import Experiment, Run

__all__ = [
    "Client",
    "ClientError",
    "ConnectionLostError",
    "Event",
    "Experiment",
    "ProblemError",
    "Run",
]
