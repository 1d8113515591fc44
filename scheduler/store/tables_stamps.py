"""A number for each calendar that rises with whatever it shows, written by the database itself, so that nothing is missed.

While the number stands, so does the calendar: a program that asks again is answered by one look-up. Whoever writes a visit
raises the numbers of its patient, its room, everybody in it and its site, in the same transaction. New names of
patients, rooms and sites are rare, as is a series that goes on by another version of its protocol: they raise one number
that counts for every calendar.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Mapped

from scheduler.store.base import Key, Row
from scheduler.store.tables_ledger import run_when_created

NAMES = "names"
"""The subject of the number that counts for every calendar; resources and sites have ids without a slash before them."""


class FeedStampRow(Row):
    """How often what the calendar of `subject` shows was written: the id of a patient, member of staff, room or site."""

    __tablename__ = "feed_stamp"

    subject: Mapped[Key]
    number: Mapped[int]


#: Of a row of visits, what it is shown to.
_SUBJECTS = ("patient_id", "room_id", "site_id")

#: Which columns of which tables feeds show besides those of visits.
_NAMES = {
    "patient": ("given_name", "family_name"),
    "room": ("name",),
    "site": ("public_name", "address", "zone", "calendar_words"),
}
#: Visits are linked by the windows of the version that their series keeps to; a series is written without a new one too.
_VERSION = "AFTER UPDATE OF protocol_version ON series"
_NEW_VERSION = "WHEN (OLD.protocol_version <> NEW.protocol_version)"
_EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
_RAISED = " ON CONFLICT (subject) DO UPDATE SET number = feed_stamp.number + 1"


def sqlite_stamps() -> Iterator[str]:
    """Yield the statements that make SQLite raise the numbers."""
    for event, versions in _EVENTS.items():
        visit = "".join(
            _raise(f"SELECT {version}.{column}, 1 WHERE {version}.{column} IS NOT NULL")
            for version in versions
            for column in _SUBJECTS
        )
        if event == "update":
            visit += _raise(_EVERYBODY)
        staff = "".join(_raise(f"SELECT {version}.staff_id, 1 WHERE true") for version in versions)
        for table, body in (("appointment", visit), ("appointment_staff", staff)):
            yield f"CREATE TRIGGER {table}_stamp_{event} AFTER {event.upper()} ON {table} BEGIN{body} END"
    for table, columns in _NAMES.items():
        body = _raise(f"SELECT '{NAMES}', 1 WHERE true")
        yield f"CREATE TRIGGER {table}_stamp AFTER UPDATE OF {', '.join(columns)} ON {table} BEGIN{body} END"
    body = _raise(f"SELECT '{NAMES}', 1 WHERE true")
    yield f"CREATE TRIGGER series_stamp {_VERSION} {_NEW_VERSION} BEGIN{body} END"


def _raise(subjects: str) -> str:
    return f" INSERT INTO feed_stamp (subject, number) {subjects}{_RAISED};"


_EVERYBODY = "SELECT DISTINCT staff_id, 1 FROM appointment_staff WHERE appointment_id = NEW.id"

POSTGRES_FUNCTIONS = (
    f"""
    CREATE FUNCTION raise_stamp(subject_of text) RETURNS void LANGUAGE sql AS $$
        INSERT INTO feed_stamp (subject, number) SELECT subject_of, 1 WHERE subject_of IS NOT NULL{_RAISED}
    $$
    """,
    f"""
    CREATE FUNCTION stamp_visit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            {" ".join(f"PERFORM raise_stamp(OLD.{column});" for column in _SUBJECTS)}
        END IF;
        IF TG_OP <> 'DELETE' THEN
            {" ".join(f"PERFORM raise_stamp(NEW.{column});" for column in _SUBJECTS)}
        END IF;
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO feed_stamp (subject, number) {_EVERYBODY} ORDER BY 1{_RAISED};
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
    for table, columns in _NAMES.items():
        yield (
            f"CREATE TRIGGER {table}_stamp AFTER UPDATE OF {', '.join(columns)} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION stamp_names()"
        )
    yield f"CREATE TRIGGER series_stamp {_VERSION} FOR EACH ROW {_NEW_VERSION} EXECUTE FUNCTION stamp_names()"


for _statement in sqlite_stamps():
    run_when_created("after_create", _statement, "sqlite")
for _statement in postgres_stamps():
    run_when_created("after_create", _statement, "postgresql")
