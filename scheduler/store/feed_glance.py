"""The one look-up that a program costs which asks for a calendar again, as quick as the driver can do it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import local
from typing import Any
from weakref import WeakSet

from flask import Flask
from sqlalchemy import Engine, bindparam, event, func, literal_column, select
from sqlalchemy.exc import DBAPIError

from scheduler.store.base import table_of
from scheduler.store.columns import Instant
from scheduler.store.database import db
from scheduler.store.tables_outbound import FeedSubscriptionRow
from scheduler.store.tables_stamps import NAMES, FeedStampRow

_subscription = table_of(FeedSubscriptionRow)
_shown, _named = table_of(FeedStampRow).alias("shown"), table_of(FeedStampRow).alias("named")

_QUESTION = (
    select(
        _subscription.c.etag,
        _subscription.c.last_modified,
        _subscription.c.stamp,
        _subscription.c.good_until,
        _subscription.c.ends_at,
        _subscription.c.last_fetched_at,
        _subscription.c.last_program,
        _subscription.c.carries_address,
        func.coalesce(_shown.c.number, literal_column("0")),
        func.coalesce(_named.c.number, literal_column("0")),
    )
    .outerjoin(
        _shown, _shown.c.subject == func.coalesce(_subscription.c.resource_id, _subscription.c.site_id)
    )
    .outerjoin(_named, _named.c.subject == literal_column(f"'{NAMES}'"))
    .where(_subscription.c.token_hash == bindparam("hash"), _subscription.c.revoked_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Glance:
    """As what a feed was last read, by whom and when, and whether nothing of it was written since; all in UTC.

    What is kept of one that `carries_address` is not yet what is sent.
    """

    etag: str
    last_modified: datetime
    good_until: datetime
    ends_at: datetime | None
    last_fetched_at: datetime
    last_program: str
    carries_address: bool
    is_as_read: bool


class _Connections:
    """A connection of the driver for each thread, since fetching one takes longer than asking.

    It stays open until the thread ends or the engine lets go of its own ones.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = local()
        self._open: WeakSet[_Connection] = WeakSet()
        event.listen(engine, "engine_disposed", self._close_all)

    def mine(self) -> Any:
        """Return this thread's."""
        kept = getattr(self._mine, "connection", None)
        if kept is None:
            kept = self._mine.connection = _Connection(self._engine)
            self._open.add(kept)
        return kept.of_driver

    def forget_mine(self) -> None:
        """Close this thread's, after it failed; the next question opens another."""
        kept = self._mine.__dict__.pop("connection", None)
        if kept is not None:
            kept.close()

    def _close_all(self, _engine: Engine) -> None:
        for kept in tuple(self._open):
            kept.close()
        self._mine = local()


class _Connection:
    """One connection, taken out of the pool for good; every question is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        pooled = engine.raw_connection()
        driver: Any = pooled.driver_connection
        self.of_driver = driver
        pooled.detach()
        if engine.dialect.name == "postgresql":
            # SQLite's connections are so from the beginning.
            driver.autocommit = True

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        # What is broken already need not be closed.
        with suppress(Exception):
            self.of_driver.close()


class Glances:
    """Looks subscriptions up by a hash of their token, without sessions, rows or transactions."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine
        self._connections = _Connections(self._engine)
        dialect = self._engine.dialect
        self._text = str(_QUESTION.compile(dialect=dialect))
        self._is_positional = dialect.positional
        self._read: Callable[[Any], Any] = Instant().result_processor(dialect, None) or (lambda same: same)

    def look(self, token_hash: str) -> Glance | None:
        """Return what is known of a subscription that was read before, or `None`; also when the database fails."""
        try:
            row = self._row(token_hash)
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error):
            # Whoever answers in full finds out what is wrong, and says it.
            self._connections.forget_mine()
            return None
        if row is None or not row[0]:
            return None
        etag, modified, stamp, until, ends, fetched, program, carries, shown, named = row
        return Glance(
            etag=etag,
            last_modified=self._read(modified),
            good_until=self._read(until),
            ends_at=self._read(ends),
            last_fetched_at=self._read(fetched),
            last_program=program,
            carries_address=bool(carries),
            is_as_read=stamp == f"{shown}.{named}",
        )

    def _row(self, token_hash: str) -> Any:
        asked = (token_hash,) if self._is_positional else {"hash": token_hash}
        cursor = self._connections.mine().cursor()
        cursor.execute(self._text, asked)
        row = cursor.fetchone()
        # An open one would keep SQLite's file from being tidied up.
        cursor.close()
        return row
