"""After which dosing visits somebody has asked after the patient."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table; nobody is asked to follow up what was over before."""
    op.create_table(
        "follow_up",
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=False),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("follow_up_pk")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("follow_up_appointment_id_fk")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("follow_up_site_id_fk")),
    )
    op.execute(
        "INSERT INTO follow_up (appointment_id, site_id, settled_at, settled_by) "
        "SELECT id, site_id, released_at, 'system' FROM appointment WHERE kind = 'dosing' AND released_at IS NOT NULL"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("follow_up")
