"""The embedded Reber grammar: the second symbol decides the second last."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, one_hot

SYMBOLS = "BTPXSVE"
B, T, P, X, S, V, E = range(7)
# state: ((symbol, next state), ...); both ways out of a state are equally likely.
REBER: dict[int, tuple[tuple[int, int], ...]] = {
    0: ((B, 1),),
    1: ((T, 2), (P, 3)),
    2: ((S, 2), (X, 4)),
    3: ((T, 3), (V, 5)),
    4: ((X, 3), (S, 6)),
    5: ((P, 4), (V, 6)),
    6: ((E, 7),),
}
FINAL = 7
FRAME = 4  # symbols around the inner string: B and T or P before it, T or P and E after it


@lru_cache
def _ways(inner: int) -> dict[int, float]:
    """Return P(the inner string ends in exactly ``inner`` more symbols | state), by state."""
    if inner == 0:
        return {FINAL: 1.0}
    after = _ways(inner - 1)
    return {
        state: sum(after.get(following, 0.0) for _, following in exits) / len(exits)
        for state, exits in REBER.items()
    }


@lru_cache
def length_distribution(longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the possible string lengths up to ``longest`` and their probabilities."""
    lengths = np.arange(FRAME + 5, longest + 1)
    weights = np.array([_ways(int(n) - FRAME).get(0, 0.0) for n in lengths])
    return lengths, weights / weights.sum()


@lru_cache
def _expected_branches(inner: int) -> dict[int, float]:
    """Return E[number of two-way choices left | state, the string ends in ``inner`` symbols]."""
    if inner == 0:
        return {FINAL: 0.0}
    now, after, left = _ways(inner), _ways(inner - 1), _expected_branches(inner - 1)
    expected = {}
    for state, exits in REBER.items():
        if now[state] > 0:
            expected[state] = (len(exits) == 2) + sum(
                after.get(following, 0.0) / len(exits) / now[state] * left.get(following, 0.0)
                for _, following in exits
            )
    return expected


@dataclass(frozen=True)
class EmbeddedReber:
    """Predict the next symbol of an embedded Reber string.

    A string is B, then T or P, then a string of the Reber grammar, then the *same* T or P, then E.
    Every symbol but the second last can be predicted (as far as it can at all) from the last few.
    Strings are drawn from the grammar with fair choices, up to ``length`` symbols, the ones of a
    batch with one common length; the network answers at every step.

    Baseline: the cross-entropy of a predictor that knows the grammar and not the first T or P:
    (number of two-way choices + 1) · ln 2 per string, over its steps. The score is the share of
    strings in which, at every step, the legal successors are the largest outputs; solved at 99 %.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 1; Cleeremans, Servan-Schreiber & McClelland (1989).
    """

    name: Literal["reber"] = "reber"
    length: int = option(
        30, low=12, high=100, scale="log", unit="symbols", doc="Longest string that is drawn."
    )

    source: ClassVar[str] = "Hochreiter & Schmidhuber (1997), experiment 1"
    readout: ClassVar[Readout] = "every"
    loss: ClassVar[Loss] = "cross_entropy"
    metric: ClassVar[Metric] = "accuracy"
    threshold: ClassVar[float] = 0.99
    higher_is_better: ClassVar[bool] = True
    input_size: ClassVar[int] = 7
    output_size: ClassVar[int] = 7

    def __post_init__(self) -> None:
        check_options("task", self)

    @property
    def steps(self) -> int:
        return self.length - 1

    @property
    def baseline(self) -> float:
        lengths, probabilities = length_distribution(self.length)
        branches = np.array([_expected_branches(int(n) - FRAME)[0] for n in lengths])
        # + 2: the first T or P, which nobody can know, and the last, which takes memory.
        return float(np.sum(probabilities * (branches + 2.0) / (lengths - 1)) * np.log(2.0))

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        lengths, probabilities = length_distribution(self.length)
        steps = int(rng.choice(lengths, p=probabilities))
        strings = np.empty((steps, batch_size), dtype=np.int64)
        strings[0], strings[-1] = B, E
        strings[1] = strings[-2] = rng.choice([T, P], batch_size)
        coins = rng.uniform(size=(steps, batch_size))
        for b in range(batch_size):
            strings[2:-2, b] = _inner_string(steps - FRAME, coins[:, b])
        return Batch(xs=one_hot(strings[:-1], self.input_size), targets=strings[1:])

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        legal = np.stack([_legal_successors(targets[:, b]) for b in range(targets.shape[1])], 1)
        least_legal = np.where(legal, outputs, np.inf).min(axis=-1)
        most_illegal = np.where(legal, -np.inf, outputs).max(axis=-1)
        right: Array = (least_legal > most_illegal).all(axis=0).astype(np.float64)
        return right


def _inner_string(length: int, coins: np.ndarray) -> list[int]:
    """Draw one Reber string of exactly this length, with the probabilities of the grammar."""
    state, symbols = 0, []
    for position in range(length):
        exits = REBER[state]
        after = _ways(length - position - 1)
        first, *rest = (after.get(following, 0.0) for _, following in exits)
        take_second = bool(rest) and coins[position] * (first + rest[0]) >= first
        symbol, state = exits[1 if take_second else 0]
        symbols.append(symbol)
    return symbols


def _legal_successors(targets: np.ndarray) -> np.ndarray:
    """Return which symbols may follow at each step of one string, (T, 7)."""
    legal = np.zeros((len(targets), 7), dtype=bool)
    legal[0, [T, P]] = True
    state = 0
    for step in range(1, len(targets) - 2):
        for symbol, _ in REBER[state]:
            legal[step, symbol] = True
        state = dict(REBER[state])[int(targets[step])]
    legal[-2, targets[0]] = True
    legal[-1, E] = True
    return legal
