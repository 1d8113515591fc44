"""Calendars of whole sites, with reminders and an end; numbers that rise with whatever a calendar shows."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "feed_subscription"
BEFORE = f"{TABLE}_before"
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

STAYING = "id, site_id, kind, busy_only, token_hash, name, created_at, revoked_at, last_fetched_at"
NAMES = "names"
SUBJECTS = ("patient_id", "room_id", "site_id")
NAMED = {
    "patient": ("given_name", "family_name"),
    "room": ("name",),
    "site": ("public_name", "address", "zone"),
}
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
RAISED = " ON CONFLICT (subject) DO UPDATE SET number = feed_stamp.number + 1"
EVERYBODY = "SELECT DISTINCT staff_id, 1 FROM appointment_staff WHERE appointment_id = NEW.id"


def upgrade() -> None:
    """Make the table of subscriptions anew, as SQLite must, and what counts changes."""
    op.execute(f"CREATE TABLE {BEFORE} AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        *_texts("id", "site_id", "kind"),
        sa.Column("resource_id", sa.String(), nullable=True),
        sa.Column("busy_only", sa.Boolean(), nullable=False),
        sa.Column("alarm_minutes", sa.Integer(), nullable=True),
        *_texts("token_hash", "name"),
        sa.Column("created_at", INSTANT, nullable=False),
        *_instants("ends_at", "revoked_at", "last_fetched_at"),
        *_texts("last_program", "etag"),
        *_instants("last_modified"),
        *_texts("stamp"),
        *_instants("good_until"),
        *_keys("resource_id"),
        sa.CheckConstraint("kind IN ('patient', 'staff', 'room', 'site')", name=op.f(f"{TABLE}_kind")),
        sa.CheckConstraint("(kind = 'site') = (resource_id IS NULL)", name=op.f(f"{TABLE}_subject")),
    )
    op.create_index(f"{TABLE}_by_resource_id", TABLE, ["resource_id"])
    op.create_index(f"{TABLE}_by_site_id", TABLE, ["site_id"])
    op.execute(
        f"INSERT INTO {TABLE} ({STAYING}, resource_id, last_program, etag, stamp)"
        f" SELECT {STAYING}, subject, '', '', '' FROM {BEFORE}"
    )
    op.drop_table(BEFORE)
    op.create_table(
        "feed_stamp",
        *_texts("subject"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("feed_stamp_pk")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in sqlite_stamps() if is_sqlite else postgres_stamps():
        op.execute(statement)


def downgrade() -> None:
    """Go back; calendars of whole sites are lost."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("appointment", "appointment_staff"):
            for event in EVENTS:
                op.execute(f"DROP TRIGGER {table}_stamp_{event}")
        for table in NAMED:
            op.execute(f"DROP TRIGGER {table}_stamp")
    else:
        # What hangs on a function goes with it.
        for function in ("stamp_visit()", "stamp_staff()", "stamp_names()"):
            op.execute(f"DROP FUNCTION {function} CASCADE")
        op.execute("DROP FUNCTION raise_stamp(text)")
    op.drop_table("feed_stamp")
    op.execute(f"CREATE TABLE {BEFORE} AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        *_texts("id", "site_id", "kind", "subject"),
        sa.Column("busy_only", sa.Boolean(), nullable=False),
        *_texts("token_hash", "name"),
        sa.Column("created_at", INSTANT, nullable=False),
        *_instants("revoked_at", "last_fetched_at"),
        *_keys("subject"),
        sa.CheckConstraint("kind IN ('patient', 'staff', 'room')", name=op.f(f"{TABLE}_kind")),
    )
    op.create_index(f"{TABLE}_by_kind_subject", TABLE, ["kind", "subject"])
    op.create_index(f"{TABLE}_by_site_id", TABLE, ["site_id"])
    op.execute(
        f"INSERT INTO {TABLE} ({STAYING}, subject)"
        f" SELECT {STAYING}, resource_id FROM {BEFORE} WHERE resource_id IS NOT NULL"
    )
    op.drop_table(BEFORE)


def _texts(*names: str) -> Iterator[sa.Column[str]]:
    return (sa.Column(name, sa.String(), nullable=False) for name in names)


def _instants(*names: str) -> Iterator[sa.Column[object]]:
    return (sa.Column(name, INSTANT, nullable=True) for name in names)


def _keys(subject: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=op.f(f"{TABLE}_pk")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"{TABLE}_site_id_fk")),
        sa.ForeignKeyConstraint([subject], ["resource.id"], name=op.f(f"{TABLE}_{subject}_fk")),
        sa.UniqueConstraint("token_hash", name=op.f(f"{TABLE}_token_hash_once")),
    )


def sqlite_stamps() -> Iterator[str]:
    """Yield the statements that make SQLite raise the numbers."""
    for event, versions in EVENTS.items():
        visit = "".join(
            _raise(f"SELECT {version}.{column}, 1 WHERE {version}.{column} IS NOT NULL")
            for version in versions
            for column in SUBJECTS
        )
        if event == "update":
            visit += _raise(EVERYBODY)
        staff = "".join(_raise(f"SELECT {version}.staff_id, 1 WHERE true") for version in versions)
        for table, body in (("appointment", visit), ("appointment_staff", staff)):
            yield f"CREATE TRIGGER {table}_stamp_{event} AFTER {event.upper()} ON {table} BEGIN{body} END"
    for table, columns in NAMED.items():
        body = _raise(f"SELECT '{NAMES}', 1 WHERE true")
        yield f"CREATE TRIGGER {table}_stamp AFTER UPDATE OF {', '.join(columns)} ON {table} BEGIN{body} END"


def _raise(subjects: str) -> str:
    return f" INSERT INTO feed_stamp (subject, number) {subjects}{RAISED};"


POSTGRES_FUNCTIONS = (
    f"""
    CREATE FUNCTION raise_stamp(subject_of text) RETURNS void LANGUAGE sql AS $$
        INSERT INTO feed_stamp (subject, number) SELECT subject_of, 1 WHERE subject_of IS NOT NULL{RAISED}
    $$
    """,
    f"""
    CREATE FUNCTION stamp_visit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            {" ".join(f"PERFORM raise_stamp(OLD.{column});" for column in SUBJECTS)}
        END IF;
        IF TG_OP <> 'DELETE' THEN
            {" ".join(f"PERFORM raise_stamp(NEW.{column});" for column in SUBJECTS)}
        END IF;
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO feed_stamp (subject, number) {EVERYBODY} ORDER BY 1{RAISED};
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION stamp_staff() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM raise_stamp(OLD.staff_id); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM raise_stamp(NEW.staff_id); END IF;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION stamp_names() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM raise_stamp('{NAMES}');
        RETURN NULL;
    END $$
    """,
)


def postgres_stamps() -> Iterator[str]:
    """Yield the statements that make PostgreSQL raise the numbers."""
    yield from POSTGRES_FUNCTIONS
    for table, function in (("appointment", "stamp_visit"), ("appointment_staff", "stamp_staff")):
        yield (
            f"CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for table, columns in NAMED.items():
        yield (
            f"CREATE TRIGGER {table}_stamp AFTER UPDATE OF {', '.join(columns)} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION stamp_names()"
        )
