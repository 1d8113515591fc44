"""The log of what changed about a site, and the triggers by which the database itself writes it."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

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
}
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def upgrade() -> None:
    """Create the log, with one entry for each site that is there, and what writes it."""
    op.create_table(
        "site_change",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        sa.Column("resource_id", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="site_change_pk"),
    )
    op.create_index("site_change_by_site_id_id", "site_change", ["site_id", "id"])
    op.execute("INSERT INTO site_change (site_id) SELECT id FROM site")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in sqlite_notes() if is_sqlite else postgres_notes():
        op.execute(statement)


def downgrade() -> None:
    """Drop the log and what writes it."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("claim", *FACTS):
            for event in EVENTS:
                op.execute(f"DROP TRIGGER {table}_note_{event}")
    else:
        # What hangs on a function goes with it.
        for function in ("note_claim()", "note_fact()", "note_claim_change(claim)"):
            op.execute(f"DROP FUNCTION {function} CASCADE")
        op.execute("DROP FUNCTION note_site_change(text, bigint, text, text)")
    op.drop_table("site_change")


def sqlite_notes() -> Iterator[str]:
    """Yield the statements that make SQLite write the log."""
    for event, versions in EVENTS.items():
        claims = "".join(
            " INSERT INTO site_change (site_id, claim_id, resource_id, purpose)"
            f" SELECT site_id, {version}.id, {version}.resource_id, {version}.purpose FROM resource"
            f" WHERE id = {version}.resource_id AND kind <> 'patient';"
            for version in versions
        )
        yield f"CREATE TRIGGER claim_note_{event} AFTER {event.upper()} ON claim BEGIN{claims} END"
        for table, column in FACTS.items():
            facts = "".join(_fact_on_sqlite(table, column, version) for version in versions)
            yield f"CREATE TRIGGER {table}_note_{event} AFTER {event.upper()} ON {table} BEGIN{facts} END"


def _fact_on_sqlite(table: str, column: str, version: str) -> str:
    if table == "resource":
        what = f"{version}.{column}, {version}.id WHERE {version}.kind <> 'patient'"
        return f" INSERT INTO site_change (site_id, resource_id) SELECT {what};"
    return f" INSERT INTO site_change (site_id) SELECT {version}.{column};"


def postgres_notes() -> Iterator[str]:
    """Yield the statements that make PostgreSQL write the log."""
    yield from POSTGRES_FUNCTIONS
    yield "CREATE TRIGGER claim_note AFTER INSERT OR UPDATE OR DELETE ON claim FOR EACH ROW EXECUTE FUNCTION note_claim()"
    for table, column in FACTS.items():
        if table == "resource":
            for event, versions in EVENTS.items():
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
