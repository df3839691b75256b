"""Synthetic tasks with long dependencies; one file per task, with its published definition."""

from app.core.tasks.adding import Adding
from app.core.tasks.adding_hs97 import AddingHS97
from app.core.tasks.base import Batch, Task
from app.core.tasks.copy import Copy
from app.core.tasks.multiplication import Multiplication
from app.core.tasks.parity import Parity
from app.core.tasks.reber import EmbeddedReber
from app.core.tasks.recall import Recall
from app.core.tasks.sales import Sales
from app.core.tasks.sentiment import Sentiment
from app.core.tasks.temporal_order import TemporalOrder
from app.core.tasks.temporal_order_3 import TemporalOrder3

_ALL: tuple[type[Task], ...] = (
    Adding,
    Recall,
    TemporalOrder,
    Copy,
    AddingHS97,
    TemporalOrder3,
    Multiplication,
    EmbeddedReber,
    Parity,
    Sales,
    Sentiment,
)
TASKS: dict[str, type[Task]] = {str(task.name): task for task in _ALL}

__all__ = ["TASKS", "Batch", "Task"]
