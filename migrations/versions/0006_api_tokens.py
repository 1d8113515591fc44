"""Tokens with which programs sign their requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "api_token",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("api_token_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("api_token_site_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("api_token_staff_id_fk")),
        sa.UniqueConstraint("token_hash", name=op.f("api_token_token_hash_once")),
    )
    op.create_index("api_token_by_site_id", "api_token", ["site_id"])
    op.create_index("api_token_by_staff_id", "api_token", ["staff_id"])


def downgrade() -> None:
    """Drop it: no program can sign a request any more."""
    op.drop_table("api_token")
