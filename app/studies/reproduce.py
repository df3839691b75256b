"""Published results, trained again here over several seeds and set beside what was published."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.spec import RunSpec
from app.studies.pool import worst_score

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


def asked(study: Study, seeds: int) -> dict[str, Any]:
    """Return the experiment of a study: its arms, each from some seeds."""
    return {
        "runs": [
            {**arm.spec, "seed": FIRST_SEED + seed} for arm in study.arms for seed in range(seeds)
        ]
    }


def rows_of(study: Study, seeds: int, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Condense the results of its experiment, in its order, to one row per arm."""
    if len(results) != seeds * len(study.arms):
        raise ValueError(f"{study.id}: {len(results)} results of {seeds * len(study.arms)} runs")
    return {
        arm.name: _row(arm, results[place * seeds : (place + 1) * seeds])
        for place, arm in enumerate(study.arms)
    }


def _row(arm: Arm, runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    solved = sorted(run["step"] for run in runs if run["state"] == "solved")
    # A diverged run counts as the worst, whatever its last score; so does a score that left the
    # number range, which has no number in JSON.
    worst = worst_score(RunSpec.from_dict(arm.spec).task)
    lost = [run["state"] == "diverged" or run["metric"] is None for run in runs]
    scores = [worst if gone else run["metric"] for gone, run in zip(lost, runs, strict=True)]
    return {
        "seeds": len(runs),
        "solved": len(solved),
        "steps": statistics.median(solved) if solved else None,
        "metric": statistics.median(scores),
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
