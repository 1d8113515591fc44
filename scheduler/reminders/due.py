"""Which messages are due now and not in the ledger yet: the policy asked about every visit to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.interval import Interval
from scheduler.domain.reminder_times import EARLIEST_DAYS
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.changes import ChangeEntry, changes_due
from scheduler.reminders.policy import (
    MessageKind,
    Occasion,
    PlannedMessage,
    Verdict,
    confirmation_for,
    policy_for,
    reminders_for,
    verdict,
)
from scheduler.store.around_visits import NOTHING_AROUND, Surroundings, surroundings
from scheduler.store.reminder_facts import (
    AwaitedVisit,
    Entered,
    Unconfirmed,
    awaited_visits,
    entered_about,
    unconfirmed_series,
)
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.told import Saying, untold_imports
from scheduler.store.work import reading

# A reminder so many calendar days before is at most one day and a clock change earlier than that in elapsed time.
_AHEAD = timedelta(days=EARLIEST_DAYS + 2)
# Messages that a standstill of the program made too late are still entered, so that they are seen.
_BEHIND = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Due:
    """What must be entered into the ledger now: to be sent, or too late, or without an address to send it to.

    `known` is what patients are taken to know without having been told.
    """

    messages: tuple[NewReminder, ...]
    changes: tuple[ChangeEntry, ...]
    known: tuple[Saying, ...]


def due_messages(now: datetime, channel: str) -> Due:
    """Return what is due now and not in the ledger yet.

    No reminder is due of a visit whose patient still has another time in mind: it is entered when the change was told.
    """
    starting = Interval(now - _BEHIND, now + _AHEAD)
    with reading():
        visits = awaited_visits(starting)
        around = surroundings(visits)
        entered = entered_about(starting)
        series = unconfirmed_series(after=now)
        changes = changes_due(now, channel)
        known = untold_imports(now)
    found = [
        new
        for visit in visits
        if visit.appointment not in changes.untold
        for new in _reminders_due(visit, around.get(visit.appointment, NOTHING_AROUND), entered, now, channel)
    ]
    for unconfirmed in series:
        found += _confirmation_due(unconfirmed, now, channel)
    return Due(tuple(found), changes.entries, known)


def reminder_of(kind: MessageKind, visit: AwaitedVisit) -> PlannedMessage | None:
    """Return what the policy says of a reminder that waits in the ledger for a visit at the time it has now.

    It is not missed, whatever else of the visit has changed since it was entered. `None` where the site sends none of this
    kind any more. For use in one reading.
    """
    around = surroundings([visit]).get(visit.appointment, NOTHING_AROUND)
    planned = reminders_for(_occasion(visit, around), policy_for(visit.times))
    return next((replace(message, missed=False) for message in planned if message.kind is kind), None)


def _occasion(visit: AwaitedVisit, around: Surroundings) -> Occasion:
    return Occasion(visit.start, visit.set_at, visit.patient_zone, visit.kind, around.act_by, around.doses)


def _reminders_due(
    visit: AwaitedVisit, around: Surroundings, entered: frozenset[Entered], now: datetime, channel: str
) -> Iterator[NewReminder]:
    if visit.set_at >= visit.start:
        return  # written down afterwards; there was never anything to remind of
    recipient = recipient_hash(visit.email)
    policy = policy_for(visit.times)
    for message in reminders_for(_occasion(visit, around), policy):
        wanted = verdict(message, now, visit.patient_zone, policy)
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


def _confirmation_due(unconfirmed: Unconfirmed, now: datetime, channel: str) -> Iterator[NewReminder]:
    first, last = unconfirmed.visits[0], unconfirmed.visits[-1]
    recipient = recipient_hash(first.email)
    message = confirmation_for(first.created_at, last.start)
    wanted = verdict(message, now, first.patient_zone, policy_for(first.times))
    if wanted is not Verdict.WAIT and recipient not in unconfirmed.tried:
        state, problem = _beginning(message, wanted, first)
        yield NewReminder(
            site=first.site,
            appointment=unconfirmed.anchor,
            version=1,
            kind=message.kind,
            channel=channel,
            recipient_hash=recipient,
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
