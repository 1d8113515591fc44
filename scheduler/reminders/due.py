"""Which messages are due now and not in the ledger yet: the policy asked about every visit to come, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.interval import Interval
from scheduler.domain.reminder_times import EARLIEST_DAYS
from scheduler.reminders.changes import NEWS_BEHIND, ChangeEntry, Changes, changes_due
from scheduler.reminders.escorts import escort_notes_due
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
from scheduler.reminders.ways import Way, ways_to
from scheduler.store.around_visits import NOTHING_AROUND, Surroundings, surroundings
from scheduler.store.contacts import Contacts, contacts
from scheduler.store.reminder_facts import (
    AwaitedVisit,
    Entered,
    Unconfirmed,
    awaited_visits,
    awaited_within,
    entered_about,
    unconfirmed_series,
    unconfirmed_within,
)
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.told import Saying, changed_among, untold_imports
from scheduler.store.work import reading

# A reminder so many calendar days before is at most one day and a clock change earlier than that in elapsed time.
AHEAD = timedelta(days=EARLIEST_DAYS + 2)
"""No reminder is due of a visit that is longer ahead."""
# Messages that a standstill of the program made too late are still entered, so that they are seen.
_BEHIND = timedelta(days=7)


_PORTION = 500
"""So many visits are looked at together, so that however many are due, few are in memory."""

_SERIES_PORTION = 50
"""The same of series, each of which has many visits."""


@dataclass(frozen=True, slots=True)
class Due:
    """What must be entered into the ledger now: to be sent, or too late, or without an address to send it to.

    `known` is what patients are taken to know without having been told.
    """

    messages: tuple[NewReminder, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    known: tuple[Saying, ...] = ()


def due_messages(now: datetime) -> Iterator[Due]:
    """Yield what is due now and not in the ledger yet, some at a time: each is entered before the next is asked for.

    Each goes by the first way that the patient may be written to by; where that has failed for good, by the next one.
    No reminder is due of a visit whose patient still has another time in mind: it is entered when the change was told.
    """
    while known := untold_imports(now, _PORTION):
        yield Due(known=known)
        if len(known) < _PORTION:
            break
    with reading():
        changes = changes_due(now)
        visits = awaited_within(Interval(now - _BEHIND, now + AHEAD))
        series = unconfirmed_within(after=now)
    yield Due(changes=changes.entries)
    for portion in _portions(visits, _PORTION):
        yield Due(tuple(_reminders_of(portion, changes, now)))
    for portion in _portions(series, _SERIES_PORTION):
        yield Due(tuple(_confirmations_of(portion, now)))
    yield Due(escort_notes_due(now))


def _portions(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]


def _reminders_of(appointments: Sequence[str], changes: Changes, now: datetime) -> Iterator[NewReminder]:
    """Yield the reminders that are due of some visits."""
    with reading():
        visits = awaited_visits(appointments)
        around = surroundings(visits)
        entered = entered_about(appointments)
        known_of = contacts(visit.patient for visit in visits)
        # What was changed since the changes were looked at is left to the next pass.
        untold = changes.untold | changed_among(appointments, now, now - NEWS_BEHIND) - changes.changed
    for visit in visits:
        if visit.appointment not in untold:
            surrounding = around.get(visit.appointment, NOTHING_AROUND)
            yield from _reminders_due(visit, surrounding, entered, now, known_of)


def _confirmations_of(series: Sequence[str], now: datetime) -> Iterator[NewReminder]:
    """Yield the confirmations that are due of some series."""
    with reading():
        unconfirmed = unconfirmed_series(series, after=now)
        known_of = contacts(visit.patient for one in unconfirmed for visit in one.visits[:1])
    for one in unconfirmed:
        yield from _confirmation_due(one, now, known_of)


def reminder_of(kind: MessageKind, visit: AwaitedVisit, around: Surroundings) -> PlannedMessage | None:
    """Return what the policy says of a reminder that waits in the ledger for a visit at the time it has now.

    It is not missed, whatever else of the visit has changed since it was entered. `None` where the site sends none of this
    kind any more.
    """
    planned = reminders_for(occasion_of(visit, around), policy_for(visit.times))
    return next((replace(message, missed=False) for message in planned if message.kind is kind), None)


def occasion_of(visit: AwaitedVisit, around: Surroundings) -> Occasion:
    """Return a visit as the policy sees it."""
    return Occasion(
        start=visit.start,
        set_at=visit.set_at,
        zone=visit.patient_zone,
        kind=visit.kind,
        act_by=around.act_by,
        doses=around.doses,
        booked_at=visit.created_at,
    )


def _reminders_due(
    visit: AwaitedVisit,
    around: Surroundings,
    entered: Mapping[Entered, bool],
    now: datetime,
    known_of: Contacts,
) -> Iterator[NewReminder]:
    if visit.set_at >= visit.start:
        return  # written down afterwards; there was never anything to remind of
    policy = policy_for(visit.times)
    for message in reminders_for(occasion_of(visit, around), policy):
        wanted = verdict(message, now, visit.patient_zone, policy)
        way = None if wanted is Verdict.WAIT else _way_of(message.kind, wanted, visit, entered, known_of)
        if way is not None:
            state, problem = _beginning(message, wanted, way)
            yield NewReminder(
                site=visit.site,
                appointment=visit.appointment,
                version=visit.version,
                kind=message.kind,
                channel=way.channel,
                recipient_hash=way.recipient_hash,
                visit_start=visit.start,
                due=message.due,
                state=state,
                problem=problem,
            )


def _way_of(
    kind: MessageKind,
    wanted: Verdict,
    visit: AwaitedVisit,
    entered: Mapping[Entered, bool],
    known_of: Contacts,
) -> Way | None:
    """Return the way by which a reminder goes now, `None` where it is in the ledger or nothing is left to try."""
    for way in ways_to(visit, kind, known_of):
        has_failed = entered.get(Entered(visit.appointment, kind, way.recipient_hash, visit.start))
        if has_failed is None:
            return way
        if not has_failed or wanted is not Verdict.SEND:
            return None
    return None


def _confirmation_due(unconfirmed: Unconfirmed, now: datetime, known_of: Contacts) -> Iterator[NewReminder]:
    first, last = unconfirmed.visits[0], unconfirmed.visits[-1]
    untried = (
        way
        for way in ways_to(first, MessageKind.CONFIRMATION, known_of)
        if way.recipient_hash not in unconfirmed.tried
    )
    way = next(untried, None)
    policy = policy_for(first.times)
    settled_at = max(visit.set_at for visit in unconfirmed.visits)
    message = confirmation_for(settled_at, last.start, policy)
    wanted = verdict(message, now, first.patient_zone, policy)
    if wanted is not Verdict.WAIT and way is not None:
        state, problem = _beginning(message, wanted, way)
        yield NewReminder(
            site=first.site,
            appointment=unconfirmed.anchor,
            version=1,
            kind=message.kind,
            channel=way.channel,
            recipient_hash=way.recipient_hash,
            visit_start=first.start,
            due=message.due,
            state=state,
            problem=problem,
        )


def _beginning(message: PlannedMessage, wanted: Verdict, way: Way) -> tuple[ReminderState, str]:
    """Return the state in which a message enters the ledger, and what is wrong with it."""
    if wanted is Verdict.TOO_LATE:
        problem = "booked when it was past due" if message.missed else "no longer of use"
        return ReminderState.TOO_LATE, problem
    if not way.address:
        return ReminderState.FAILED, way.problem
    return ReminderState.PENDING, ""
