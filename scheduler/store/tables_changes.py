"""The log of what changed about a site, written by the database itself, so that nothing changes unnoticed.

A process keeps what it knows of a site and reads only what was noted since (`snapshots`). Every write to the tables named
here adds an entry in the same transaction, whoever writes it. On PostgreSQL the entry first takes the lock on the site's
row that bookings take: entries of one site are then committed in the order of their numbers, so that nobody who has
seen one number can have missed a smaller one. SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Row, RowNumber
from scheduler.store.tables_ledger import run_when_created


class SiteChangeRow(Row):
    """One change: of a claim, of a resource that came or went, or of the site's own facts.

    The first has a `claim_id`, with the resource and purpose it was or is filed under; the second a `resource_id` alone.
    Patients and what they are claimed for are not noted: they are read with every request.
    """

    __tablename__ = "site_change"
    __table_args__ = (Index(None, "site_id", "id"),)

    id: Mapped[RowNumber]
    # No reference: an entry tells what happened, also of what is gone by now.
    site_id: Mapped[str]
    claim_id: Mapped[int | None] = mapped_column(BigInteger)
    resource_id: Mapped[str | None]
    purpose: Mapped[str | None]


#: The tables whose every row is a fact about a site, with the column that names the site.
FACTS = {
    "site": "id",
    "site_hours": "site_id",
    "closure": "site_id",
    "resource": "site_id",
    "room": "site_id",
    "room_outage": "site_id",
    "staff": "site_id",
    "shift": "site_id",
    "time_off": "site_id",
    "credential": "site_id",
    "busy_times": "site_id",
}

_EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def sqlite_notes() -> Iterator[str]:
    """Yield the statements that make SQLite write the log."""
    for event, versions in _EVENTS.items():
        claims = "".join(_claim_on_sqlite(version) for version in versions)
        yield f"CREATE TRIGGER claim_note_{event} AFTER {event.upper()} ON claim BEGIN{claims} END"
        for table, column in FACTS.items():
            facts = "".join(_fact_on_sqlite(table, column, version) for version in versions)
            yield f"CREATE TRIGGER {table}_note_{event} AFTER {event.upper()} ON {table} BEGIN{facts} END"


def _claim_on_sqlite(version: str) -> str:
    of_resource = f"id = {version}.resource_id AND kind <> 'patient'"
    what = (
        f"site_id, {version}.id, {version}.resource_id, {version}.purpose FROM resource WHERE {of_resource}"
    )
    return f" INSERT INTO site_change (site_id, claim_id, resource_id, purpose) SELECT {what};"


def _fact_on_sqlite(table: str, column: str, version: str) -> str:
    if table == "resource":
        what = f"{version}.{column}, {version}.id WHERE {version}.kind <> 'patient'"
        return f" INSERT INTO site_change (site_id, resource_id) SELECT {what};"
    return f" INSERT INTO site_change (site_id) SELECT {version}.{column};"


POSTGRES_FUNCTIONS = (
    """
    CREATE FUNCTION note_site_change(site_of text, claim_of bigint, resource_of text, purpose_of text)
    RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM site WHERE id = site_of FOR NO KEY UPDATE;
        INSERT INTO site_change (site_id, claim_id, resource_id, purpose)
        VALUES (site_of, claim_of, resource_of, purpose_of);
    END $$
    """,
    """
    CREATE FUNCTION note_claim_change(claim_of claim) RETURNS void LANGUAGE sql AS $$
        SELECT note_site_change(site_id, claim_of.id, claim_of.resource_id, claim_of.purpose)
        FROM resource WHERE id = claim_of.resource_id AND kind <> 'patient'
    $$
    """,
    """
    CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM note_claim_change(OLD); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM note_claim_change(NEW); END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION note_fact() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            PERFORM note_site_change(to_jsonb(OLD) ->> TG_ARGV[0], NULL, to_jsonb(OLD) ->> TG_ARGV[1], NULL);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            PERFORM note_site_change(to_jsonb(NEW) ->> TG_ARGV[0], NULL, to_jsonb(NEW) ->> TG_ARGV[1], NULL);
        END IF;
        RETURN NULL;
    END $$
    """,
)


def postgres_notes() -> Iterator[str]:
    """Yield the statements that make PostgreSQL write the log."""
    yield from POSTGRES_FUNCTIONS
    yield "CREATE TRIGGER claim_note AFTER INSERT OR UPDATE OR DELETE ON claim FOR EACH ROW EXECUTE FUNCTION note_claim()"
    for table, column in FACTS.items():
        if table == "resource":
            # A condition on the row can name one version alone, so each event has a trigger of its own.
            for event, versions in _EVENTS.items():
                condition = " OR ".join(f"{version}.kind <> 'patient'" for version in versions)
                yield (
                    f"CREATE TRIGGER {table}_note_{event} AFTER {event.upper()} ON {table}"
                    f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION note_fact('{column}', 'id')"
                )
        else:
            yield (
                f"CREATE TRIGGER {table}_note AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION note_fact('{column}')"
            )


for _statement in sqlite_notes():
    run_when_created("after_create", _statement, "sqlite")
for _statement in postgres_notes():
    run_when_created("after_create", _statement, "postgresql")
