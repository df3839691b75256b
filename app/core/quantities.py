"""What is measured on a pass: the gradient of every timestep, and what it says about memory.

Every function reads arrays that an exact backward pass has left; nothing here is a model of decay.
Norms are taken per sequence and then averaged (mean of norms, never norm of the mean, in which
sequences would cancel). They are float64 whatever the run computes in.
"""

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.arrays import Array, Params
from app.core.cells.base import Cell, Gradients, Trace, stack_weights


def profile(derivatives: Array, exponent: np.ndarray) -> Array:
    """Return mean_b ‖∂ℓ_b/∂s_t‖₂ for every timestep.

    Parameters
    ----------
    derivatives : ndarray of shape (T, B, H)
        Total derivatives, stored times ``2**exponent[t]``.
    exponent : ndarray of int, shape (T,)

    Returns
    -------
    ndarray of shape (T,), float64
    """
    steps = len(derivatives)
    entries = derivatives.transpose(0, 2, 1).reshape(steps, -1)  # as in memory: no copy
    largest = np.maximum(entries.max(axis=1), -entries.min(axis=1)).astype(np.float64)
    # Squares of 1e-200 would underflow, of 1e200 overflow: then the largest entry is divided out.
    bits = 40 if derivatives.dtype == np.float32 else 400
    squarable = (largest == 0) | ((largest > 2.0**-bits) & (largest < 2.0**bits))
    divisor = np.ones(steps)
    if not squarable.all():
        divisor = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
        derivatives = derivatives / divisor[:, None, None]
    norms = np.sqrt(np.einsum("tbh,tbh->tb", derivatives, derivatives)).mean(axis=1)
    scaled: Array = np.ldexp(norms * divisor, -exponent)
    return scaled


def retention(norms: Array | None) -> float | None:
    """Return log10 of norms[first] / norms[last]; None where one is zero or not finite."""
    if norms is None or not (norms[0] > 0 and norms[-1] > 0 and np.isfinite(norms[[0, -1]]).all()):
        return None
    return float(np.log10(norms[0]) - np.log10(norms[-1]))


def direct_path(cell: Cell, trace: Trace, gradients: Gradients) -> Array | None:
    """Return the norm that arrives through the retention path alone.

    mean_b ‖(∏_{k=t+1..T} f_k) ⊙ ∂ℓ_b/∂c_T‖₂; for the GRU, z in place of f and h in place of c.

    Returns
    -------
    ndarray of shape (T,), or None for a cell without such a path
    """
    if cell.retention_gate is None:
        return None
    kept = cell.gates(trace)[cell.retention_gate]  # (T, B, H)
    arrived = gradients.dhs_total if gradients.dcs_total is None else gradients.dcs_total
    steps, batch_size, hidden_size = kept.shape
    path = np.empty((steps, hidden_size, batch_size)).transpose(0, 2, 1)  # in the order of kept
    path[:-1], path[-1] = kept[1:], arrived[-1]
    for t in range(steps - 2, -1, -1):
        path[t] *= path[t + 1]
    return profile(path, np.broadcast_to(gradients.exponent[-1], len(path)))


def pascanu_bound(cell: Cell, params: Params, grad_h: Array) -> Array | None:
    """Return (σ_max(W_h) γ)^(T-t) · grad_h[T] for a plain RNN, None for a gated cell.

    No backward pass can exceed it when the only loss is at the last step.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), section 2.1, in the form with singular values.
    """
    activation = getattr(cell, "activation", None)
    if cell.gate_names or activation is None or not np.isfinite(params["W_h"]).all():
        return None
    factor = np.linalg.norm(params["W_h"].astype(np.float64), 2) * ACTIVATIONS[activation].max_slope
    distance = np.arange(len(grad_h) - 1, -1, -1)
    bound: Array = factor**distance * grad_h[-1]
    return bound


def long_range_share(trace: Trace, whole: Array) -> float | None:
    """Return ‖Σ_{t ≤ ⌈T/10⌉} dz_t h_{t-1}ᵀ‖ / ‖Σ_t dz_t h_{t-1}ᵀ‖.

    A ratio of norms: it exceeds 1 where the later steps cancel the early ones.

    W_h is shared by all timesteps, so an "early weight" does not exist: what vanishes is the
    *contribution* of early steps to its gradient.

    Parameters
    ----------
    trace : Trace
        After the backward pass.
    whole : ndarray
        ∂(Σ_b ℓ_b)/∂W_h, the whole gradient.

    Returns
    -------
    float, or None if the whole gradient is zero or not finite, or if T ≤ 10: the first tenth is
    then the first step, where W_h meets h_0 = 0
    """
    early_steps = -(-len(trace.dz) // 10)
    if early_steps == 1:
        return None
    early = slice(0, early_steps)
    # Relative to the least lifted of these steps, so that their sum is not lost to underflow.
    reference = int(trace.exponent[early].min())
    factor = np.ldexp(1.0, reference - trace.exponent[early])
    # Only the rows that see h_{t-1}: the GRU keeps another block below them.
    dz = trace.dz[early, : len(whole)] * factor[:, np.newaxis, np.newaxis]
    h_before = trace.stacked[:-1][early, : trace.hidden_size]
    contribution = np.tensordot(dz, h_before, axes=([0, 2], [0, 2]))
    early_norm = float(np.linalg.norm(contribution))
    whole_norm = float(np.linalg.norm(whole.astype(np.float64)))
    if not whole_norm > 0 or not np.isfinite(whole_norm + early_norm):
        return None
    return float(np.ldexp(early_norm / whole_norm, -reference))


def half_life(kept: Array | None) -> float | None:
    """Return ln 2 / ln(1/f̄), in steps; f̄ is the geometric mean of the retention gate.

    Infinite for a gate that is always 1.
    """
    if kept is None:
        return None
    with np.errstate(divide="ignore"):
        log_mean = float(np.log(kept).mean(dtype=np.float64))
        return float(np.log(2) / -np.float64(log_mean)) if log_mean != 0 else float("inf")


def pre_activation(cell: Cell, params: Params, trace: Trace, units: int) -> Array | None:
    """Return z_t = W_x x_t + W_h h_{t-1} + b of a plain RNN, which its forward pass overwrites.

    Returns
    -------
    ndarray of shape (T, B, min(H, units)), or None for a gated cell
    """
    if cell.gate_names:
        return None
    weights = stack_weights(params)[:units]
    z: Array = (weights @ trace.stacked[:-1]).transpose(0, 2, 1)
    return z


def saturation(cell: Cell, trace: Trace) -> dict[str, dict[str, float]]:
    """Return which share of the activations no longer answers to its input.

    Gates: the shares below 0.1 and above 0.9. The candidate, or the hidden state of an RNN: the
    share whose slope φ' is below 0.1.
    """
    shares: dict[str, dict[str, float]] = {}
    gates = cell.gates(trace)
    flat = {"candidate": gates.pop("candidate")} if "candidate" in gates else {"hidden": trace.hs}
    for name, gate in gates.items():
        shares[name] = {"low": _share(gate < 0.1), "high": _share(gate > 0.9)}
    activation = ACTIVATIONS[getattr(cell, "activation", "tanh")]
    for name, y in flat.items():
        slope = activation.slope(y, out=np.empty_like(y))
        shares[name] = {"flat": _share(slope < 0.1)}
    return shares


def _share(true: np.ndarray) -> float:
    return int(np.count_nonzero(true)) / true.size
