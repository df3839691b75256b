"""Types of the arrays that the core passes around, and one vector for all weights."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Params: TypeAlias = dict[str, Array]


def flatten(params: Mapping[str, Array]) -> tuple[Array, Params]:
    """Copy parameters into one contiguous vector.

    An optimiser then updates every weight in one sweep, and the global gradient norm is the norm
    of one vector.

    Returns
    -------
    flat : ndarray of shape (number of weights,)
    views : dict
        The same names; each array is a view onto its part of ``flat``.
    """
    flat: Array = np.concatenate([array.ravel() for array in params.values()])
    views: Params = {}
    start = 0
    for name, array in params.items():
        views[name] = flat[start : start + array.size].reshape(array.shape)
        start += array.size
    return flat, views
