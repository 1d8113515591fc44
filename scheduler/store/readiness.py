"""Whether the database can be used: reached, and with the tables that this program was written for."""

from __future__ import annotations

from functools import lru_cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from scheduler.domain.errors import StoreNotReady
from scheduler.store.database import MIGRATIONS
from scheduler.store.refusals import UPGRADE, in_our_words
from scheduler.store.work import reading


def check_ready() -> None:
    """Return when the store can be used.

    Raises `StoreNotReady` with the command that mends it when the database cannot be reached, or its migrations
    are not those of this program.
    """
    wanted = _newest_migration()
    with reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise StoreNotReady(f"The database has no tables yet; {UPGRADE}")
    if found != wanted:
        raise StoreNotReady(f"The database is at migration {found}, this program needs {wanted}; {UPGRADE}")


def bring_up_to_date() -> None:
    """Run the migrations that are still to be run, as `flask db upgrade` does.

    Raises `StoreNotReady` when the database cannot be reached.
    """
    try:
        upgrade(str(MIGRATIONS))
    except DBAPIError as error:
        raise in_our_words(error) from error


@lru_cache(maxsize=1)
def _newest_migration() -> str:
    # Read once: the scripts do not change while a process runs.
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""
