"""What the backward passes of all cells share: lifting a small signal, adding up weight gradients.

The compiled counterparts of ``app.core.rescaling`` and ``app.core.cells.base.weight_gradient``.
"""

import math

import numpy as np

from app.core.rescaling import EVERY
from app.fused.pointwise import compiled, from_bits, magnitude_bits
from app.fused.product import multiply

LOOK_EVERY = EVERY


@compiled
def largest_magnitude(signal):
    """Return max |entry|, NaN if there is one. As integers, because NaN forbids vectors of max."""
    flat = signal.reshape(-1)
    largest = magnitude_bits(flat[0])
    for k in range(flat.size):
        bits = magnitude_bits(flat[k])
        largest = bits if bits > largest else largest
    return float(from_bits(largest))


@compiled
def lifting_power(largest, lifted, itemsize):
    """Return the power of two that ``rescaling.lift`` multiplies by; 0 for none."""
    threshold = 2.0**-20 if itemsize == 4 else 2.0**-400
    tiny = 0.0 < largest < threshold
    grown = lifted > 0 and 1.0 / threshold < largest < math.inf
    if not (tiny or grown):
        return 0
    return max(-math.frexp(largest)[1], -lifted)


@compiled
def scale(signal, power, out):
    """out = signal · 2**power; in two halves, because 2**power itself may leave the range."""
    source, target = signal.reshape(-1), out.reshape(-1)
    first = signal.dtype.type(math.ldexp(1.0, power // 2))
    second = signal.dtype.type(math.ldexp(1.0, power - power // 2))
    for k in range(source.size):
        target[k] = source[k] * first * second


@compiled
def add_weight_gradient(d_rows, inputs, exponent, transposed, scaled, gradient):
    """Add dz_t [h_{t-1}; x_t; 1]ᵀ, brought back from 2**exponent, to a gradient.

    Parameters
    ----------
    d_rows : ndarray of shape (rows, B)
    inputs : ndarray of shape (width, B)
    transposed, scaled : ndarray of shape (B, padded width) and (rows, B)
        Room to work in; the padding stays zero.
    gradient : ndarray of shape (rows, padded width)
    """
    width, batch_size = inputs.shape
    for b in range(batch_size):
        for k in range(width):
            transposed[b, k] = inputs[k, b]
    if exponent == 0:
        multiply(d_rows, transposed, gradient, True)
        return
    largest = largest_magnitude(d_rows)
    lowest = -100 if d_rows.itemsize == 4 else -996  # what is smaller would be slow, and is nothing
    if math.isfinite(largest) and math.frexp(largest)[1] - exponent <= lowest:
        return
    scale(d_rows, -exponent, scaled)
    multiply(scaled, transposed, gradient, True)


@compiled
def room_for_inputs(gradient, batch_size):
    """Allocate ``transposed`` and ``scaled`` of ``add_weight_gradient``."""
    rows, width = gradient.shape
    transposed = np.zeros((batch_size, width), gradient.dtype)
    return transposed, np.empty((rows, batch_size), gradient.dtype)
