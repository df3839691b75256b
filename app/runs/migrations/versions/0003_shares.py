"""Fair shares within an address: who of its holders asked, and a key that all servers share.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("holder", sa.String(32), nullable=False, server_default=""))
    op.create_index("runs_of_a_holder", "runs", ["client", "priority", "holder", "started_at"])
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    # So far all scripts held in one name. Nobody has it any more, so it would be held for ever.
    op.execute("DELETE FROM holds WHERE holder = ''")


def downgrade() -> None:
    op.drop_table("secrets")
    op.drop_index("runs_of_a_holder", "runs")
    op.drop_column("runs", "holder")
