"""The latch: remember what came first, through noise."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct, one_hot, squared_error


@dataclass(frozen=True)
class Recall:
    """The first input of the sequence, after T - 1 steps of noise.

    With ``symbols`` = 1 the first input is ±1 in one channel, every later input is N(0, noise²),
    and the target is that ±1 (mean squared error; solved below 0.1). With ``symbols`` = K ≥ 2 the
    first input is one of K one-hot symbols, later inputs are N(0, noise²) in all K channels, and
    the target is the symbol (cross-entropy; solved at 95 % accuracy).

    Baseline: the variance of ±1, which is 1, or ln K.

    References
    ----------
    The two-sequence problem of Bengio, Simard & Frasconi (1994), as varied in Hochreiter &
    Schmidhuber (1997), experiment 3a.
    """

    name: Literal["recall"] = "recall"
    length: int = option(
        50, low=2, high=1000, scale="log", unit="steps", doc="Length T of a sequence."
    )
    symbols: int = option(
        4,
        low=1,
        high=16,
        doc="Number of symbols; 1 means a single ±1 to be recalled as a number.",
        source="Bengio, Simard & Frasconi (1994) for ±1; symbols: this project",
    )
    noise: float = option(
        0.1, low=0.0, high=2.0, step=0.05, doc="Standard deviation of the inputs after the first."
    )

    source: ClassVar[str] = "Bengio, Simard & Frasconi (1994); Hochreiter & Schmidhuber (1997)"
    readout: ClassVar[Readout] = "last"

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def loss(self) -> Loss:
        return "mse" if self.symbols == 1 else "cross_entropy"

    @property
    def metric(self) -> Metric:
        return "mse" if self.symbols == 1 else "accuracy"

    @property
    def threshold(self) -> float:
        return 0.1 if self.symbols == 1 else 0.95

    @property
    def higher_is_better(self) -> bool:
        return self.symbols > 1

    @property
    def input_size(self) -> int:
        return self.symbols

    @property
    def output_size(self) -> int:
        return self.symbols

    @property
    def steps(self) -> int:
        return self.length

    @property
    def baseline(self) -> float:
        return 1.0 if self.symbols == 1 else float(np.log(self.symbols))

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        xs = self.noise * rng.standard_normal((self.length, batch_size, self.symbols))
        if self.symbols == 1:
            signs = rng.choice([-1.0, 1.0], (batch_size, 1))
            xs[0] = signs
            return Batch(xs=xs, targets=signs)
        first = rng.integers(0, self.symbols, batch_size)
        xs[0] = one_hot(first, self.symbols)
        return Batch(xs=xs, targets=first)

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return (squared_error if self.symbols == 1 else correct)(outputs, targets)
