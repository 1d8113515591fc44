"""When a site lets reminders leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: every site has the usual times."""
    op.add_column("site", sa.Column("reminder_times", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back: the usual times are all there are."""
    op.drop_column("site", "reminder_times")
