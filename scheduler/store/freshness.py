"""As of which writes something was read: numbers that rise with every write, and answer whoever asks again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sqlalchemy import BindParameter, Text, bindparam, func, literal_column, select, type_coerce

from scheduler.store.base import table_of
from scheduler.store.tables_accounts import AuditEntryRow
from scheduler.store.tables_changes import SiteChangeRow
from scheduler.store.tables_stamps import NAMES, FeedStampRow
from scheduler.store.tables_treatment import SeriesRow
from scheduler.store.work import reading

_stamp = table_of(FeedStampRow)
_entry = table_of(AuditEntryRow)
_change = table_of(SiteChangeRow)
_series = table_of(SeriesRow)

_HERE: BindParameter[str] = bindparam("site")
_QUESTION = select(
    select(_stamp.c.number).where(_stamp.c.subject == _HERE).scalar_subquery(),
    select(_stamp.c.number).where(_stamp.c.subject == literal_column(f"'{NAMES}'")).scalar_subquery(),
    select(func.max(_change.c.id)).where(_change.c.site_id == _HERE).scalar_subquery(),
    select(func.max(_entry.c.id)).where(_entry.c.site_id == _HERE).scalar_subquery(),
    select(func.max(_entry.c.id)).where(_entry.c.site_id.is_(None)).scalar_subquery(),
)

_PLACES = select(
    select(_stamp.c.number).where(_stamp.c.subject == literal_column(f"'{NAMES}'")).scalar_subquery(),
    select(func.max(_change.c.id))
    .where(_change.c.site_id == _HERE, _change.c.claim_id.is_(None))
    .scalar_subquery(),
)

Mark: TypeAlias = tuple[object, ...]
"""What is equal while nothing was written, and of no other meaning."""


def version_of_site(site: str) -> str:
    """Return what is the same while nothing that pages show of a site was written: one look-up.

    Visits and names raise the numbers of calendars, rooms and people the log of changes, and decisions about patients
    stand in the audit, each in the transaction of the write itself.
    """
    with reading() as connection:
        found = connection.execute(_QUESTION, {"site": site}).one()
    return ".".join(str(number or 0) for number in found)


def version_of_places(site: str) -> str:
    """Return what is the same while nothing was written of a site itself, its rooms and its people; visits do not count."""
    with reading() as connection:
        found = connection.execute(_PLACES, {"site": site}).one()
    return ".".join(str(number or 0) for number in found)


def marks_of_patients(patients: Iterable[str]) -> Mapping[str, int]:
    """Return by patient how often their visits were written; those of whom none ever was are left out."""
    query = select(_stamp.c.subject, _stamp.c.number).where(_stamp.c.subject.in_(sorted(set(patients))))
    with reading() as connection:
        return {row.subject: row.number for row in connection.execute(query)}


def marks_of_series(ids: Iterable[str]) -> Mapping[str, Mark]:
    """Return by series what it says itself: its protocol, state, and what was declined or added."""
    columns = (_series.c.protocol_key, _series.c.protocol_version, _series.c.state)
    lists = (type_coerce(_series.c.declined, Text), type_coerce(_series.c.extra_steps, Text))
    query = select(_series.c.id, *columns, *lists).where(_series.c.id.in_(sorted(set(ids))))
    with reading() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(query)}
