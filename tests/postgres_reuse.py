"""A PostgreSQL database that one test after another gets, each time as it was at first.

To copy a database is to write hundreds of files, some hundred milliseconds for every test. The rows of a small clinic
are put back in a few. What a test could leave behind is looked at each time: its connections are ended, its rows taken
out, the numbers that the database gives set back; and a database whose tables are no longer the same ones is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import sleep
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres_server import PostgresServer

# Every entry of the catalogue that a statement could have added, changed or taken away, and which statement it was.
TABLES_AS_MADE = " UNION ALL ".join(
    f"SELECT '{catalogue}', count(*), sum(oid::bigint), sum(xmin::text::bigint) FROM {catalogue}"
    for catalogue in ("pg_class", "pg_constraint", "pg_trigger", "pg_proc", "pg_extension", "pg_namespace")
)

TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
)

NUMBERS = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

#: How often a database is handed out before a new one is made: what was taken out still lies about in its files.
USES = 100


@dataclass
class ReusedDatabase:
    """One database of the server, with what it held when this was made."""

    server: PostgresServer
    name: str
    uses: int = 0
    connection: psycopg.Connection[Any] = field(init=False)
    as_made: list[tuple[Any, ...]] = field(init=False)
    tables: list[str] = field(init=False)
    rows: dict[str, bytes] = field(init=False)
    numbers: list[tuple[Any, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(
            host=str(self.server.socket_folder), user=self.server.user, dbname=self.name, autocommit=True
        )
        # Rows go in and out as they are: no trigger notes a change, none compares one with the others.
        self.connection.execute("SET session_replication_role = replica")
        self.as_made = self.connection.execute(TABLES_AS_MADE).fetchall()
        self.tables = [name for (name,) in self.connection.execute(TABLES).fetchall()]
        self.rows = {table: rows for table in self.tables if (rows := self._rows_of(table))}
        self.numbers = self.connection.execute(NUMBERS).fetchall()

    def bring_back(self) -> bool:
        """Make the database what it was at first, and return True; or False when a new one has to be made."""
        self.uses += 1
        self._send_others_away()
        if self.uses > USES or self.connection.execute(TABLES_AS_MADE).fetchall() != self.as_made:
            self.close()
            return False
        with self.connection.transaction():
            emptying = (sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in self.tables)
            self.connection.execute(sql.SQL(";").join(emptying))
            for table, rows in self.rows.items():
                self._put_back(table, rows)
            for name, start, last in self.numbers:
                self.connection.execute(
                    "SELECT setval(%s::regclass, %s, %s)", (f'"{name}"', last or start, last is not None)
                )
        return True

    def close(self) -> None:
        """Close the connection to the database."""
        self.connection.close()

    def _send_others_away(self) -> None:
        while self.connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode()).fetchall():
            sleep(0.001)

    def _rows_of(self, table: str) -> bytes:
        statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
        with self.connection.cursor() as cursor, cursor.copy(statement) as out:
            return b"".join(bytes(part) for part in out)

    def _put_back(self, table: str, rows: bytes) -> None:
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
        with self.connection.cursor() as cursor, cursor.copy(statement) as back:
            back.write(rows)
