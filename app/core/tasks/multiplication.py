"""The multiplication problem: remember two numbers, and multiply them."""

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
class Multiplication:
    """Product of the two marked numbers.

    As ``adding_hs97`` with numbers from U[0, 1] and the target X₁ X₂, so that the answer is not a
    mere accumulation.

    Baseline: Var(X₁ X₂), which is 7/144 but for the sequences whose first pair is marked (its value
    is then 1). A sequence is right with an absolute error below 0.04; the score is the share of
    right sequences, solved at 99 %.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 5.
    """

    name: Literal["multiplication"] = "multiplication"
    length: int = option(
        100, low=10, high=900, scale="log", unit="steps", doc="Minimal length T of a sequence."
    )

    source: ClassVar[str] = "Hochreiter & Schmidhuber (1997), experiment 5"
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
        # A marked value is 1 with the probability p of standing first, else from U[0, 1]; both
        # cannot stand first. E[X₁X₂] and E[(X₁X₂)²] over those three cases:
        alone = sum(share_at_first_pair(self.length))
        mean = alone / 2 + (1 - alone) / 4
        square = alone / 3 + (1 - alone) / 9
        return square - mean**2

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        xs, first, second = marked_pairs(rng, batch_size, self.length, low=0.0, neutral=1.0)
        return Batch(xs=xs, targets=(first * second)[:, np.newaxis])

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return processed_correctly(outputs, targets)
