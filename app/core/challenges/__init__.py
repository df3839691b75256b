"""Challenges: exercises that are graded from the run itself."""

from app.core.challenges.criteria import (
    FINAL,
    Challenge,
    Criterion,
    Value,
    Verdict,
    grade,
    quantities,
)
from app.core.challenges.exercises import CHALLENGES

__all__ = [
    "CHALLENGES",
    "FINAL",
    "Challenge",
    "Criterion",
    "Value",
    "Verdict",
    "grade",
    "quantities",
]
