"""Losses of one sequence, ℓ_b, and their derivative by the outputs of the readout."""

import numpy as np

from app.core.arrays import Array


def mean_squared_error(outputs: Array, targets: np.ndarray) -> tuple[Array, Array]:
    """Mean squared error over the outputs (and steps) of each sequence.

    Parameters
    ----------
    outputs, targets : ndarray of shape (N, B, O)
        N is 1 for a readout at the last step and T for one at every step.

    Returns
    -------
    losses : ndarray of shape (B,)
    d_outputs : ndarray of shape (N, B, O)
        ∂ℓ_b/∂outputs.
    """
    error = outputs - targets
    terms = outputs.shape[0] * outputs.shape[2]
    losses: Array = np.einsum("nbo,nbo->b", error, error) / terms
    return losses, error * (2.0 / terms)


def softmax_cross_entropy(outputs: Array, targets: np.ndarray) -> tuple[Array, Array]:
    """Cross-entropy of the softmax of the outputs, in nats, averaged over the steps.

    Parameters
    ----------
    outputs : ndarray of shape (N, B, O)
        Logits.
    targets : ndarray of int, shape (N, B)
        Class indices.

    Returns
    -------
    losses : ndarray of shape (B,)
    d_outputs : ndarray of shape (N, B, O)
    """
    terms = outputs.shape[0]
    shifted = outputs - outputs.max(axis=-1, keepdims=True)  # exp cannot overflow
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    picked = targets[..., np.newaxis]
    log_likelihood = np.take_along_axis(shifted, picked, axis=-1) - np.log(total)
    losses: Array = -log_likelihood[..., 0].sum(axis=0) / terms
    d_outputs = exponentials / total
    np.put_along_axis(
        d_outputs, picked, np.take_along_axis(d_outputs, picked, axis=-1) - 1.0, axis=-1
    )
    return losses, d_outputs / terms


LOSSES = {"mse": mean_squared_error, "cross_entropy": softmax_cross_entropy}
