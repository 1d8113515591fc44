"""The language of a site, and the words that it chose for messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns: every site speaks English in the built-in words, and patients what their site does."""
    op.add_column("site", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.add_column("site", sa.Column("message_words", sa.Text(), nullable=True))
    # Until now nothing was written as English; from now on it is the language of the site.
    op.execute("UPDATE patient SET language = '' WHERE language = 'en'")


def downgrade() -> None:
    """Go back: English and the built-in words are all there are."""
    op.execute("UPDATE patient SET language = 'en' WHERE language = ''")
    op.drop_column("site", "message_words")
    op.drop_column("site", "language")
