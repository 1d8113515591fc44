"""What is noted of e-mail that came back, or that is late, in the ledger of messages."""

from __future__ import annotations

from sqlalchemy import select, update

from scheduler.domain.contact import ContactWay
from scheduler.store.base import table_of
from scheduler.store.reminders import ReminderState
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.texts import note_undelivered
from scheduler.store.work import reading, writing

_reminder = table_of(ReminderRow)


def note_returned(reference: str, problem: str) -> bool:
    """Note that an e-mail came back for good, so that nobody was told by it; say whether it is one of ours.

    One that has failed already, or is void, stays as it is.
    """
    if not _is_ours(reference):
        return False
    note_undelivered(reference, problem)
    return True


def note_delayed(reference: str, problem: str) -> bool:
    """Note that an e-mail that was handed over is late, which changes nothing else; say whether it is one of ours."""
    mine = (_reminder.c.reference == reference, _reminder.c.state == ReminderState.SENT)
    if not _is_ours(reference):
        return False
    writing().execute(update(_reminder).where(*mine).values(problem=problem))
    return True


def _is_ours(reference: str) -> bool:
    mine = (_reminder.c.reference == reference, _reminder.c.channel == ContactWay.EMAIL)
    with reading() as connection:
        return connection.execute(select(_reminder.c.id).where(*mine).limit(1)).first() is not None
