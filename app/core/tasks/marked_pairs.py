"""The sequences of experiments 4 and 5 of Hochreiter & Schmidhuber (1997)."""

import numpy as np

from app.core.arrays import Array

SUCCESS = 0.04  # absolute error below which a sequence counts as processed correctly


def longest(length: int) -> int:
    """Return T + T/10, the longest sequence of minimal length T."""
    return length + length // 10


def marked_pairs(
    rng: np.random.Generator, batch_size: int, length: int, low: float, neutral: float
) -> tuple[Array, Array, Array]:
    """Draw sequences of (value, marker) pairs with two marked values.

    One length from [T, T + T/10] serves the whole batch. One of the first ten pairs is marked,
    then one of the first T/2 - 1 pairs that is still unmarked. Markers are 1 at these, -1 at the
    first and last pair, and 0 elsewhere. Where the first pair is marked its value is the neutral
    one (0 for a sum, 1 for a product), as in the paper.

    Parameters
    ----------
    low : float
        Values are drawn from U[low, 1].
    neutral : float

    Returns
    -------
    xs : ndarray of shape (T', B, 2)
    first, second : ndarray of shape (B,)
        The marked values X₁ and X₂.
    """
    steps = int(rng.integers(length, longest(length) + 1))
    sequence = np.arange(batch_size)
    values = rng.uniform(low, 1.0, (steps, batch_size))
    first = rng.integers(0, min(10, length // 2 - 1), batch_size)
    second = rng.integers(0, length // 2 - 2, batch_size)
    second += second >= first  # "still unmarked": step over the first
    values[0, (first == 0) | (second == 0)] = neutral
    markers = np.zeros_like(values)
    markers[[0, -1]] = -1.0
    markers[first, sequence] = markers[second, sequence] = 1.0
    xs = np.stack([values, markers], axis=-1)
    return xs, values[first, sequence], values[second, sequence]


def processed_correctly(outputs: Array, targets: np.ndarray) -> Array:
    """Return 1.0 for each sequence whose error is below ``SUCCESS``, else 0.0: (B, 1) → (B,)."""
    right: Array = (np.abs(outputs - targets) < SUCCESS).all(axis=-1).astype(np.float64)
    return right


def share_at_first_pair(length: int) -> tuple[float, float]:
    """Return the probabilities that X₁ and that X₂ is the first pair of its sequence."""
    tenth = 1.0 / min(10, length // 2 - 1)
    return tenth, (1.0 - tenth) / (length // 2 - 2)
