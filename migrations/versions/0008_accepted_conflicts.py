"""Who accepted a conflict, when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

ADDED = (("accepted_at", INSTANT), ("accepted_by", sa.String()), ("accepted_reason", sa.String()))


def upgrade() -> None:
    """Add the columns, empty: nothing was accepted before."""
    for name, kind in ADDED:
        op.add_column("conflict", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Go back: what was accepted is open again."""
    for name, _ in reversed(ADDED):
        op.drop_column("conflict", name)
