"""The windows between the visits of many series, each by the protocol and version that the series keeps to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from scheduler.domain.extra_steps import with_extra
from scheduler.domain.treatment import Protocol, Window
from scheduler.store.base import table_of
from scheduler.store.protocol_rows import load_protocols
from scheduler.store.series import extra_steps_of
from scheduler.store.tables_treatment import SeriesRow
from scheduler.store.work import reading

_series = table_of(SeriesRow)

_PORTION = 500
"""Series asked for in one question: databases bound how many values one may hold."""

_QUESTION = select(
    _series.c.id, _series.c.protocol_key, _series.c.protocol_version, _series.c.extra_steps
).where(_series.c.id.in_(bindparam("ids", expanding=True)))


def windows_of(series: Iterable[str]) -> Mapping[str, tuple[Window, ...]]:
    """Return the windows of each of these series, those of steps that it has beside its protocol included."""
    asked = iter(sorted(set(series)))
    found: dict[str, tuple[Window, ...]] = {}
    known: dict[str, Mapping[int, Protocol]] = {}
    with reading() as connection:
        while portion := list(islice(asked, _PORTION)):
            for row in connection.execute(_QUESTION, {"ids": portion}):
                if row.protocol_key not in known:
                    known[row.protocol_key] = _versions(connection, row.protocol_key)
                protocol = known[row.protocol_key][row.protocol_version]
                found[row.id] = with_extra(protocol, extra_steps_of(row.extra_steps)).windows
    return found


def _versions(connection: Connection, key: str) -> Mapping[int, Protocol]:
    return {protocol.version: protocol for protocol in load_protocols(connection, key)}
