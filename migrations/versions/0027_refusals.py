"""Which rules refused something that somebody wanted to enter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "refusal",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("refusal_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("refusal_site_id_fk")),
    )
    op.create_index("refusal_by_site_id_at", "refusal", ["site_id", "at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("refusal")
