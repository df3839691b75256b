"""The copying problem: repeat ten symbols after a long blank."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct, one_hot

ALPHABET = 8
BLANK, GO = 8, 9


@dataclass(frozen=True)
class Copy:
    """Repeat the first symbols after T - 1 blanks and a go sign.

    The input is ``symbols`` random letters of an alphabet of eight, T - 1 blanks, a go sign, and
    ``symbols`` blanks; the target is blank until the go sign and the letters after it. The network
    answers at every step. With ten symbols the sequence is T + 20 steps long.

    Baseline: blank until the go sign and then any letter gives 10 ln 8 / (T + 20). The score is
    the accuracy on the recalled letters only (chance: 1/8); solved at 99 %.

    References
    ----------
    Arjovsky, Shah & Bengio (2016), section 4.1; after Hochreiter & Schmidhuber (1997).
    """

    name: Literal["copy"] = "copy"
    length: int = option(
        30, low=1, high=980, scale="log", unit="steps", doc="Steps T between letters and recall."
    )
    symbols: int = option(
        10,
        low=1,
        high=10,
        doc="How many letters to repeat.",
        source="Arjovsky, Shah & Bengio (2016) for 10; fewer: this project",
    )

    source: ClassVar[str] = "Arjovsky, Shah & Bengio (2016)"
    readout: ClassVar[Readout] = "every"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = ALPHABET + 2
    output_size: ClassVar[int] = ALPHABET + 1

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length + 2 * self.symbols

    @property
    def baseline(self) -> float:
        return float(self.symbols * np.log(ALPHABET) / self.steps)

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        letters = rng.integers(0, ALPHABET, (self.symbols, batch_size))
        shown = np.full((self.steps, batch_size), BLANK)
        shown[: self.symbols] = letters
        shown[self.symbols + self.length - 1] = GO
        target = np.full((self.steps, batch_size), BLANK)
        target[-self.symbols :] = letters
        return Batch(xs=one_hot(shown, self.input_size), targets=target)

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        right: Array = correct(outputs, targets)[-self.symbols :].mean(axis=0)
        return right
