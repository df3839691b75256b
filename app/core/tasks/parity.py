"""Parity: every single input matters."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct


@dataclass(frozen=True)
class Parity:
    """Is the number of -1 in a stream of ±1 odd?

    Each step shows +1 or -1, a fair coin; the class after the last step is 0 for an even number of
    -1 and 1 for an odd one. Knowing all inputs but one says nothing about the answer, which makes
    this hard for gradient descent in every cell.

    Baseline: ln 2, 50 % accuracy. Solved: more than 99 % right.

    References
    ----------
    Bengio, Simard & Frasconi (1994), as a test of recurrent networks. Hochreiter & Schmidhuber,
    "LSTM can solve hard long time lag problems" (NIPS 9), count it among the problems that random
    guessing of the weights can solve.
    """

    name: Literal["parity"] = "parity"
    length: int = option(
        10, low=2, high=1000, scale="log", unit="steps", doc="Length T of a sequence."
    )

    source: ClassVar[str] = "Bengio, Simard & Frasconi (1994)"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = 1
    output_size: ClassVar[int] = 2
    baseline: ClassVar[float] = float(np.log(2))

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        negative = rng.integers(0, 2, (self.length, batch_size))
        return Batch(xs=(1.0 - 2.0 * negative)[:, :, np.newaxis], targets=negative.sum(axis=0) % 2)

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return correct(outputs, targets)
