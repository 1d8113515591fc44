"""Which of several processes has a piece of work to itself: a lease that is renewed, and anybody's once it lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.store.base import table_of
from scheduler.store.tables_outbound import LeadershipRow
from scheduler.store.work import reading, writing

_lead = table_of(LeadershipRow)


@dataclass(frozen=True, slots=True)
class Leadership:
    """Who has a piece of work to itself, until that instant (not included)."""

    holder: str
    until: datetime


def leadership_of(work: str) -> Leadership | None:
    """Return who leads, or led last; `None` where nobody ever did, or the last one resigned."""
    with reading() as connection:
        row = connection.execute(select(_lead).where(_lead.c.work == work)).one_or_none()
    return None if row is None else Leadership(row.holder, row.until)


def take_lead(work: str, holder: str, now: datetime, until: datetime) -> bool:
    """Lead until that instant, for the first time or further; say whether this is so.

    It is not while another leads. Of two that ask at once the second waits for the first, and finds its lease.
    """
    connection = writing()
    values = {"holder": holder, "until": until}
    free = or_(_lead.c.holder == holder, _lead.c.until <= now)
    if connection.execute(update(_lead).where(_lead.c.work == work, free).values(values)).rowcount:
        return True
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    first = insert(_lead).values(work=work, **values).on_conflict_do_nothing().returning(_lead.c.work)
    return connection.execute(first).one_or_none() is not None


def resign(work: str, holder: str) -> None:
    """Lead no more, so that another need not wait until the lease has lapsed."""
    writing().execute(delete(_lead).where(_lead.c.work == work, _lead.c.holder == holder))
