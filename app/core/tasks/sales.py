"""A demonstration of forecasting: the next value of a seasonal series with a trend."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from app.core.arrays import Array
from app.core.options import OptionError, check_options, option
from app.core.tasks.base import Batch, Loss, Metric, Readout, squared_error

# Units sold per period, as in a small shop. "unit" divides by SCALE, the size of a large month.
LEVEL, AMPLITUDE = (80.0, 120.0), (20.0, 40.0)
TREND = 0.5  # largest change of the level per period, up or down
NOISE = 5.0
SCALE = 200.0


@dataclass(frozen=True)
class Sales:
    """The next value of a noisy seasonal series.

    y_k = level + trend · k + amplitude · sin(2π k / season + phase) + N(0, 5²), with the level from
    U[80, 120], the trend from U[-0.5, 0.5], the amplitude from U[20, 40] and any phase. The network
    sees ``length`` values, one per step, and forecasts the next. ``scale="raw"`` shows units sold,
    tens to hundreds, as beginners feed them; ``"unit"`` divides by 200. A season is at most as long
    as the window: otherwise the value of one season ago, on which the baseline rests, is not seen.

    A synthetic demonstration that makes no published claim.

    Baseline: the seasonal naive forecast, which repeats the value of one season ago; its mean
    squared error is 2 · 5² + E[trend²] · season². Solved: below that. With 12 periods a season, a
    linear forecast from the last seven values does it already: the memory needed is shorter than a
    season.
    """

    name: Literal["sales"] = "sales"
    length: int = option(
        30, low=4, high=500, scale="log", unit="periods", doc="Values seen before the forecast."
    )
    season: int = option(12, low=2, high=200, unit="periods", doc="Length of a season.")
    scale: str = option(
        "unit", choices=("unit", "raw"), doc="Units sold (raw), or divided by 200 (unit)."
    )

    source: ClassVar[str] = "demonstration; no published claim"
    readout: ClassVar[Readout] = "last"
    loss: ClassVar[Loss] = "mse"
    metric: ClassVar[Metric] = "mse"
    higher_is_better: ClassVar[bool] = False
    input_size: ClassVar[int] = 1
    output_size: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_options("task", self)
        if self.season > self.length:
            message = f"must be at most {self.length}, the length: a whole season has to be seen"
            raise OptionError("task.season", message, self.length)

    @property
    def steps(self) -> int:
        return self.length

    @property
    def _divisor(self) -> float:
        return 1.0 if self.scale == "raw" else SCALE

    @property
    def baseline(self) -> float:
        error = 2.0 * NOISE**2 + TREND**2 / 3.0 * self.season**2
        return error / self._divisor**2

    @property
    def threshold(self) -> float:
        return self.baseline

    def series(self, rng: np.random.Generator, periods: int, batch_size: int) -> Array:
        """Draw series of shape (periods, B), in the scale of the task."""
        level = rng.uniform(*LEVEL, batch_size)
        trend = rng.uniform(-TREND, TREND, batch_size)
        amplitude = rng.uniform(*AMPLITUDE, batch_size)
        phase = rng.uniform(0.0, 2.0 * np.pi, batch_size)
        k = np.arange(periods)[:, np.newaxis]
        seasonal = amplitude * np.sin(2.0 * np.pi * k / self.season + phase)
        noise = NOISE * rng.standard_normal((periods, batch_size))
        values: Array = (level + trend * k + seasonal + noise) / self._divisor
        return values

    def sample(self, rng: np.random.Generator, batch_size: int) -> Batch:
        values = self.series(rng, self.length + 1, batch_size)
        return Batch(xs=values[:-1, :, np.newaxis], targets=values[-1][:, np.newaxis])

    def score(self, outputs: Array, targets: np.ndarray) -> Array:
        return squared_error(outputs, targets)
