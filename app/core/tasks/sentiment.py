"""A demonstration of sentiment analysis: an early "not" turns the meaning of the end around."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, correct, one_hot

NOT, GOOD, BAD = 0, 1, 2
FILLERS = 5


@dataclass(frozen=True)
class Sentiment:
    """Is the sentence positive?

    Eight tokens: "not", "good", "bad" and five fillers. The sentence is filler but for one "good"
    or "bad" in its last tenth and, in half of the sentences, one "not" in its first tenth. The
    class is 1 for "good" and 0 for "bad", turned around by the "not".

    A synthetic demonstration that makes no published claim.

    Baseline: ln 2, 50 % accuracy (the last word alone says nothing). Solved: more than 99 % right.
    """

    name: Literal["sentiment"] = "sentiment"
    length: int = option(
        50, low=10, high=1000, scale="log", unit="tokens", doc="Length T of a sentence."
    )

    source: ClassVar[str] = "demonstration; no published claim"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = 3 + FILLERS
    output_size: ClassVar[int] = 2
    baseline: ClassVar[float] = float(np.log(2))

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        tokens = rng.integers(3, 3 + FILLERS, (self.length, batch_size))
        sequence, tenth = np.arange(batch_size), self.length // 10
        negated = rng.integers(0, 2, batch_size)
        bad = rng.integers(0, 2, batch_size)
        early = rng.integers(0, tenth, batch_size)
        late = rng.integers(self.length - tenth, self.length, batch_size)
        tokens[early, sequence] = np.where(negated == 1, NOT, tokens[early, sequence])
        tokens[late, sequence] = np.where(bad == 1, BAD, GOOD)
        return Batch(xs=one_hot(tokens, self.input_size), targets=1 - (negated ^ bad))

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return correct(outputs, targets)
