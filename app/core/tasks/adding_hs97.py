"""The adding problem in its first form, with sequences of varying length."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout
from app.core.tasks.marked_pairs import (
    longest,
    marked_pairs,
    processed_correctly,
    share_at_first_pair,
)


@dataclass(frozen=True)
class AddingHS97:
    """Half plus a quarter of the sum of the two marked numbers.

    Pairs of a number from U[-1, 1] and a marker; lengths from U[T, 1.1 T], one per batch; the
    target is 0.5 + (X₁ + X₂)/4.

    Baseline: Var((X₁ + X₂)/4), which is 1/24 but for the sequences whose first pair is marked
    (its value is then 0, which takes 1/10 of the variance of X₁ away). A sequence is right with an
    absolute error below 0.04; the score is the share of right sequences, solved at 99 %.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 4.
    """

    name: Literal["adding_hs97"] = "adding_hs97"
    length: int = option(
        100, low=10, high=900, scale="log", unit="steps", doc="Minimal length T of a sequence."
    )

    source: ClassVar[str] = "Hochreiter & Schmidhuber (1997), experiment 4"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "mse"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = 2
    output_size: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return longest(self.length)

    @property
    def baseline(self) -> float:
        at_first = share_at_first_pair(self.length)
        return sum((1.0 - share) / 3.0 for share in at_first) / 16.0

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        xs, first, second = marked_pairs(rng, batch_size, self.length, low=-1.0, neutral=0.0)
        return Batch(xs=xs, targets=(0.5 + (first + second) / 4.0)[:, np.newaxis])

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return processed_correctly(outputs, targets)
