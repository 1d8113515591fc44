"""Which notes of vital signs were taken back, by whom and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; nothing was taken back before."""
    op.create_table(
        "vital_note_taken_back",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("taken_back_at", INSTANT, nullable=False),
        sa.Column("taken_back_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("vital_note_taken_back_pk")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("vital_note_taken_back_appointment_id_fk")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("vital_note_taken_back_site_id_fk")),
    )
    op.create_index("vital_note_taken_back_by_appointment_id", "vital_note_taken_back", ["appointment_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("vital_note_taken_back")
