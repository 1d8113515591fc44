"""Send the dates of a series to its patient once more, as its confirmation does: by the ledger, as the patient allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.domain.clock import Clock
from scheduler.domain.contact import ContactWay
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.ways import ways_to
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.contacts import contacts
from scheduler.store.locks import lock
from scheduler.store.reminder_facts import AwaitedVisit, awaited_visits
from scheduler.store.reminders import UNDER_WAY, NewReminder, Reminder, ReminderState, confirmations_of, enter
from scheduler.store.work import unit_of_work

VERB = "send_series_again"


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send the dates of the series with this id again; `number` is how many messages of the kind were seen before.

    Asked twice with the same number, it is sent once.
    """

    series: str
    number: int


@dataclass(frozen=True, slots=True)
class SentAgain:
    """It is in the ledger, and leaves with the next pass."""

    series: str


def send_again(command: SendAgain, actor: Actor, clock: Clock) -> SentAgain | Refused | NotAllowed:
    """Enter one more confirmation, or say why none is sent. Raises `NotFound`."""
    now = clock.now()
    with unit_of_work():
        series = stored.series(command.series)
        if not may_at(actor, Permission.BOOK_SERIES, series.site):
            return NotAllowed(Permission.BOOK_SERIES)
        lock([series.site], [series.patient])
        earlier = confirmations_of(series.id)
        if len(earlier) != command.number:
            return SentAgain(series.id)
        visits = awaited_visits(visit.id for visit in series.standing if visit.start > now)
        new = _new(earlier, visits, now)
        if isinstance(new, NewReminder):
            enter([new])
            details = {"number": new.version}
            record(AuditEntry(now, actor.id, VERB, "series", series.id, details, series.site))
            return SentAgain(series.id)
        return new


def _new(earlier: Sequence[Reminder], visits: Sequence[AwaitedVisit], now: datetime) -> NewReminder | Refused:
    if not visits:
        return _no(
            "nothing_to_come", "No booked visit of the series is still to come.", "Nothing is to be sent."
        )
    if not earlier or any(one.state in UNDER_WAY for one in earlier):
        why = (
            "The dates are on their way already: they are sent by themselves a few minutes after the booking."
        )
        return _no("on_its_way", why, "Send them again when they have left.")
    first = visits[0]
    known = contacts([first.patient])
    way = next(
        (one for one in ways_to(first, MessageKind.CONFIRMATION, known) if one.channel == ContactWay.EMAIL),
        None,
    )
    if way is None or not way.address:
        why = (way and way.problem) or "the patient does not want e-mail about appointments"
        return _no("no_way", f"It cannot be sent by e-mail: {why}.", "Print it instead.")
    return NewReminder(
        site=first.site,
        appointment=earlier[-1].appointment,
        version=earlier[-1].version + 1,
        kind=MessageKind.CONFIRMATION,
        channel=way.channel,
        recipient_hash=way.recipient_hash,
        visit_start=first.start,
        due=now,
        state=ReminderState.PENDING,
        problem="",
    )


def _no(code: str, why: str, mend: str) -> Refused:
    return Refused(reasons=(nonsense(code, why, mend),))
