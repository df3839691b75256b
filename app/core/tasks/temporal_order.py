"""Temporal order: which of X and Y came first, long ago?"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct, one_hot

DISTRACTORS = 4  # a, b, c, d; the two that matter, X and Y, are symbols 4 and 5
WINDOWS = ((0.1, 0.2), (0.5, 0.6))  # where the relevant symbols stand, as shares of the length


def relevant_among_distractors(
    rng: np.random.Generator,
    batch_size: int,
    length: int,
    windows: tuple[tuple[float, float], ...],
    noise: float = 0.0,
) -> Batch:
    """Draw sequences with one X or Y in each window; the class is Σ_k v_k 2^k, v = 1 for Y."""
    symbols = rng.integers(0, DISTRACTORS, (length, batch_size))
    sequence = np.arange(batch_size)
    target = np.zeros(batch_size, dtype=np.int64)
    for k, (start, stop) in enumerate(windows):
        position = rng.integers(int(start * length), int(stop * length), batch_size)
        relevant = rng.integers(0, 2, batch_size)
        symbols[position, sequence] = DISTRACTORS + relevant
        target += relevant << k
    xs = one_hot(symbols, DISTRACTORS + 2)
    if noise:
        xs += noise * rng.standard_normal(xs.shape)
    return Batch(xs=xs, targets=target)


@dataclass(frozen=True)
class TemporalOrder:
    """Classify a sequence by the order of its two relevant symbols.

    Six one-hot symbols: four distractors drawn at random, and X or Y (a fair coin each) at one
    step of [0.1 L, 0.2 L) and one of [0.5 L, 0.6 L). The class, read after the last step, is
    XX, YX, XY or YY: v₀ + 2 v₁ with v = 0 for X and 1 for Y.

    ``noise`` adds Gaussian noise to every channel, a toy version of hearing words in a recording;
    the published task has none.

    Baseline: ln 4, 25 % accuracy. Solved: more than 99 % right.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), section 4; a form of experiment 6a of Hochreiter &
    Schmidhuber (1997).
    """

    name: Literal["temporal_order"] = "temporal_order"
    length: int = option(
        50, low=10, high=1000, scale="log", unit="steps", doc="Length L of a sequence."
    )

    noise: float = option(
        0.0,
        low=0.0,
        high=2.0,
        step=0.05,
        doc="Standard deviation of noise on every input channel.",
        source="this project; the published task has none",
    )

    source: ClassVar[str] = "Pascanu, Mikolov & Bengio (2013)"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = DISTRACTORS + 2
    output_size: ClassVar[int] = 4
    baseline: ClassVar[float] = float(np.log(4))

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        return relevant_among_distractors(rng, batch_size, self.length, WINDOWS, self.noise)

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return correct(outputs, targets)
