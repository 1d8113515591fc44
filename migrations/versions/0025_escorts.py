"""How those are reached who take patients home."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "escort",
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("escort_pk")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("escort_appointment_id_fk")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("escort_site_id_fk")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("escort")
