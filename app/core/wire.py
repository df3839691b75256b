"""How a frame, and the answer to a probe, are written down as JSON."""

import base64
import json
import math
from typing import Any

import numpy as np

from app.core.arrays import Array
from app.core.frames import Frame
from app.core.interventions import Probed

DIGITS = 5  # significant digits on the wire
# Bands are looked at, not computed with, and are most of a frame: on one access point 300 phones
# share the bytes.
MEAN_DIGITS, EDGE_DIGITS = 4, 3
LEVELS = 2**16 - 1  # of an entry of a typed array


def significant(value: float, digits: int = DIGITS) -> float | None:
    """Round to the digits of the wire; NaN and infinities become None."""
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return rounded if math.isfinite(rounded) else value  # the largest float would round to infinity


def typed_array(values: Array) -> dict[str, Any]:
    """Encode an array as two bytes per entry with its range, in Plotly's typed-array form.

    ``value = low + (high - low) * u2 / 65535``, little-endian; NaN and infinities count as the
    nearer end. Two bytes, because people check c_t = f c_{t-1} + i g by hand: with one, a sum of
    rounded terms is visibly another number than the rounded sum.
    """
    finite = values[np.isfinite(values)]
    low = float(finite.min()) if finite.size else 0.0
    high = float(finite.max()) if finite.size else 0.0
    half = high / 2 - low / 2  # the whole range of a diverging run may exceed the largest float
    offset = np.clip(np.nan_to_num(values.astype(np.float64)), low, high) / 2 - low / 2
    levels = np.round(LEVELS * (offset / half if half > 0 else offset)).astype("<u2")
    return {
        "dtype": "u2",
        "shape": ", ".join(map(str, values.shape)),
        "bdata": base64.b64encode(levels.tobytes()).decode("ascii"),
        "low": significant(low),
        "high": significant(high),
    }


class _Writer:
    """Turns numbers and arrays into JSON values, and remembers which fields were not finite."""

    def __init__(self) -> None:
        self.nonfinite: list[str] = []

    def number(self, name: str, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            self._flag(name)
        return None if value is None else significant(value)

    def array(
        self, name: str, values: Array | None, digits: int = DIGITS
    ) -> list[float | None] | None:
        if values is None:
            return None
        if not np.isfinite(values).all():
            self._flag(name)
        return [significant(value, digits) for value in values.tolist()]

    def _flag(self, name: str) -> None:
        if name not in self.nonfinite:
            self.nonfinite.append(name)


def frame_to_dict(frame: Frame, run_id: str) -> dict[str, Any]:
    """Return a frame as JSON values.

    JSON has no NaN and no infinity: such a number is null, and its field is named in
    ``nonfinite``. A null that is not named there is not defined: for this cell (``grad_c``), for
    this length (``long_range_share``), or because a norm is zero or not finite (``retention_h``).
    """
    write = _Writer()
    body: dict[str, Any] = {
        "run": run_id,
        "seq": frame.seq,
        "step": frame.step,
        "state": frame.state,
        "loss": write.number("loss", frame.loss),
        "metric": write.number("metric", frame.metric),
        "grad_norm": write.number("grad_norm", frame.grad_norm),
        "clipped": frame.clipped,
        "grad_h": write.array("grad_h", frame.grad_h),
        "grad_c": write.array("grad_c", frame.grad_c),
        "direct": write.array("direct", frame.direct),
        "bound": write.array("bound", frame.bound),
        "retention_h": write.number("retention_h", frame.retention_h),
        "retention_c": write.number("retention_c", frame.retention_c),
        "long_range_share": write.number("long_range_share", frame.long_range_share),
        "half_life": write.number("half_life", frame.half_life),
        "saturation": {
            name: {part: write.number("saturation", share) for part, share in shares.items()}
            for name, shares in frame.saturation.items()
        },
        "gates": {
            name: {
                "mean": write.array("gates", band.mean, MEAN_DIGITS),
                "p10": write.array("gates", band.p10, EDGE_DIGITS),
                "p90": write.array("gates", band.p90, EDGE_DIGITS),
            }
            for name, band in frame.gates.items()
        },
        "probe": None,
    }
    if frame.probe is not None:
        body["probe"] = {
            "inputs": typed_array(frame.probe.inputs),
            "units": {name: typed_array(values) for name, values in frame.probe.units.items()},
        }
    body["nonfinite"] = write.nonfinite
    return body


def frame_to_json(frame: Frame, run_id: str) -> str:
    """Return a frame as one line of JSON."""
    return json.dumps(frame_to_dict(frame, run_id), separators=(",", ":"), allow_nan=False)


def probed_to_dict(probed: Probed, run_id: str) -> dict[str, Any]:
    """Return the result as JSON values: a frame, with ``transport`` and ``lyapunov`` added."""
    body = frame_to_dict(probed.frame, run_id)
    nonfinite = body["nonfinite"]

    def numbers(name: str, values: np.ndarray) -> list[float | None]:
        if not np.isfinite(values).all() and name not in nonfinite:
            nonfinite.append(name)
        return [significant(value) for value in values.tolist()]

    moved = probed.transport
    body["transport"] = moved and {
        "timesteps": moved.timesteps.tolist(),
        "largest": numbers("transport", moved.largest),
        "rms": numbers("transport", moved.rms),
        # null below what float64 can tell; an overflow is flagged by the largest already
        "first_spectrum": [significant(value) for value in moved.first_spectrum.tolist()],
    }
    exponents = probed.lyapunov
    body["lyapunov"] = None if exponents is None else numbers("lyapunov", exponents)
    return body
