"""What happens to booked visits: their day, overrides, conflicts, holds, and every request that was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ADDED = (
    ("series", "held_until", INSTANT),
    ("appointment", "began_at", INSTANT),
    ("appointment", "released_at", INSTANT),
    ("gate_record", "covers_visits", sa.Integer()),
    ("gate_record", "decided_at", INSTANT),
)


def upgrade() -> None:
    """Create the tables; requests answered so far are kept, without anything to compare them by."""
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_index("series_by_held_until", "series", ["held_until"])
    _create_visit_event()
    _create_override()
    _create_conflict()
    _create_answered_request()
    op.execute(
        "INSERT INTO answered_request (key, site_id, verb, digest, subject_id, answered_at)"
        " SELECT key, site_id, 'book_series', '', series_id, created_at FROM booking_request"
    )
    op.drop_table("booking_request")


def downgrade() -> None:
    """Go back; what is new is lost, but for the requests that booked a series."""
    _create_table(
        "booking_request",
        *_texts("key", "site_id", "series_id"),
        sa.Column("created_at", INSTANT, nullable=False),
        keys=["key"],
        references={"site_id": "site.id", "series_id": "series.id"},
        indexes=(("series_id",), ("site_id",)),
    )
    op.execute(
        "INSERT INTO booking_request (key, site_id, series_id, created_at)"
        " SELECT key, site_id, subject_id, answered_at FROM answered_request WHERE verb = 'book_series'"
    )
    for table in ("answered_request", "conflict", "override", "visit_event"):
        op.drop_table(table)
    op.drop_index("series_by_held_until", "series")
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)


def _create_visit_event() -> None:
    _create_table(
        "visit_event",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        *_texts("site_id", "appointment_id", "former_state", "state"),
        sa.Column("at", INSTANT, nullable=False),
        *_texts("noted_by", "reason"),
        keys=["id"],
        references={"site_id": "site.id", "appointment_id": "appointment.id"},
        indexes=(("appointment_id", "at"),),
    )


def _create_override() -> None:
    _create_table(
        "override",
        *_texts("id", "site_id", "appointment_id", "rule", "reason", "made_by", "role"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("override_lasts")),
        keys=["id"],
        references={"site_id": "site.id", "appointment_id": "appointment.id"},
        indexes=(("site_id",), ("appointment_id",)),
    )


def _create_conflict() -> None:
    _create_table(
        "conflict",
        *_texts("id", "site_id", "series_id", "rule", "level"),
        sa.Column("steps", sa.Text(), nullable=False),
        *_texts("why", "mend"),
        sa.Column("visit_starts_at", INSTANT, nullable=False),
        *_texts("cause"),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT, nullable=True),
        *_texts("resolution"),
        keys=["id"],
        references={"site_id": "site.id", "series_id": "series.id"},
        indexes=(("series_id",), ("site_id", "resolved_at")),
    )


def _create_answered_request() -> None:
    _create_table(
        "answered_request",
        *_texts("key", "site_id", "verb", "digest", "subject_id"),
        sa.Column("answered_at", INSTANT, nullable=False),
        keys=["key"],
        references={"site_id": "site.id"},
        indexes=(("site_id",), ("subject_id",)),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _create_table(
    name: str,
    *parts: sa.Column[object] | sa.Column[str] | sa.Constraint,
    keys: list[str],
    references: dict[str, str],
    indexes: tuple[tuple[str, ...], ...],
) -> None:
    """Create a table with its constraints and indexes named after it and their columns."""
    op.create_table(
        name,
        *parts,
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"{name}_pk")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"{name}_{column}_fk"))
            for column, target in references.items()
        ),
    )
    for columns in indexes:
        op.create_index(f"{name}_by_{'_'.join(columns)}", name, list(columns))
