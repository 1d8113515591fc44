"""Calendars elsewhere that say when staff are taken, and what notes a change of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def upgrade() -> None:
    """Create the tables, and let the log of changes know of the times."""
    op.create_table(
        "busy_source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("sealed_address", sa.String(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("last_tried_at", INSTANT, nullable=True),
        sa.Column("last_good_at", INSTANT, nullable=True),
        sa.Column("read_whole_at", INSTANT, nullable=True),
        sa.Column("read_until", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("busy_source_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("busy_source_site_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("busy_source_staff_id_fk")),
        sa.CheckConstraint("kind IN ('address', 'file')", name=op.f("busy_source_kind")),
    )
    for column in ("site_id", "staff_id", "next_try_at"):
        op.create_index(f"busy_source_by_{column}", "busy_source", [column])
    op.create_table(
        "busy_times",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("busy_times_pk")),
        sa.ForeignKeyConstraint(["source_id"], ["busy_source.id"], name=op.f("busy_times_source_id_fk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("busy_times_site_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("busy_times_staff_id_fk")),
    )
    for column in ("site_id", "staff_id"):
        op.create_index(f"busy_times_by_{column}", "busy_times", [column])
    _note_changes()


def _note_changes() -> None:
    """Let each change of the times be noted, as changes of the other facts about a site are."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER busy_times_note AFTER INSERT OR UPDATE OR DELETE ON busy_times"
            " FOR EACH ROW EXECUTE FUNCTION note_fact('site_id')"
        )
        return
    for event, versions in EVENTS.items():
        notes = "".join(
            f" INSERT INTO site_change (site_id) SELECT {version}.site_id;" for version in versions
        )
        op.execute(
            f"CREATE TRIGGER busy_times_note_{event} AFTER {event.upper()} ON busy_times BEGIN{notes} END"
        )


def downgrade() -> None:
    """Drop them: staff count as free again whatever their calendars say."""
    op.drop_table("busy_times")
    op.drop_table("busy_source")
