"""How instants and lists are written into columns, the same for every table."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from scheduler.domain.interval import as_utc

#: What an instant looks like in SQLite; every one has this width, so the order of texts is the order of time.
INSTANT_PATTERN = "____-__-__T__:__:__.______Z"


def instant_text(instant: datetime) -> str:
    """Return the fixed-width RFC 3339 text of an instant, in UTC with microseconds."""
    return as_utc(instant).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def instant_from(text: str) -> datetime:
    """Return the aware UTC instant that a text from the database says."""
    return datetime.fromisoformat(text)


class Instant(TypeDecorator[datetime]):
    """An instant: `timestamptz` on PostgreSQL, fixed-width RFC 3339 text on SQLite, aware UTC in Python."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        kind: TypeEngine[Any] = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Return what writes an instant; one without a zone is refused with `InvalidValue`."""
        write: Callable[[datetime], Any] = instant_text if dialect.name == "sqlite" else as_utc
        return lambda instant: None if instant is None else write(instant)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads an instant; connections to PostgreSQL speak UTC, so there is nothing to do."""
        if dialect.name != "sqlite":
            return None
        return lambda text: None if text is None else instant_from(text)


class PresentInstant(Instant):
    """An instant that is always there, read more quickly where rows are read by the hundred."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads an instant."""
        return None if super().result_processor(dialect, coltype) is None else datetime.fromisoformat


class JsonText(TypeDecorator[Any]):
    """A JSON value as text, its keys in the order given, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Return the text of a value."""
        return json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value of a text."""
        return None if value is None else json.loads(value)


class WordsText(TypeDecorator[tuple[str, ...]]):
    """A list of words as JSON text; the few lists that occur are read again and again."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Return what writes a list."""
        return _text_of_words

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str], tuple[str, ...]]:
        """Return what reads a list."""
        return words_from


def json_text(value: object) -> str:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=4096)
def _text_of_words(words: tuple[str, ...]) -> str:
    return json_text(words)


@lru_cache(maxsize=4096)
def words_from(text: str) -> tuple[str, ...]:
    """Return the words of a JSON list."""
    return tuple(json.loads(text))
