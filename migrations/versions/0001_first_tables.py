"""The first tables, with the guard by which the database refuses to give a lane away twice."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WRITTEN = "____-__-__T__:__:__.______Z"

Part = sa.Column[Any] | sa.Constraint


def upgrade() -> None:
    """Create the tables and their guards, on SQLite or on PostgreSQL."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for create in CREATE.values():
        create()
    if is_sqlite:
        for guard in SQLITE_GUARDS:
            op.execute(guard)


def downgrade() -> None:
    """Drop them; what they hold is lost."""
    for name in reversed(CREATE):
        op.drop_table(name)


def table(name: str, *parts: Part) -> None:
    """Create a table; a reference, a check or a unique column is named after the table and itself."""
    for part in parts:
        if isinstance(part, sa.Constraint) and part.name:
            part.name = op.f(f"{name}_{part.name}")
    op.create_table(name, *parts)


def index(name: str, *columns: str) -> None:
    """Create an index named after its table and columns."""
    op.create_index(f"{name}_by_{'_'.join(columns)}", name, list(columns))


def column(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that is never empty."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def optional(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def number_column() -> sa.Column[Any]:
    """Return the column of a number that the database gives."""
    return sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False)


def texts(*names: str) -> list[sa.Column[Any]]:
    """Return columns of text."""
    return [column(name, sa.String()) for name in names]


def integers(*names: str) -> list[sa.Column[Any]]:
    """Return columns of whole numbers."""
    return [column(name, sa.Integer()) for name in names]


def instants(*names: str) -> list[sa.Column[Any]]:
    """Return columns of instants."""
    return [column(name, INSTANT) for name in names]


def days(*names: str) -> list[sa.Column[Any]]:
    """Return columns of calendar days."""
    return [column(name, sa.Date()) for name in names]


def times(*names: str) -> list[sa.Column[Any]]:
    """Return columns of wall times."""
    return [column(name, sa.Time()) for name in names]


def key(*names: str) -> sa.Constraint:
    """Return the primary key."""
    return sa.PrimaryKeyConstraint(*names, name="pk")


def reference(name: str, target: str) -> sa.Constraint:
    """Return a reference to the row that has this value."""
    return sa.ForeignKeyConstraint([name], [target], name=f"{name}_fk")


def check(name: str, what: str) -> sa.Constraint:
    """Return a condition that every row keeps."""
    return sa.CheckConstraint(what, name=name)


def once(name: str) -> sa.Constraint:
    """Return the promise that no two rows share a value."""
    return sa.UniqueConstraint(name, name=f"{name}_once")


def create_site() -> None:
    table("site", *texts("id", "name", "public_name", "zone", "phone", "address"), key("id"))


def create_site_hours() -> None:
    table(
        "site_hours",
        number_column(),
        *texts("site_id"),
        *integers("weekday"),
        *times("opens", "closes"),
        optional("valid_from", sa.Date()),
        optional("valid_until", sa.Date()),
        key("id"),
        reference("site_id", "site.id"),
        check("weekday", "weekday BETWEEN 0 AND 6"),
    )
    index("site_hours", "site_id")


def create_closure() -> None:
    table(
        "closure",
        number_column(),
        *texts("site_id"),
        *days("first_day", "last_day"),
        *texts("reason"),
        key("id"),
        reference("site_id", "site.id"),
        check("days", "last_day >= first_day"),
    )
    index("closure", "site_id")


def create_resource() -> None:
    table(
        "resource",
        *texts("id", "kind", "site_id"),
        key("id"),
        reference("site_id", "site.id"),
        check("kind", "kind IN ('room', 'staff', 'patient')"),
    )
    index("resource", "site_id")


def create_lane() -> None:
    table(
        "lane",
        *texts("resource_id", "purpose"),
        *integers("lane"),
        *texts("site_id"),
        key("resource_id", "purpose", "lane"),
        reference("resource_id", "resource.id"),
        reference("site_id", "site.id"),
        check("numbered", "lane >= 0"),
    )


def create_room() -> None:
    table(
        "room",
        *texts("id", "site_id", "name"),
        column("capabilities", sa.Text()),
        key("id"),
        reference("id", "resource.id"),
        reference("site_id", "site.id"),
    )
    index("room", "site_id")


def create_room_outage() -> None:
    table(
        "room_outage",
        number_column(),
        *texts("site_id", "room_id"),
        *instants("starts_at", "ends_at"),
        key("id"),
        reference("room_id", "room.id"),
        reference("site_id", "site.id"),
        check("not_empty", "ends_at > starts_at"),
    )
    index("room_outage", "room_id")
    index("room_outage", "site_id")


def create_staff() -> None:
    table(
        "staff",
        *texts("id", "site_id", "name"),
        column("roles", sa.Text()),
        *integers("may_watch", "may_supervise"),
        key("id"),
        reference("id", "resource.id"),
        reference("site_id", "site.id"),
        check("limits", "may_watch >= 0 AND may_supervise >= 0"),
    )
    index("staff", "site_id")


def create_shift() -> None:
    table(
        "shift",
        number_column(),
        *texts("site_id", "staff_id"),
        *integers("weekday"),
        *times("opens", "closes"),
        optional("valid_from", sa.Date()),
        optional("valid_until", sa.Date()),
        key("id"),
        reference("site_id", "site.id"),
        reference("staff_id", "staff.id"),
        check("weekday", "weekday BETWEEN 0 AND 6"),
    )
    index("shift", "site_id")
    index("shift", "staff_id")


def create_time_off() -> None:
    table(
        "time_off",
        number_column(),
        *texts("site_id", "staff_id"),
        *instants("starts_at", "ends_at"),
        key("id"),
        reference("site_id", "site.id"),
        reference("staff_id", "staff.id"),
        check("not_empty", "ends_at > starts_at"),
    )
    index("time_off", "site_id")
    index("time_off", "staff_id")


def create_credential() -> None:
    table(
        "credential",
        number_column(),
        *texts("site_id", "staff_id", "kind"),
        optional("valid_until", sa.Date()),
        key("id"),
        reference("site_id", "site.id"),
        reference("staff_id", "staff.id"),
    )
    index("credential", "site_id")
    index("credential", "staff_id")


def create_patient() -> None:
    table(
        "patient",
        *texts("id", "site_id", "given_name", "family_name", "matching_name"),
        *days("birth_date"),
        *texts("email", "phone", "language"),
        optional("zone", sa.String()),
        key("id"),
        reference("id", "resource.id"),
        reference("site_id", "site.id"),
    )
    index("patient", "site_id")


def create_patient_absence() -> None:
    table(
        "patient_absence",
        number_column(),
        *texts("site_id", "patient_id"),
        *instants("starts_at", "ends_at"),
        key("id"),
        reference("patient_id", "patient.id"),
        reference("site_id", "site.id"),
        check("not_empty", "ends_at > starts_at"),
    )
    index("patient_absence", "patient_id")
    index("patient_absence", "site_id")


def create_gate_record() -> None:
    table(
        "gate_record",
        number_column(),
        *texts("site_id", "patient_id", "kind", "decision"),
        *days("decided_on"),
        optional("valid_until", sa.Date()),
        *texts("decided_by"),
        key("id"),
        reference("patient_id", "patient.id"),
        reference("site_id", "site.id"),
    )
    index("gate_record", "patient_id")
    index("gate_record", "site_id")


def create_protocol() -> None:
    table(
        "protocol",
        *texts("key"),
        *integers("version"),
        *texts("title"),
        column("document", sa.Text()),
        key("key", "version"),
    )


def create_series() -> None:
    table(
        "series",
        *texts("id", "site_id", "patient_id", "protocol_key"),
        *integers("protocol_version"),
        *texts("state"),
        column("declined", sa.Text()),
        *instants("created_at"),
        key("id"),
        reference("patient_id", "patient.id"),
        reference("site_id", "site.id"),
        sa.ForeignKeyConstraint(
            ["protocol_key", "protocol_version"],
            ["protocol.key", "protocol.version"],
            name="protocol_key_protocol_version_fk",
        ),
    )
    index("series", "patient_id")
    index("series", "site_id")


def create_booking_request() -> None:
    table(
        "booking_request",
        *texts("key", "site_id", "series_id"),
        *instants("created_at"),
        key("key"),
        reference("series_id", "series.id"),
        reference("site_id", "site.id"),
    )
    index("booking_request", "series_id")
    index("booking_request", "site_id")


def create_appointment() -> None:
    table(
        "appointment",
        *texts("id", "site_id"),
        optional("series_id", sa.String()),
        *texts("patient_id"),
        optional("room_id", sa.String()),
        *texts("step", "kind", "title", "state"),
        *integers("version"),
        *instants("starts_at", "ends_at"),
        *texts("calendar_uid"),
        *integers("sequence"),
        *instants("created_at", "changed_at"),
        key("id"),
        reference("patient_id", "patient.id"),
        reference("room_id", "room.id"),
        reference("series_id", "series.id"),
        reference("site_id", "site.id"),
        check("not_empty", "ends_at > starts_at"),
        check("version", "version >= 1"),
        once("calendar_uid"),
    )
    index("appointment", "ends_at")
    index("appointment", "patient_id", "starts_at")
    index("appointment", "room_id", "starts_at")
    index("appointment", "series_id")
    index("appointment", "site_id", "starts_at")


def create_appointment_staff() -> None:
    table(
        "appointment_staff",
        *texts("appointment_id", "role", "site_id", "staff_id"),
        key("appointment_id", "role"),
        reference("appointment_id", "appointment.id"),
        reference("site_id", "site.id"),
        reference("staff_id", "staff.id"),
    )
    index("appointment_staff", "staff_id")


def create_appointment_phase() -> None:
    table(
        "appointment_phase",
        *texts("appointment_id"),
        *integers("position"),
        *texts("site_id", "name"),
        *instants("starts_at", "ends_at"),
        key("appointment_id", "position"),
        reference("appointment_id", "appointment.id"),
        reference("site_id", "site.id"),
        check("not_empty", "ends_at > starts_at"),
    )


def claim_guards() -> list[sa.Constraint]:
    """Return what only one of the two databases can say in a table."""
    if op.get_bind().dialect.name == "sqlite":
        form = f"starts_at LIKE '{WRITTEN}' AND ends_at LIKE '{WRITTEN}'"
        return [sa.CheckConstraint(form, name="instants")]
    lane = [(sa.column(name), "=") for name in ("resource_id", "purpose", "lane")]
    times_of_lane = (sa.text("tstzrange(starts_at, ends_at)"), "&&")
    return [postgresql.ExcludeConstraint(*lane, times_of_lane, using="gist", name="lane_taken_twice")]


def create_claim() -> None:
    table(
        "claim",
        number_column(),
        *texts("site_id", "resource_id", "purpose"),
        *integers("lane"),
        *instants("starts_at", "ends_at"),
        *texts("appointment_id"),
        optional("role", sa.String()),
        column("phases", sa.Text()),
        key("id"),
        reference("appointment_id", "appointment.id"),
        reference("site_id", "site.id"),
        check("not_empty", "ends_at > starts_at"),
        sa.ForeignKeyConstraint(
            ["resource_id", "purpose", "lane"],
            ["lane.resource_id", "lane.purpose", "lane.lane"],
            name="lane_fk",
        ),
        *claim_guards(),
    )
    index("claim", "appointment_id")
    op.create_index("claim_by_lane", "claim", ["resource_id", "purpose", "lane", "starts_at", "ends_at"])
    index("claim", "resource_id", "ends_at")


def create_account() -> None:
    table(
        "account",
        *texts("username"),
        optional("site_id", sa.String()),
        optional("staff_id", sa.String()),
        *texts("role", "password_hash"),
        column("active", sa.Boolean()),
        key("username"),
        reference("site_id", "site.id"),
        reference("staff_id", "staff.id"),
    )
    index("account", "site_id")
    index("account", "staff_id")


def create_sign_in_failure() -> None:
    table("sign_in_failure", number_column(), *texts("key"), *instants("at"), key("id"))
    index("sign_in_failure", "at")
    index("sign_in_failure", "key", "at")


def create_audit_entry() -> None:
    table(
        "audit_entry",
        number_column(),
        optional("site_id", sa.String()),
        *instants("at"),
        *texts("actor", "verb", "subject_kind", "subject_id"),
        column("details", sa.Text()),
        key("id"),
        reference("site_id", "site.id"),
    )
    index("audit_entry", "at")
    index("audit_entry", "site_id")
    index("audit_entry", "subject_kind", "subject_id")


def create_feed_subscription() -> None:
    table(
        "feed_subscription",
        *texts("id", "site_id", "kind", "subject"),
        column("busy_only", sa.Boolean()),
        *texts("token_hash", "name"),
        *instants("created_at"),
        optional("revoked_at", INSTANT),
        optional("last_fetched_at", INSTANT),
        key("id"),
        reference("site_id", "site.id"),
        reference("subject", "resource.id"),
        check("kind", "kind IN ('patient', 'staff', 'room')"),
        once("token_hash"),
    )
    index("feed_subscription", "kind", "subject")
    index("feed_subscription", "site_id")


def create_reminder() -> None:
    table(
        "reminder",
        number_column(),
        *texts("site_id", "appointment_id"),
        *integers("appointment_version"),
        *texts("kind", "channel", "recipient_hash"),
        *instants("visit_starts_at", "due_at"),
        *texts("state"),
        *integers("attempts"),
        optional("wait_until", INSTANT),
        optional("leased_until", INSTANT),
        optional("sent_at", INSTANT),
        *texts("problem"),
        key("id"),
        reference("appointment_id", "appointment.id"),
        reference("site_id", "site.id"),
        sa.UniqueConstraint(
            "appointment_id", "appointment_version", "kind", "channel", "recipient_hash", name="once"
        ),
    )
    index("reminder", "state", "due_at")
    index("reminder", "visit_starts_at")


CREATE = {
    "site": create_site,
    "site_hours": create_site_hours,
    "closure": create_closure,
    "resource": create_resource,
    "lane": create_lane,
    "room": create_room,
    "room_outage": create_room_outage,
    "staff": create_staff,
    "shift": create_shift,
    "time_off": create_time_off,
    "credential": create_credential,
    "patient": create_patient,
    "patient_absence": create_patient_absence,
    "gate_record": create_gate_record,
    "protocol": create_protocol,
    "series": create_series,
    "booking_request": create_booking_request,
    "appointment": create_appointment,
    "appointment_staff": create_appointment_staff,
    "appointment_phase": create_appointment_phase,
    "claim": create_claim,
    "account": create_account,
    "sign_in_failure": create_sign_in_failure,
    "audit_entry": create_audit_entry,
    "feed_subscription": create_feed_subscription,
    "reminder": create_reminder,
}

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
