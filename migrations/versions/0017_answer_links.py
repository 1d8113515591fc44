"""Links in messages by which patients answer, and by which way each answer came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Keep links and ways; what patients answered so far came by the invitation."""
    op.create_table(
        "answer_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("answer_link_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("answer_link_site_id_fk")),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("answer_link_reminder_id_fk")),
    )
    op.add_column("visit_answer", sa.Column("way", sa.String(), nullable=False, server_default="invitation"))
    op.add_column("visit_event", sa.Column("way", sa.String(), nullable=True))
    op.execute("UPDATE visit_event SET way = 'invitation' WHERE state = 'confirmed' AND noted_by = 'system'")


def downgrade() -> None:
    """Go back: an answer that no invitation knows is a no, so that it still waits for somebody."""
    op.execute("UPDATE visit_answer SET answer = 'declined' WHERE answer IN ('call_wanted', 'other_time')")
    op.drop_column("visit_event", "way")
    op.drop_column("visit_answer", "way")
    op.drop_table("answer_link")
