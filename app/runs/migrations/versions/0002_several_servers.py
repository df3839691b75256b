"""Several servers on one database: who computes a run, who holds an experiment, what may go.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("cluster", sa.String(32)))
    op.add_column("runs", sa.Column("alive_at", sa.Double))
    op.add_column(
        "runs", sa.Column("attempts_before", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("runs", sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "UPDATE runs SET bytes = "
        "(SELECT coalesce(sum(length(body)), 0) FROM frames WHERE run_id = runs.id) + "
        "(SELECT coalesce(sum(length(body)), 0) FROM weights WHERE run_id = runs.id)"
    )
    op.create_index("runs_of_a_client", "runs", ["client", "priority", "started_at"])
    op.add_column(
        "experiments", sa.Column("seen_at", sa.Double, nullable=False, server_default="0")
    )
    op.execute("UPDATE experiments SET seen_at = created_at")
    op.create_index("experiments_longest_unseen_first", "experiments", ["seen_at"])
    op.create_table(
        "holds",
        sa.Column(
            "experiment_id", sa.String(16), sa.ForeignKey("experiments.id"), primary_key=True
        ),
        sa.Column("holder", sa.String(32), primary_key=True),
        sa.Column("until", sa.Double),
    )


def downgrade() -> None:
    op.drop_table("holds")
    op.drop_index("experiments_longest_unseen_first", "experiments")
    op.drop_column("experiments", "seen_at")
    op.drop_index("runs_of_a_client", "runs")
    for column in ("bytes", "attempts_before", "alive_at", "cluster"):
        op.drop_column("runs", column)
