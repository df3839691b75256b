"""Frames as a table."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

SCALARS = (
    "seq",
    "step",
    "state",
    "loss",
    "metric",
    "grad_norm",
    "clipped",
    "retention_h",
    "retention_c",
    "long_range_share",
    "half_life",
)
PROFILES = ("grad_h", "grad_c", "direct", "bound")


def frames_as_csv(bodies: Iterable[str], steps: int) -> Iterator[str]:
    """Yield a header and one line per frame; ``grad_h_1`` is the norm at timestep 1.

    A cell is empty where the frame has null: a number that is not defined, or not finite. Where
    sequences vary in length they end together, at timestep ``steps``.
    """
    profiles: list[str] | None = None
    for body in bodies:
        frame = json.loads(body)
        if profiles is None:
            profiles = [name for name in PROFILES if frame.get(name) is not None]
            times = range(1, steps + 1)
            yield _line([*SCALARS, *(f"{name}_{t}" for name in profiles for t in times)])
        row = [frame.get(name) for name in SCALARS]
        for name in profiles:
            values = frame.get(name) or []
            row += [None] * (steps - len(values)) + values
        yield _line(row)
    if profiles is None:
        yield _line(SCALARS)


def _line(row: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue()
