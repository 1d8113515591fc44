"""Which other times are offered to patients for a visit, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table; nothing was offered before."""
    op.create_table(
        "offer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("offer_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("offer_site_id_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("offer_patient_id_fk")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("offer_appointment_id_fk")),
    )
    op.create_index(op.f("offer_by_appointment_id"), "offer", ["appointment_id"])
    op.create_index(op.f("offer_by_site_id_settled_at"), "offer", ["site_id", "settled_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("offer")
