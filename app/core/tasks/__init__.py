"""Synthetic tasks with long dependencies; one file per task, with its published definition."""

from app.core.tasks.adding import Adding
from app.core.tasks.base import Batch, Task
from app.core.tasks.copy import Copy
from app.core.tasks.recall import Recall
from app.core.tasks.temporal_order import TemporalOrder

TASKS: dict[str, type[Task]] = {task.name: task for task in (Adding, Recall, TemporalOrder, Copy)}

__all__ = ["TASKS", "Batch", "Task"]
