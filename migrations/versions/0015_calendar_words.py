"""What the calendars of a site call visits, and that they hear of it when it changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BEFORE = "public_name, address, zone"
RAISED = (
    "INSERT INTO feed_stamp (subject, number) SELECT 'names', 1 WHERE true"
    " ON CONFLICT (subject) DO UPDATE SET number = feed_stamp.number + 1"
)


def upgrade() -> None:
    """Add the column, empty: every site has the usual words."""
    op.add_column("site", sa.Column("calendar_words", sa.Text(), nullable=True))
    _listen_to(f"{BEFORE}, calendar_words")


def downgrade() -> None:
    """Go back: the usual words are all there are."""
    _listen_to(BEFORE)
    op.drop_column("site", "calendar_words")


def _listen_to(columns: str) -> None:
    """Let the number that counts for every calendar rise with these columns."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER site_stamp")
        op.execute(f"CREATE TRIGGER site_stamp AFTER UPDATE OF {columns} ON site BEGIN {RAISED}; END")
    else:
        op.execute("DROP TRIGGER site_stamp ON site")
        op.execute(
            f"CREATE TRIGGER site_stamp AFTER UPDATE OF {columns} ON site"
            " FOR EACH ROW EXECUTE FUNCTION stamp_names()"
        )
