"""Transport without a loss: products of state Jacobians, their singular values and exponents.

For s_t the state (h, or (h, c) of an LSTM) and J_t = ∂s_t/∂s_{t-1} on one sequence::

    P_t = J_T J_{T-1} … J_{t+1} = ∂s_T/∂s_t

A singular value of P_t is the factor by which some direction at t reaches the end. Backpropagation
of any loss at the last step is a product with P_tᵀ, so where all of them are tiny, no loss can
teach the network anything about step t.
"""

from dataclasses import dataclass

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells.base import Cell, Trace
from app.core.rescaling import lift

SPECTRA = 25  # timesteps whose singular values are computed; an SVD is the costly part


@dataclass(frozen=True)
class Transport:
    """Singular values of P_t.

    Attributes
    ----------
    timesteps : ndarray of int, shape (N,)
        1-based t at which they were computed, ascending, ending with T (where P_T is the identity).
    largest : ndarray of shape (N,)
        Largest singular value.
    rms : ndarray of shape (N,)
        Root mean square, the mean transport of a random direction.
    first_spectrum : ndarray of shape (S,)
        The singular values of P_1, descending. Those below S·ε times the largest are NaN: beside
        it, a product in float64 holds nothing but rounding there.
    """

    timesteps: np.ndarray
    largest: Array
    rms: Array
    first_spectrum: Array


def chain(cell: Cell, params: Params, trace: Trace) -> Array:
    """Return J_1 … J_T on the first sequence of a trace, (T, S, S)."""
    return cell.jacobian(params, trace, slice(None))[:, 0]


def transport(jacobians: Array) -> Transport:
    """Compute the singular values of P_t at some timesteps from t = 1 to T.

    Parameters
    ----------
    jacobians : ndarray of shape (T, S, S)
    """
    steps, size, _ = jacobians.shape
    timesteps = np.unique(np.linspace(1, steps, min(steps, SPECTRA)).round().astype(int))
    wanted = set(timesteps.tolist())
    products, exponents = [], []
    product = np.eye(size)
    exponent = 0  # the product is stored times 2**exponent
    for t in range(steps, 0, -1):  # P_t, from P_T = 1 down to P_1
        if t < steps:
            product = product @ jacobians[t]
            exponent += lift((product,), lifted=exponent)
        if t in wanted:
            products.append(product)
            exponents.append(exponent)
    stacked = np.stack(products[::-1])
    if np.isfinite(stacked).all():
        values = np.linalg.svd(stacked, compute_uv=False)
    else:
        values = np.full((len(stacked), size), np.inf)
    values = np.ldexp(values, -np.array(exponents[::-1])[:, np.newaxis])
    scale = np.maximum(values[:, :1], np.finfo(float).tiny)
    floor = size * np.finfo(float).eps * values[0, 0]
    return Transport(
        timesteps=timesteps,
        largest=values[:, 0],
        rms=scale[:, 0] * np.sqrt(np.mean((values / scale) ** 2, axis=1)),
        first_spectrum=np.where(values[0] < floor, np.nan, values[0]),
    )


def lyapunov_exponents(jacobians: Array) -> Array:
    """Return the finite-time Lyapunov exponents of the chain, nats per step, descending.

    The largest is the mean logarithmic rate at which a small change of the state grows (> 0) or is
    forgotten (< 0) along this sequence; -inf for directions that are lost altogether.

    Parameters
    ----------
    jacobians : ndarray of shape (T, S, S)

    References
    ----------
    Benettin et al. (1980) for the QR method; Engelken, Wolf & Abbott (2023) and Vogt et al. (2022)
    for recurrent networks.
    """
    steps, size, _ = jacobians.shape
    if not np.isfinite(jacobians).all():
        return np.full(size, np.nan)
    basis = np.eye(size)
    total = np.zeros(size)
    with np.errstate(divide="ignore"):
        for jacobian in jacobians:
            # After every step: float64 does not hold the spread of two Jacobians of an LSTM.
            basis, r = np.linalg.qr(jacobian @ basis)
            total += np.log(np.abs(np.diagonal(r)))
    return np.sort(total / steps)[::-1]
