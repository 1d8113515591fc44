"""What the database says when it refuses, turned into the named errors that floors above understand."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from scheduler.domain.errors import Conflict, StoreNotReady
from scheduler.store.tables_ledger import BEYOND_CAPACITY, TAKEN_TWICE

UPGRADE = "run: flask --app wsgi db upgrade"
RETRY = "Somebody else was writing at the same moment and nothing was saved; retry."
LOST = "Somebody else took one of these times a moment ago and nothing was saved; look again at what is free."
SAME = "Somebody else entered the same thing a moment ago and nothing was saved; look at it again."

#: SQLSTATE of deadlock, serialisation failure and a lock that could not be had in time.
BUSY_STATES = {"40P01", "40001", "55P03"}
EXCLUSION, UNIQUE, NO_TABLE = "23P01", "23505", "42P01"

#: The reference by which PostgreSQL refuses a lane that does not exist.
LANE = "claim_lane_fk"


def in_our_words(error: DBAPIError) -> Exception:
    """Return the named error for a refusal, or the error itself when it is a mistake of the program."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state in BUSY_STATES or "database is locked" in said:
        return Conflict(RETRY)
    if state == EXCLUSION or TAKEN_TWICE in said or BEYOND_CAPACITY in said or LANE in said:
        return Conflict(LOST)
    if state == UNIQUE or "UNIQUE constraint failed" in said:
        return Conflict(SAME)
    if state == NO_TABLE or "no such table" in said:
        return StoreNotReady(f"The database has no tables, or old ones; {UPGRADE}")
    if _is_out_of_reach(error, said, state):
        return StoreNotReady("The database cannot be reached; check DATABASE_URL and whether the server runs")
    return error


def _is_out_of_reach(error: DBAPIError, said: str, state: str | None) -> bool:
    if error.connection_invalidated or "unable to open database file" in said:
        return True
    name = type(error.orig).__name__
    # A connection that was never made has no state; one that was cut has class 08 or 57.
    never_made = (
        name == "OperationalError" and state is None and type(error.orig).__module__.startswith("psycopg")
    )
    return never_made or (state or "").startswith(("08", "57P"))
