"""Which of several processes runs the jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table, empty: whoever asks first leads."""
    op.create_table(
        "leadership",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("leadership_pk")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("leadership")
