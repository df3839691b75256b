"""How weights begin.

What a network remembers before any training depends on this. With H = 32, on ``adding`` over 100
steps, the gradient of a plain RNN shrinks to 0.58 of itself per step with PyTorch's U(±1/√H) and to
0.92 with Keras's orthogonal W_h; that of an LSTM to 0.63 with a forget bias of 0 and to 0.84 with 1
(PyTorch's weights; medians of 40 seeds).

References
----------
Keras 3 and PyTorch 2 source; Glorot & Bengio (2010); Saxe, McClelland & Ganguli (2014) for
orthogonal weights; Le, Jaitly & Hinton (2015) for the identity; Tallec & Ollivier (2018) for
chrono.
"""

import numpy as np

from app.core.arrays import Array

RECURRENT = ("default", "orthogonal", "uniform", "glorot", "identity", "gaussian")


def glorot_uniform(rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
    """Draw U(±√(6/(fan_in + fan_out))), of shape (fan_out, fan_in).

    Keras stacks the kernels of all gates before it draws, so fan_out is 4H for an LSTM.
    """
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_out, fan_in))


def torch_uniform(rng: np.random.Generator, shape: tuple[int, ...], hidden_size: int) -> Array:
    """Draw U(±1/√H), what PyTorch gives every recurrent weight and bias."""
    limit = 1.0 / np.sqrt(hidden_size)
    return rng.uniform(-limit, limit, shape)


def orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Draw a (rows, columns) matrix, rows ≥ columns, with orthonormal columns (Haar measure)."""
    q, r = np.linalg.qr(rng.standard_normal((rows, columns)))
    q *= np.sign(np.diagonal(r))  # the signs make the distribution uniform, not just valid
    return q


def recurrent_matrix(
    rng: np.random.Generator, kind: str, gates: int, hidden_size: int, preset: str
) -> Array:
    """Draw W_h of shape (gates·H, H).

    ``default`` is the preset's own: Keras draws one orthogonal (gates·H, H) matrix over all gates,
    PyTorch draws U(±1/√H). ``identity`` and ``gaussian`` (standard deviation 1/√H, so spectral
    radius about 1) are drawn gate by gate.
    """
    if kind == "default":
        kind = {"keras": "orthogonal", "pytorch": "uniform"}[preset]
    shape = (gates * hidden_size, hidden_size)
    if kind == "orthogonal":
        return orthogonal(rng, *shape)
    if kind == "uniform":
        return torch_uniform(rng, shape, hidden_size)
    if kind == "glorot":
        return glorot_uniform(rng, *shape)
    if kind == "identity":
        return np.tile(np.eye(hidden_size), (gates, 1))
    if kind == "gaussian":
        return rng.normal(0.0, 1.0 / np.sqrt(hidden_size), shape)
    raise ValueError(f"no such initial matrix: {kind}")


def input_weights_and_bias(
    rng: np.random.Generator, preset: str, rows: int, input_size: int, hidden_size: int
) -> tuple[Array, Array]:
    """Draw W_x of shape (rows, D) and b of shape (rows,) as a library does.

    PyTorch keeps two biases, b_ih and b_hh, that only ever appear as their sum; the sum is drawn.
    """
    if preset == "keras":
        return glorot_uniform(rng, rows, input_size), np.zeros(rows)
    if preset == "pytorch":
        return (
            torch_uniform(rng, (rows, input_size), hidden_size),
            torch_uniform(rng, (2, rows), hidden_size).sum(axis=0),
        )
    raise ValueError(f"no such initial weights: {preset}")


def spectral_radius(matrix: Array) -> float:
    """Return the largest modulus of the eigenvalues of a square matrix."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def chrono_bias(rng: np.random.Generator, hidden_size: int, t_max: float) -> Array:
    """Draw log U[1, T_max - 1], of shape (H,).

    A unit whose forget gate is σ(log u) = u/(1+u) forgets in about 1 + u steps, so this spreads the
    memories of the units evenly from 2 to T_max.

    References
    ----------
    Tallec & Ollivier (2018), "Can recurrent neural networks warp time?", section 2.
    """
    biases: Array = np.log(rng.uniform(1.0, t_max - 1.0, hidden_size))
    return biases
