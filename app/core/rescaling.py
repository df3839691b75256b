"""Keep a vanishing backward signal away from the end of the number range.

In float32 a gradient that shrinks by 0.5 per step is subnormal after 126 steps and zero after 150;
its squared norm underflows after half as many, and arithmetic on subnormals is many times slower.
Multiplying by a power of two is
exact, so the signal is lifted whenever it has become small and the exponent is remembered.
Backpropagation is linear in the signal: every earlier step simply carries the same factor. A signal
that was lifted and then grows, as after a stretch of saturated units, is let down again.
"""

from collections.abc import Sequence

import numpy as np

from app.core.arrays import Array

EVERY = 8  # steps between looks; float32 has room for a factor of 10^-3 per step in between


def lift(signals: Sequence[Array], lifted: int = 0) -> int:
    """Bring arrays whose largest entry has become tiny back near 1, in place.

    Parameters
    ----------
    signals : sequence of ndarray
        All derivatives of one timestep.
    lifted : int
        The power of two that they already carry; at most this is taken back where they are large.

    Returns
    -------
    int
        The power of two they were multiplied by; 0 if their size was right, zero or not finite.
    """
    largest = max(float(np.abs(signal).max()) for signal in signals)
    # 2^-20 in float32, 2^-400 in float64: float64 is left alone in everyday runs.
    threshold = 2.0**-20 if signals[0].dtype == np.float32 else 2.0**-400
    tiny = 0.0 < largest < threshold
    grown = lifted > 0 and 1.0 / threshold < largest < np.inf
    if not (tiny or grown):
        return 0
    power = max(-int(np.frexp(largest)[1]), -lifted)
    for signal in signals:
        np.ldexp(signal, power, out=signal)
    return power
