"""Calendars hear of it when a series goes on by another version of its protocol: its windows link the visits there."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

VERSION = "AFTER UPDATE OF protocol_version ON series"
NEW_VERSION = "WHEN (OLD.protocol_version <> NEW.protocol_version)"
RAISED = (
    "INSERT INTO feed_stamp (subject, number) SELECT 'names', 1 WHERE true"
    " ON CONFLICT (subject) DO UPDATE SET number = feed_stamp.number + 1"
)


def upgrade() -> None:
    """Raise the number that counts for every calendar."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER series_stamp {VERSION} {NEW_VERSION} BEGIN {RAISED}; END")
    else:
        op.execute(
            f"CREATE TRIGGER series_stamp {VERSION} FOR EACH ROW {NEW_VERSION} EXECUTE FUNCTION stamp_names()"
        )


def downgrade() -> None:
    """Raise it no more."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER series_stamp" if is_sqlite else "DROP TRIGGER series_stamp ON series")
