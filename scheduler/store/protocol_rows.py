"""Reads and writes protocols: kept as the documents they were given as, and read once for each text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Connection, Text, bindparam, insert, select, type_coerce

from scheduler.clinic_file import read_protocol
from scheduler.domain.errors import InvalidValue
from scheduler.domain.group_readings import readings
from scheduler.domain.treatment import Protocol
from scheduler.store.base import table_of
from scheduler.store.tables_treatment import ProtocolRow

_protocol = table_of(ProtocolRow)

# The text itself, since it is what the reading is remembered by.
_ALL = select(_protocol.c.key, type_coerce(_protocol.c.document, Text)).order_by(
    _protocol.c.key, _protocol.c.version
)
_OF_ONE = _ALL.where(_protocol.c.key == bindparam("of"))


def load_protocols(connection: Connection, key: str | None = None) -> tuple[Protocol, ...]:
    """Return every version of one protocol or, for `None`, of all; by key and then version."""
    found = connection.execute(_ALL) if key is None else connection.execute(_OF_ONE, {"of": key})
    return tuple(_read(*row) for row in found)


def write_protocol(connection: Connection, protocol: Protocol) -> None:
    """Write a version of a protocol that is not there yet. Raises `InvalidValue` without a document."""
    if protocol.document is None:
        raise InvalidValue(f"protocol {protocol.key} has no document to keep; read it from one")
    row = {
        "key": protocol.key,
        "version": protocol.version,
        "title": protocol.title,
        "document": dict(protocol.document),
    }
    connection.execute(insert(_protocol).values(row))


def same_document(one: Protocol, other: Protocol) -> bool:
    """Say whether two protocols were read from documents that say the same."""
    return _plain(one.document) == _plain(other.document)


def _plain(document: Mapping[str, object] | None) -> object:
    return None if document is None else json.loads(json.dumps(dict(document)))


@lru_cache(maxsize=256)
def _read(key: str, text: str) -> Protocol:
    """Return the reading of a document that is kept under this key."""
    return next(one for one in readings(read_protocol(json.loads(text))) if one.key == key)
