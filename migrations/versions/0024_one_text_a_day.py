"""Which texts left as one, and on which day of the patient's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of the ledger."""
    op.add_column("reminder", sa.Column("went_with", sa.BigInteger(), nullable=True))
    op.add_column("reminder", sa.Column("text_day", sa.Date(), nullable=True))
    op.create_index("reminder_by_went_with", "reminder", ["went_with"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("reminder_by_went_with", "reminder")
    op.drop_column("reminder", "text_day")
    op.drop_column("reminder", "went_with")
