"""Tables of the ledger, with the guard by which the database itself refuses to give one lane away twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Key, OfSite, OfSiteOnly, Row, RowNumber, Words, table_of
from scheduler.store.columns import INSTANT_PATTERN

TAKEN_TWICE = "claim_lane_taken_twice"
BEYOND_CAPACITY = "claim_lane_beyond_capacity"
STILL_CLAIMED = "lane_still_claimed"


class ResourceRow(Row):
    """What can be claimed: a room, a member of staff or a patient, all under ids of one kind."""

    __tablename__ = "resource"
    __table_args__ = (CheckConstraint("kind IN ('room', 'staff', 'patient')", name="kind"),)

    id: Mapped[Key]
    kind: Mapped[str]
    site_id: Mapped[OfSite]


class LaneRow(Row):
    """One of the things a resource can do at once for a purpose; their number is its capacity."""

    __tablename__ = "lane"
    __table_args__ = (CheckConstraint("lane >= 0", name="numbered"),)

    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    purpose: Mapped[Key]
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_id: Mapped[OfSiteOnly]


class ClaimRow(Row):
    """A lane taken from `starts_at` (included) to `ends_at` (not included) by a visit; `phases` is a JSON list."""

    __tablename__ = "claim"
    __table_args__ = (
        # A claim beyond the capacity has no lane to stand on.
        ForeignKeyConstraint(
            ["resource_id", "purpose", "lane"],
            ["lane.resource_id", "lane.purpose", "lane.lane"],
            name="claim_lane_fk",
        ),
        CheckConstraint("ends_at > starts_at", name="not_empty"),
        # Texts are compared as times, so a text of another form must not get in.
        CheckConstraint(
            f"starts_at LIKE '{INSTANT_PATTERN}' AND ends_at LIKE '{INSTANT_PATTERN}'", name="instants"
        ).ddl_if(dialect="sqlite"),
        Index("claim_by_lane", "resource_id", "purpose", "lane", "starts_at", "ends_at"),
        Index(None, "resource_id", "ends_at"),
    )

    id: Mapped[RowNumber]
    site_id: Mapped[OfSiteOnly]
    resource_id: Mapped[str]
    purpose: Mapped[str]
    lane: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), index=True)
    role: Mapped[str | None]
    phases: Mapped[Words]


claim = table_of(ClaimRow)
claim.append_constraint(
    ExcludeConstraint(
        (claim.c.resource_id, "="),
        (claim.c.purpose, "="),
        (claim.c.lane, "="),
        (func.tstzrange(claim.c.starts_at, claim.c.ends_at), "&&"),
        using="gist",
        name=TAKEN_TWICE,
    ).ddl_if(dialect="postgresql")
)

# Stored claims of a lane never overlap, so the one that starts last before the new end is the only one that can reach
# into the new claim: one look into the index, however long the history. A foreign key refuses a lane that does not
# exist as well, but SQLite enforces those only on connections that ask for it.
SQLITE_GUARDS = (
    """
    CREATE TRIGGER claim_guard_insert BEFORE INSERT ON claim BEGIN
        SELECT RAISE(ABORT, 'claim_lane_beyond_capacity') WHERE NOT EXISTS (
            SELECT 1 FROM lane
            WHERE resource_id = NEW.resource_id AND purpose = NEW.purpose AND lane = NEW.lane
        );
        SELECT RAISE(ABORT, 'claim_lane_taken_twice') WHERE (
            SELECT ends_at FROM claim
            WHERE resource_id = NEW.resource_id AND purpose = NEW.purpose AND lane = NEW.lane
              AND starts_at < NEW.ends_at
            ORDER BY starts_at DESC LIMIT 1
        ) > NEW.starts_at;
    END
    """,
    """
    CREATE TRIGGER claim_guard_update
    BEFORE UPDATE OF id, resource_id, purpose, lane, starts_at, ends_at ON claim BEGIN
        SELECT RAISE(ABORT, 'claim_lane_beyond_capacity') WHERE NOT EXISTS (
            SELECT 1 FROM lane
            WHERE resource_id = NEW.resource_id AND purpose = NEW.purpose AND lane = NEW.lane
        );
        SELECT RAISE(ABORT, 'claim_lane_taken_twice') WHERE (
            SELECT ends_at FROM claim
            WHERE resource_id = NEW.resource_id AND purpose = NEW.purpose AND lane = NEW.lane
              AND starts_at < NEW.ends_at AND id <> OLD.id
            ORDER BY starts_at DESC LIMIT 1
        ) > NEW.starts_at;
    END
    """,
    """
    CREATE TRIGGER lane_guard_delete BEFORE DELETE ON lane BEGIN
        SELECT RAISE(ABORT, 'lane_still_claimed') WHERE EXISTS (
            SELECT 1 FROM claim
            WHERE resource_id = OLD.resource_id AND purpose = OLD.purpose AND lane = OLD.lane
        );
    END
    """,
    """
    CREATE TRIGGER lane_guard_update BEFORE UPDATE OF resource_id, purpose, lane ON lane BEGIN
        SELECT RAISE(ABORT, 'lane_still_claimed') WHERE EXISTS (
            SELECT 1 FROM claim
            WHERE resource_id = OLD.resource_id AND purpose = OLD.purpose AND lane = OLD.lane
        );
    END
    """,
)


def run_when_created(moment: str, statement: str, dialect: str) -> None:
    """Run a statement of one database `before_create` or `after_create` of all tables; for rooms of tables alone."""
    # The library declares no types for it.
    ddl = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(Row.metadata, moment, ddl.execute_if(dialect=dialect))


run_when_created("before_create", "CREATE EXTENSION IF NOT EXISTS btree_gist", "postgresql")
for _guard in SQLITE_GUARDS:
    run_when_created("after_create", _guard, "sqlite")
