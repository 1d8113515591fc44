"""Whom patients of a site call in urgent need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: no site has named anybody yet, and no number is made up for it."""
    op.add_column("site", sa.Column("urgent_help", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back: nobody is named."""
    op.drop_column("site", "urgent_help")
