"""The adding problem: remember two numbers among noise, and add them."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, squared_error


@dataclass(frozen=True)
class Adding:
    """Sum of the two marked numbers of a sequence.

    Each step shows a number from U[0, 1] and a marker. The marker is 1 at one random step of the
    first half and at one of the second half, else 0. The target, read after the last step, is the
    sum of the two marked numbers.

    Baseline: always answering 1 has a mean squared error of 2·Var(U[0, 1]) = 1/6 ≈ 0.16667;
    knowing one of the two terms halves it to 1/12. Solved: mean squared error below 0.01.

    References
    ----------
    Arjovsky, Shah & Bengio (2016), "Unitary Evolution Recurrent Neural Networks", section 4.2;
    the problem is experiment 4 of Hochreiter & Schmidhuber (1997), in another form.
    """

    name: Literal["adding"] = "adding"
    length: int = option(
        50, low=2, high=1000, scale="log", unit="steps", doc="Length T of a sequence."
    )

    source: ClassVar[str] = "Arjovsky, Shah & Bengio (2016)"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "mse"
    metric: ClassVar[Metric] = "mse"
    threshold: ClassVar[float] = 0.01
    higher_is_better: ClassVar[bool] = False
    input_size: ClassVar[int] = 2
    output_size: ClassVar[int] = 1
    baseline: ClassVar[float] = 1 / 6

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        values = rng.uniform(0.0, 1.0, (self.length, batch_size))
        markers = np.zeros_like(values)
        sequence = np.arange(batch_size)
        half = self.length // 2
        for first, last in ((0, half), (half, self.length)):
            markers[rng.integers(first, last, batch_size), sequence] = 1.0
        return Batch(
            xs=np.stack([values, markers], axis=-1),
            targets=(values * markers).sum(axis=0)[:, np.newaxis],
        )

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return squared_error(outputs, targets)
