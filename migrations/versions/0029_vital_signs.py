"""At which of their times vital signs were looked at during a dosing visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table; nothing was noted before."""
    op.create_table(
        "vital_note",
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("appointment_id", "due_at", name=op.f("vital_note_pk")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("vital_note_appointment_id_fk")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("vital_note_site_id_fk")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("vital_note")
