"""What a task is: a source of fresh sequences with a target, a loss, a score and a baseline."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from app.core.arrays import Array

Readout = Literal["last", "every"]
Loss = Literal["mse", "cross_entropy"]
Metric = Literal["mse", "accuracy"]


@dataclass(frozen=True)
class Batch:
    """Sequences and what the network should answer.

    Attributes
    ----------
    xs : ndarray of shape (T, B, D)
    targets : ndarray
        Numbers, (B, O), or class indices, (B,); with a readout at every step there is a leading T.
    """

    xs: Array
    targets: np.ndarray


class Task(Protocol):
    """A frozen dataclass whose fields are the ``task`` part of a spec."""

    @property
    def name(self) -> str: ...
    @property
    def length(self) -> int: ...
    @property
    def source(self) -> str:
        """Return the publication that defines the task, or a note that there is none."""
        ...

    @property
    def readout(self) -> Readout:
        """Return where the network answers: at the last step, or at every step."""
        ...

    @property
    def loss(self) -> Loss: ...
    @property
    def metric(self) -> Metric: ...
    @property
    def threshold(self) -> float:
        """Return the mean score at which a run counts as solved."""
        ...

    @property
    def higher_is_better(self) -> bool: ...
    @property
    def input_size(self) -> int: ...
    @property
    def output_size(self) -> int: ...
    @property
    def steps(self) -> int:
        """Return the longest T that a batch can have."""
        ...

    @property
    def baseline(self) -> float:
        """Return the loss of the best answer that ignores what has to be remembered."""
        ...

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        """Draw fresh sequences."""
        ...

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        """Score each sequence, in units of ``metric``; shape (B,)."""
        ...


def squared_error(outputs: Array, targets: np.ndarray) -> Array:
    """Return the squared error of each sequence, averaged over its outputs: (B, O) → (B,)."""
    error = outputs - targets
    squared: Array = np.mean(error * error, axis=-1)
    return squared


def correct(outputs: Array, targets: np.ndarray) -> Array:
    """Return 1.0 where the largest output is the target class, else 0.0: (..., B, O) → (..., B)."""
    right: Array = np.equal(outputs.argmax(axis=-1), targets).astype(np.float64)
    return right


def one_hot(symbols: np.ndarray, size: int) -> Array:
    """Encode integer symbols of any shape with a last axis of ``size``."""
    encoded: Array = np.eye(size)[symbols]
    return encoded
