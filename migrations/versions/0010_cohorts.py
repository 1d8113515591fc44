"""Cohorts: closed groups and their members, the visits that are held with them, and how many a room holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables; rooms hold one patient, and no visit there is belongs to a group."""
    op.add_column("room", sa.Column("places", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("appointment", sa.Column("group_visit_id", sa.String(), nullable=True))
    op.create_index("appointment_by_group_visit_id", "appointment", ["group_visit_id"])
    op.create_table(
        "cohort",
        *_texts("id", "site_id", "name", "protocol_key"),
        sa.PrimaryKeyConstraint("id", name=op.f("cohort_pk")),
        sa.ForeignKeyConstraint(["id"], ["patient.id"], name=op.f("cohort_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("cohort_site_id_fk")),
    )
    op.create_index("cohort_by_site_id", "cohort", ["site_id"])
    op.create_table(
        "cohort_member",
        *_texts("cohort_id", "patient_id", "site_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("high_dose", sa.Boolean(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "patient_id", name=op.f("cohort_member_pk")),
        sa.UniqueConstraint("cohort_id", "place", name=op.f("cohort_member_cohort_id_place_once")),
        sa.CheckConstraint("place >= 1", name=op.f("cohort_member_numbered")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("cohort_member_cohort_id_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("cohort_member_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("cohort_member_site_id_fk")),
    )
    op.create_index("cohort_member_by_patient_id", "cohort_member", ["patient_id"])
    op.create_index("cohort_member_by_site_id", "cohort_member", ["site_id"])


def downgrade() -> None:
    """Go back; cohorts are lost, and their visits are like any other."""
    op.drop_table("cohort_member")
    op.drop_table("cohort")
    op.drop_index("appointment_by_group_visit_id", "appointment")
    op.drop_column("appointment", "group_visit_id")
    op.drop_column("room", "places")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
