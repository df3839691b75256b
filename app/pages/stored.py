"""Runs that the lesson needs, trained in the background when a server is new.

They wait behind everybody who is there in person. Asking for one that is finished replays it at
once, and asking for one that is not yet simply shows it live, so nothing else has to know.
"""

import json
from collections.abc import Mapping
from typing import Any

from app.pages.figures import experiments as of_lesson
from app.runs import queue
from app.runs.asking import submit
from app.runs.plan import Limits, plan
from app.runs.store import Store

CLIENT = "lesson"  # whose turn it is in the queue


def prepare(store: Store, limits: Limits) -> None:
    """Ask for every experiment of the lesson; what is stored already is left as it is."""
    for asked in of_lesson():
        body: Mapping[str, Any] = json.loads(json.dumps(asked))  # tuples become lists
        submit(store, plan(body, limits), dict(body), client=CLIENT, priority=queue.GRID)
