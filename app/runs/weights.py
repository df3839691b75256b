"""The weights that a run stored on its way."""

import io

import numpy as np
from sqlalchemy import select

from app.core.arrays import Params
from app.runs.store import Store, weights


def stored_steps(store: Store, run_id: str) -> list[int]:
    """Return the training steps at which a run stored its weights, ascending."""
    with store.reading() as connection:
        rows = connection.execute(
            select(weights.c.step).where(weights.c.run_id == run_id).order_by(weights.c.step)
        )
        return [row.step for row in rows]


def read_weights(store: Store, run_id: str, step: int) -> Params | None:
    """Return the weights of a run before the update of a step, or None if not stored."""
    with store.reading() as connection:
        body = connection.execute(
            select(weights.c.body).where(weights.c.run_id == run_id, weights.c.step == step)
        ).scalar()
    if body is None:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
