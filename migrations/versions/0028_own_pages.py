"""Who has a patient's own pages open, and how often somebody tried in vain to open them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the tables: nobody has any page open yet."""
    op.create_table(
        "own_opening",
        sa.Column("opening_hash", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("opening_hash", name=op.f("own_opening_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("own_opening_site_id_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("own_opening_patient_id_fk")),
        sa.ForeignKeyConstraint(
            ["token_hash"], ["answer_link.token_hash"], name=op.f("own_opening_token_hash_fk")
        ),
    )
    op.create_table(
        "own_trial",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("own_trial_pk")),
    )


def downgrade() -> None:
    """Go back: whoever has a page open opens it again."""
    op.drop_table("own_trial")
    op.drop_table("own_opening")
