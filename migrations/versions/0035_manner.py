"""In which language an account reads the pages, and how dates are written for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has chosen yet, which is English as before."""
    op.add_column("account", sa.Column("manner", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("account", "manner")
