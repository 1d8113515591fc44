"""Which messages are due now and not in the ledger yet: the policy asked about every visit to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from scheduler.domain.interval import Interval
from scheduler.reminders.policy import (
    POLICY,
    MessageKind,
    PlannedMessage,
    Verdict,
    confirmation_for,
    reminders_for,
    verdict,
)
from scheduler.store.reminder_facts import (
    AwaitedVisit,
    Entered,
    awaited_visits,
    entered_about,
    unconfirmed_series,
)
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.work import reading

# A reminder so many calendar days before is at most one day and a clock change earlier than that in elapsed time.
_AHEAD = timedelta(days=max(lead.days_before for lead in POLICY.reminders) + 2)
# Messages that a standstill of the program made too late are still entered, so that they are seen.
_BEHIND = timedelta(days=7)


def due_messages(now: datetime, channel: str) -> tuple[NewReminder, ...]:
    """Return what must be entered into the ledger now: to be sent, or too late, or without an address to send it to."""
    starting = Interval(now - _BEHIND, now + _AHEAD)
    with reading():
        visits = awaited_visits(starting)
        entered = entered_about(starting)
        series = unconfirmed_series(after=now)
    found = [new for visit in visits for new in _reminders_due(visit, entered, now, channel)]
    for anchor, ahead in series:
        found += _confirmation_due(anchor, ahead, now, channel)
    return tuple(found)


def planned_of(kind: MessageKind, visit: AwaitedVisit, last_start: datetime) -> PlannedMessage:
    """Return what the policy says of one kind of message about a visit, or the series whose last visit starts then."""
    if kind is MessageKind.CONFIRMATION:
        return confirmation_for(visit.created_at, last_start)
    planned = reminders_for(visit.start, visit.set_at, visit.patient_zone)
    return next(message for message in planned if message.kind is kind)


def recipient_hash(address: str) -> str:
    """Return what the ledger keeps of an address: enough to tell two apart, too little to write to."""
    return sha256(address.strip().casefold().encode()).hexdigest()


def _reminders_due(
    visit: AwaitedVisit, entered: frozenset[Entered], now: datetime, channel: str
) -> Iterator[NewReminder]:
    if visit.set_at >= visit.start:
        return  # written down afterwards; there was never anything to remind of
    recipient = recipient_hash(visit.email)
    for message in reminders_for(visit.start, visit.set_at, visit.patient_zone):
        wanted = verdict(message, now, visit.patient_zone)
        about = Entered(visit.appointment, message.kind, recipient, visit.start)
        if wanted is not Verdict.WAIT and about not in entered:
            state, problem = _beginning(message, wanted, visit)
            yield NewReminder(
                site=visit.site,
                appointment=visit.appointment,
                version=visit.version,
                kind=message.kind,
                channel=channel,
                recipient_hash=recipient,
                visit_start=visit.start,
                due=message.due,
                state=state,
                problem=problem,
            )


def _confirmation_due(
    anchor: str, visits: tuple[AwaitedVisit, ...], now: datetime, channel: str
) -> Iterator[NewReminder]:
    first = visits[0]
    message = planned_of(MessageKind.CONFIRMATION, first, visits[-1].start)
    wanted = verdict(message, now, first.patient_zone)
    if wanted is not Verdict.WAIT:
        state, problem = _beginning(message, wanted, first)
        yield NewReminder(
            site=first.site,
            appointment=anchor,
            version=1,
            kind=message.kind,
            channel=channel,
            recipient_hash=recipient_hash(first.email),
            visit_start=first.start,
            due=message.due,
            state=state,
            problem=problem,
        )


def _beginning(message: PlannedMessage, wanted: Verdict, visit: AwaitedVisit) -> tuple[ReminderState, str]:
    """Return the state in which a message enters the ledger, and what is wrong with it."""
    if wanted is Verdict.TOO_LATE:
        problem = "booked when it was past due" if message.missed else "no longer of use"
        return ReminderState.TOO_LATE, problem
    if not visit.email.strip():
        return ReminderState.FAILED, "the patient has no e-mail address"
    return ReminderState.PENDING, ""
