"""Temporal order with three relevant symbols: eight classes, three lags."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct
from app.core.tasks.temporal_order import DISTRACTORS, relevant_among_distractors

WINDOWS = ((0.1, 0.2), (0.3, 0.4), (0.6, 0.7))


@dataclass(frozen=True)
class TemporalOrder3:
    """Classify a sequence by the order of its three relevant symbols.

    As ``temporal_order``, with X or Y in each of [0.1 L, 0.2 L), [0.3 L, 0.4 L) and [0.6 L, 0.7 L);
    the class is v₀ + 2 v₁ + 4 v₂.

    Baseline: ln 8, 12.5 % accuracy. Solved: more than 99 % right.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), supplement; experiment 6b of Hochreiter & Schmidhuber (1997).
    """

    name: Literal["temporal_order_3"] = "temporal_order_3"
    length: int = option(
        50, low=10, high=1000, scale="log", unit="steps", doc="Length L of a sequence."
    )

    source: ClassVar[str] = "Pascanu, Mikolov & Bengio (2013)"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = DISTRACTORS + 2
    output_size: ClassVar[int] = 8
    baseline: ClassVar[float] = float(np.log(8))

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        return relevant_among_distractors(rng, batch_size, self.length, WINDOWS)

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return correct(outputs, targets)
