"""Answers to invitations, and up to where their mailbox was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "visit_answer",
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("visit_starts_at", INSTANT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("visit_answer_pk")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("visit_answer_appointment_id_fk")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("visit_answer_site_id_fk")),
    )
    op.create_index("visit_answer_by_site_id_visit_starts_at", "visit_answer", ["site_id", "visit_starts_at"])
    op.create_table(
        "read_mailbox",
        sa.Column("mailbox_hash", sa.String(), nullable=False),
        sa.Column("validity", sa.String(), nullable=False),
        sa.Column("last_read", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_hash", name=op.f("read_mailbox_pk")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("read_mailbox")
    op.drop_table("visit_answer")
