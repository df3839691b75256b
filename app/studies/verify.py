"""Train every preset over many seeds, and hold what its words claim against the outcome."""

import json
import math
import statistics
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

from app.core.presets import PRESETS, Claim, Preset, merged
from app.studies.pool import made_with, train_all

FIRST_SEED = 1000  # seeds from here were never used to choose the settings of a preset
QUANTITIES = (
    "metric",
    "retention_h_before",
    "retention_h_after",
    "retention_c_before",
    "retention_c_after",
    "loss_peak",
    "grad_peak",
    "recurrent_grad_before",
    "readout_grad_before",
    "zeros_before",
)


def verify(
    ids: Iterable[str], seeds: int, processes: int, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Train presets over fresh seeds.

    Returns
    -------
    dict
        ``{"first_seed": s, "presets": {id: {"seeds": n, "made_with": {…}, "runs": {key: row}}}}``;
        a row has the shares of runs that were solved and that diverged, the median step at which
        the solved ones were, and medians of the quantities of a run. What made the numbers is told
        for each preset, because a preset may be verified again alone.
    """
    jobs = [
        (preset_id, key, {**merged(PRESETS[preset_id].base, change), "seed": FIRST_SEED + seed})
        for preset_id in ids
        for key, change in PRESETS[preset_id].models.items()
        for seed in range(seeds)
    ]
    summaries = train_all([body for _, _, body in jobs], processes, progress)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for (preset_id, key, _), summary in zip(jobs, summaries, strict=True):
        found.setdefault((preset_id, key), []).append(summary)
    presets: dict[str, Any] = {}
    for (preset_id, key), rows in found.items():
        entry = presets.setdefault(
            preset_id, {"seeds": seeds, "made_with": made_with(), "runs": {}}
        )
        entry["runs"][key] = row_of(rows)
    return {"first_seed": FIRST_SEED, "presets": presets}


def row_of(summaries: list[dict[str, Any]]) -> dict[str, Any]:
    """Condense the runs of one model over its seeds."""
    solved = [s["step"] for s in summaries if s["state"] == "solved"]
    row: dict[str, Any] = {
        "solved": len(solved) / len(summaries),
        "diverged": sum(s["state"] == "diverged" for s in summaries) / len(summaries),
        "steps": statistics.median(solved) if solved else None,
    }
    for name in QUANTITIES:
        row[name] = _median([summary[name] for summary in summaries])
    return row


def _median(values: list[float | None]) -> float | None:
    """Return the median over all runs, to four digits.

    None where a run has no such number (its gradient is exactly zero, say): a median that left it
    out would be that of the well-behaved ones. None also where the median is not finite.
    """
    numbers = [value for value in values if value is not None]
    middle = statistics.median(numbers) if len(numbers) == len(values) else math.inf
    return float(f"{middle:.4g}") if math.isfinite(middle) else None


def broken_claims(preset: Preset, entry: dict[str, Any]) -> list[str]:
    """Return the claims of a preset that its verified runs do not bear out."""
    return [
        f"{preset.id}: {' '.join(map(str, claim))} (found {_value(claim[0], claim[1], entry)})"
        for claim in preset.claims
        if not _holds(claim, entry)
    ]


def _holds(claim: Claim, entry: dict[str, Any]) -> bool:
    key, quantity, sign, than = claim
    left = _value(key, quantity, entry)
    right: float | None = None
    if isinstance(than, str):
        other, _, of_other = than.partition(".")
        right = _value(other, of_other, entry)
    else:
        right = than
    if left is None or right is None:
        return False
    return bool(left > right) if sign == ">" else bool(left < right)


def _value(key: str, quantity: str, entry: dict[str, Any]) -> float | None:
    value: float | None = entry["runs"][key][quantity]
    return value


def verified_table() -> dict[str, Any]:
    """Return the committed outcome of ``verify``."""
    text = resources.files("app.studies").joinpath("verified_presets.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
