"""Who waits for a series or would come earlier, and which times became free."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables; nobody waited before, and what became free before is not looked for."""
    _create_waiting_entry()
    op.create_table(
        "earlier_wish",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", name=op.f("earlier_wish_pk")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("earlier_wish_series_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("earlier_wish_site_id_fk")),
    )
    op.create_table(
        "freed_time",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("freed_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("freed_time_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("freed_time_site_id_fk")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("freed_time_not_empty")),
    )
    op.create_index(op.f("freed_time_by_site_id_starts_at"), "freed_time", ["site_id", "starts_at"])


def _create_waiting_entry() -> None:
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("protocol_key", sa.String(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("until_day", sa.Date()),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("ended_because", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("waiting_entry_pk")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("waiting_entry_patient_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("waiting_entry_site_id_fk")),
    )
    op.create_index(op.f("waiting_entry_by_patient_id"), "waiting_entry", ["patient_id"])
    op.create_index(op.f("waiting_entry_by_site_id_ended_at"), "waiting_entry", ["site_id", "ended_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("freed_time", "earlier_wish", "waiting_entry"):
        op.drop_table(table)
