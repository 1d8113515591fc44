"""Whose public holidays a site is proposed as closures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: no site has chosen a region yet, and none is guessed for it."""
    op.add_column("site", sa.Column("holiday_region", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back: no region is known."""
    op.drop_column("site", "holiday_region")
