"""When patients were referred."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: of nobody is it known yet."""
    op.add_column("patient", sa.Column("referred_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back: it is known of nobody."""
    op.drop_column("patient", "referred_on")
