"""Transactions: `unit_of_work` to write, `reading` to read, and what the database's refusals mean in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from scheduler.store.database import READING, db
from scheduler.store.refusals import in_our_words


@dataclass(frozen=True, slots=True)
class _Transaction:
    connection: Connection
    writes: bool
    afterwards: list[Callable[[], None]] = field(default_factory=list)


_current: ContextVar[_Transaction | None] = ContextVar("transaction", default=None)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Open a write transaction: committed at the end, rolled back whole on any exception.

    On SQLite it holds the one write lock from its beginning. There is no unit of work inside another, and none inside
    `reading`. Raises `Conflict` when the database refuses a claim, or a lock cannot be had; `StoreNotReady`
    when there is no database or no tables.
    """
    if _current.get() is not None:
        raise RuntimeError("a transaction is open already; a unit of work begins outside of it")
    with _transaction(_to_write, writes=True):
        yield


@contextmanager
def noting() -> Iterator[None]:
    """Open a unit of work for what is found out anew when it is lost: its end does not wait for the disk.

    When the machine itself fails, and at no other time, what was noted last may be gone; all else stands. It is for nothing
    that anybody was told is done. Raises as `unit_of_work` does.
    """
    if _current.get() is not None:
        raise RuntimeError("a transaction is open already; a note is taken outside of it")
    with _transaction(_to_note, writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield


@contextmanager
def reading() -> Iterator[Connection]:
    """Open a transaction in which every read sees the same moment, or join the one that is open.

    Raises `StoreNotReady` when there is no database or no tables.
    """
    current = _current.get()
    if current is not None:
        yield current.connection
        return
    with _transaction(_to_read, writes=False) as connection:
        yield connection


def writing() -> Connection:
    """Return the connection of the unit of work; for this room's own use. Raises `RuntimeError` outside of one."""
    current = _current.get()
    if current is None or not current.writes:
        raise RuntimeError("a write needs a unit of work around it")
    return current.connection


def when_committed(act: Callable[[], None]) -> None:
    """Do something once all that the open transaction has seen is certain: now when it only reads, else after its commit.

    For this room's own use; nothing is done when the unit of work is rolled back.
    """
    current = _current.get()
    if current is not None and current.writes:
        current.afterwards.append(act)
    else:
        act()


_Prepared: TypeAlias = Callable[[Connection], AbstractContextManager[Connection]]


@contextmanager
def _transaction(prepared: _Prepared, *, writes: bool) -> Iterator[Connection]:
    try:
        with db.engine.connect() as plain, prepared(plain) as connection, connection.begin():
            transaction = _Transaction(connection, writes)
            token = _current.set(transaction)
            try:
                yield connection
            finally:
                _current.reset(token)
        for act in transaction.afterwards:
            act()
    except DBAPIError as error:
        raise in_our_words(error) from error


@contextmanager
def _to_write(connection: Connection) -> Iterator[Connection]:
    yield connection


@contextmanager
def _to_note(connection: Connection) -> Iterator[Connection]:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield connection
        return
    # SQLite knows it of a whole connection alone, and outside of a transaction.
    (waiting,) = driver.execute("PRAGMA synchronous").fetchone()
    driver.execute(f"PRAGMA synchronous={min(waiting, _NORMAL)}")
    try:
        yield connection
    finally:
        driver.execute(f"PRAGMA synchronous={waiting}")


#: What SQLite calls it when the disk is waited for now and then, and no commit by itself waits.
_NORMAL = 1


@contextmanager
def _to_read(connection: Connection) -> Iterator[Connection]:
    if connection.dialect.name == "sqlite":
        yield connection.execution_options(**{READING: True})
    else:
        # Read committed shows each statement a moment of its own; a page must not mix two.
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
