"""Gradient descent on one flat vector of weights, and global-norm clipping."""

from typing import Protocol

import numpy as np

from app.core.arrays import Array

OPTIMISERS = ("sgd", "rmsprop", "adam")


class Optimiser(Protocol):
    """Owns its running averages; changes the weights in place."""

    def update(self, weights: Array, gradient: Array) -> None: ...


class SGD:
    """v ← μ v - η g;  w ← w + v. Plain gradient descent where the momentum μ is 0."""

    def __init__(self, weights: Array, learning_rate: float, momentum: float = 0.0) -> None:
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocity = np.zeros_like(weights)

    def update(self, weights: Array, gradient: Array) -> None:
        self.velocity *= self.momentum
        self.velocity -= self.learning_rate * gradient
        weights += self.velocity


class RMSprop:
    """s ← ρ s + (1 - ρ) g²;  w ← w - η g / (√s + ε), with ρ = 0.9 and ε = 1e-8.

    References
    ----------
    Tieleman & Hinton (2012), "Neural Networks for Machine Learning", lecture 6.5.
    """

    rho, epsilon = 0.9, 1e-8

    def __init__(self, weights: Array, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.square = np.zeros_like(weights)

    def update(self, weights: Array, gradient: Array) -> None:
        self.square *= self.rho
        self.square += (1 - self.rho) * gradient * gradient
        weights -= self.learning_rate * gradient / (np.sqrt(self.square) + self.epsilon)


class Adam:
    """Adam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8, as in PyTorch.

    References
    ----------
    Kingma & Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 1.
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, weights: Array, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.mean, self.square = np.zeros_like(weights), np.zeros_like(weights)
        self.updates = 0

    def update(self, weights: Array, gradient: Array) -> None:
        self.updates += 1
        self.mean += (1 - self.beta1) * (gradient - self.mean)
        self.square += (1 - self.beta2) * (gradient * gradient - self.square)
        mean = self.mean / (1 - self.beta1**self.updates)
        square = self.square / (1 - self.beta2**self.updates)
        weights -= self.learning_rate * mean / (np.sqrt(square) + self.epsilon)


def make_optimiser(name: str, weights: Array, learning_rate: float, momentum: float) -> Optimiser:
    """Create one of ``OPTIMISERS``; the momentum is SGD's."""
    if name == "sgd":
        return SGD(weights, learning_rate, momentum)
    if name == "rmsprop":
        return RMSprop(weights, learning_rate)
    if name == "adam":
        return Adam(weights, learning_rate)
    raise ValueError(f"no such optimiser: {name}")


def global_norm(gradient: Array) -> float:
    """Return ‖gradient‖₂ over all weights together, float64; infinite or NaN only if an entry is.

    Parameters
    ----------
    gradient : ndarray of shape (N,)
    """
    entries = gradient.astype(np.float64)
    norm = float(np.linalg.norm(entries))
    if norm > 0 and np.isfinite(norm):
        return norm
    # Squares of entries beyond 1e154 overflow, of entries below 1e-162 underflow.
    largest = float(np.abs(entries).max())
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(entries / largest))


def clip_by_global_norm(gradient: Array, norm: float, clip_norm: float | None) -> bool:
    """Scale the whole gradient down to ``clip_norm`` if its norm is larger; tell whether it was.

    One scalar for all weights: every ratio inside the gradient stays as it was, so clipping can
    cure an exploding gradient and never a vanishing one.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), algorithm 1.
    """
    if clip_norm is None or not norm > clip_norm:
        return False
    gradient *= clip_norm / norm
    return True
