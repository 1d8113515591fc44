"""How early a visit was called off, and the hours that a clinic sets: of notice, and of no decisions after a dose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = (
    ("site", "notice_dosing_hours", sa.Integer()),
    ("site", "notice_other_hours", sa.Integer()),
    ("site", "no_decisions_hours", sa.Integer()),
    ("visit_event", "notice", sa.String()),
)


def upgrade() -> None:
    """Add the columns, empty: a site has the usual hours, and of what was called off before nothing is known."""
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Go back; what is new is lost."""
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
