"""How patients may be written to, and what became of texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables, and the columns of the ledger."""
    op.create_table(
        "contact_consent",
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("recipient_hash", sa.String(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "way", "category", name=op.f("contact_consent_pk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("contact_consent_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("contact_consent_site_id_fk")),
    )
    op.create_table(
        "first_way",
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("first_way_pk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("first_way_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("first_way_site_id_fk")),
    )
    op.create_table(
        "opt_out",
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("recipient_hash", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("way", "recipient_hash", name=op.f("opt_out_pk")),
    )
    op.create_table(
        "text_task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", "patient_id", name=op.f("text_task_pk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("text_task_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("text_task_site_id_fk")),
    )
    op.create_index("text_task_by_site_id_settled_at", "text_task", ["site_id", "settled_at"])
    op.add_column("reminder", sa.Column("reference", sa.String(), nullable=False, server_default=""))
    op.add_column("reminder", sa.Column("delivered_at", INSTANT, nullable=True))
    op.add_column("reminder", sa.Column("settled_at", INSTANT, nullable=True))
    op.create_index("reminder_by_reference", "reminder", ["reference"])
    op.create_index("reminder_by_recipient_hash", "reminder", ["recipient_hash"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("reminder_by_recipient_hash", "reminder")
    op.drop_index("reminder_by_reference", "reminder")
    op.drop_column("reminder", "settled_at")
    op.drop_column("reminder", "delivered_at")
    op.drop_column("reminder", "reference")
    op.drop_table("text_task")
    op.drop_table("opt_out")
    op.drop_table("first_way")
    op.drop_table("contact_consent")
