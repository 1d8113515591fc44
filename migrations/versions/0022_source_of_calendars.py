"""Whether a calendar carries its own address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no calendar that there is carries its address."""
    op.add_column(
        "feed_subscription",
        sa.Column("carries_address", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("feed_subscription", "carries_address")
