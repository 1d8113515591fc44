"""Invitations that go with messages, and who wants none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note with what was told whether an invitation went with it, and keep choices."""
    op.add_column("told", sa.Column("invited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "invitation_choice",
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("recipient_hash", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "recipient_hash", name=op.f("invitation_choice_pk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("invitation_choice_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("invitation_choice_site_id_fk")),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("invitation_choice")
    op.drop_column("told", "invited")
