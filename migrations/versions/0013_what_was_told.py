"""What patients were told last about each visit, so that they are told of what has changed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: A series that was confirmed is taken to be known as it is now: what it was when the message left is not kept.
CONFIRMED = """
    INSERT INTO told (site_id, reminder_id, appointment_id, visit_starts_at, stands, sequence, may_be_known)
    SELECT visit.site_id, reminder.id, visit.id, visit.starts_at,
           visit.state NOT IN ('cancelled_by_patient', 'cancelled_by_clinic', 'same_day_hold', 'no_show'),
           visit.sequence, true
    FROM reminder
    JOIN appointment first ON first.id = reminder.appointment_id
    JOIN appointment visit ON visit.series_id = first.series_id
    WHERE reminder.kind = 'confirmation' AND reminder.state = 'sent'
      AND visit.state NOT IN ('tentative', 'lapsed')
    ORDER BY visit.id
"""


def upgrade() -> None:
    """Create the table, and take what was confirmed before as told."""
    op.create_table(
        "told",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("visit_starts_at", INSTANT, nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("may_be_known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("told_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("told_site_id_fk")),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("told_reminder_id_fk")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("told_appointment_id_fk")),
    )
    op.create_index("told_by_appointment_id_id", "told", ["appointment_id", "id"])
    op.create_index("told_by_reminder_id", "told", ["reminder_id"])
    op.create_index("told_by_visit_starts_at", "told", ["visit_starts_at"])
    op.execute(CONFIRMED)


def downgrade() -> None:
    """Drop it: messages say nothing of changes any more."""
    op.drop_table("told")
