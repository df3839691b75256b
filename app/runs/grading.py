"""Grade a challenge from a run: from what is in the log, never from what somebody says."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from app.core.challenges import Challenge, Verdict, grade, quantities
from app.runs.store import FINISHED, Store, frames, runs


@dataclass(frozen=True)
class Grade:
    """What became of a challenge.

    Attributes
    ----------
    over : bool
        Whether the run has come to its end; until then nothing is graded.
    """

    over: bool
    state: str
    verdicts: list[Verdict]

    @property
    def passed(self) -> bool:
        return self.over and all(verdict.passed for verdict in self.verdicts)


def grade_run(store: Store, challenge: Challenge, run_id: str) -> Grade | None:
    """Return the grade of a run; None if there is no such run."""
    with store.reading() as connection:
        run = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if run is None:
            return None
        if run.state not in FINISHED:
            return Grade(False, run.state, [])
        wanted = select(frames.c.seq, frames.c.body).where(
            frames.c.run_id == run_id, frames.c.seq.in_({0, run.seq})
        )
        bodies = {row.seq: json.loads(row.body) for row in connection.execute(wanted)}
    look_up = quantities(json.loads(run.spec), run.state, bodies[0], bodies[run.seq])
    return Grade(True, run.state, grade(challenge, look_up))
