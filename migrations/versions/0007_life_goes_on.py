"""What a series has beside the steps of its protocol, and how many days without a dose a clinic calls a long break."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED = (
    ("series", "extra_steps", sa.Text()),
    ("site", "dormant_days", sa.Integer()),
)


def upgrade() -> None:
    """Add the columns, empty: a series has nothing beside, and a site the usual days."""
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Go back; what is new is lost."""
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
