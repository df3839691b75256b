"""Check backpropagation against finite differences, in float64."""

from dataclasses import dataclass

import numpy as np

from app.core.spec import RunSpec
from app.core.trainer import network_of, streams

STEP = 1e-5  # error of a central difference: step² from the series, 1e-16 / step from rounding


@dataclass(frozen=True)
class GradientCheck:
    """What a check found.

    Attributes
    ----------
    weights : int
        How many weights were moved, one at a time: all of them.
    error : float
        Largest |analytic − numeric| over the largest |analytic|.
    """

    weights: int
    error: float


def gradient_check(spec: RunSpec, batch_size: int = 3) -> GradientCheck:
    """Move every weight of a small network by ±1e-5, and compare with its gradient.

    Parameters
    ----------
    spec : RunSpec
        Keep it small: every weight costs two passes.
    """
    network = network_of(spec)
    weights_rng, sequences_rng, _ = streams(spec.seed)
    params = network.init_params(weights_rng)
    batch = spec.task.sample(sequences_rng, batch_size)
    analytic = network.forward_backward(params, batch).gradients.params

    def loss() -> float:
        return float(network.forward_backward(params, batch).losses.mean())

    worst, largest, count = 0.0, 0.0, 0
    for name, weight in params.items():
        for index in np.ndindex(weight.shape):
            kept = weight[index]
            weight[index] = kept + STEP
            above = loss()
            weight[index] = kept - STEP
            below = loss()
            weight[index] = kept
            numeric = (above - below) / (2 * STEP)
            worst = max(worst, abs(float(analytic[name][index]) - numeric))
            largest = max(largest, abs(float(analytic[name][index])))
            count += 1
    return GradientCheck(count, worst / largest)
