"""Published results, trained again here over several seeds and set beside what was published."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.studies.pool import train_all

FIRST_SEED = 2000


@dataclass(frozen=True)
class Arm:
    """One model of a study: a name and its spec."""

    name: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class Study:
    """One published claim and the runs that test it here.

    Attributes
    ----------
    id, title, source : str
    published : str
        What the paper reports.
    differs : str
        How these runs differ from the paper's.
    arms : tuple of Arm
    verdict : callable
        Rows by arm name → (whether the claim is borne out here, one sentence).
    criterion : str
        Up to what, if the criterion here is weaker than the paper's.
    """

    id: str
    title: str
    source: str
    published: str
    differs: str
    arms: tuple[Arm, ...]
    verdict: Callable[[dict[str, Any]], tuple[bool, str]]
    criterion: str = ""


def reproduce(
    studies: Iterable[Study], seeds: int, processes: int, progress: Callable[[int, int], None]
) -> dict[str, dict[str, Any]]:
    """Train the arms of each study; return rows by study id and arm name."""
    jobs = [
        (study.id, arm.name, {**arm.spec, "seed": FIRST_SEED + seed})
        for study in studies
        for arm in study.arms
        for seed in range(seeds)
    ]
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    summaries = train_all([spec for _, _, spec in jobs], processes, progress)
    for (study_id, name, _), summary in zip(jobs, summaries, strict=True):
        found.setdefault((study_id, name), []).append(summary)
    rows: dict[str, dict[str, Any]] = {}
    for (study_id, name), runs in found.items():
        rows.setdefault(study_id, {})[name] = _row(runs)
    return rows


def _row(runs: list[dict[str, Any]]) -> dict[str, Any]:
    solved = sorted(run["step"] for run in runs if run["state"] == "solved")
    return {
        "seeds": len(runs),
        "solved": len(solved),
        "steps": statistics.median(solved) if solved else None,
        "metric": statistics.median(run["metric"] for run in runs),
        "diverged": sum(run["state"] == "diverged" for run in runs),
    }


def report(studies: Iterable[Study], rows: dict[str, dict[str, Any]], made_with: str) -> str:
    """Return the Markdown of docs/reproduction.md."""
    lines = [
        "# Published results, trained again",
        "",
        f"Made by `python -m app reproduce` ({made_with}). Seeds were not used to choose settings.",
        "A sequence count is training steps × batch size. A run is solved once the mean score of",
        "its last ten batches, 320 fresh sequences, passes the threshold of its task. Where a",
        "result does not come out as published, it says so. Nothing here is a claim about the best",
        "that a method can do.",
        "",
    ]
    for study in studies:
        holds, sentence = study.verdict(rows[study.id])
        lines += [
            f"## {study.title}",
            "",
            f"- Source: {study.source}",
            f"- Published: {study.published}",
            f"- What differs here: {study.differs}",
            "",
            "| model | solved | sequences to solve (median) | budget | final score (median) |",
            "|---|---|---|---|---|",
        ]
        for arm in study.arms:
            row = rows[study.id][arm.name]
            training = arm.spec["training"]
            batch = training.get("batch_size", 32)
            needed = "–" if row["steps"] is None else f"{row['steps'] * batch:,.0f}"
            budget = f"{training['steps'] * batch:,}"
            lines.append(
                f"| {arm.name} | {row['solved']} of {row['seeds']} | {needed} | {budget} "
                f"| {row['metric']:.3g} |"
            )
        verdict = f"Reproduced{study.criterion}" if holds else "Not reproduced"
        lines += ["", f"**{verdict}.** {sentence}", ""]
    return "\n".join(lines)
