"""Notes to whoever takes a patient home: which of them are due now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from scheduler.domain.interval import Interval
from scheduler.reminders.policy import MessageKind, PlannedMessage, Verdict, escort_notes, policy_for, verdict
from scheduler.reminders.ways import Way, ways_to_escort
from scheduler.store.contacts import Contacts, contacts
from scheduler.store.escorts import EscortedVisit, escorted_visits
from scheduler.store.reminder_facts import Entered, entered_about
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.work import reading

_AHEAD = timedelta(days=2)
# What a standstill of the program made too late is still entered, so that it is seen.
_BEHIND = timedelta(days=7)


def escort_notes_due(now: datetime) -> tuple[NewReminder, ...]:
    """Return what is to be entered now, each by the first way that has not failed."""
    with reading():
        visits = escorted_visits(Interval(now - _BEHIND, now + _AHEAD))
        entered = entered_about(one.visit.appointment for one in visits)
        known_of = contacts(one.visit.patient for one in visits)
    return tuple(_due(visits, entered, known_of, now))


def _due(
    visits: Iterable[EscortedVisit], entered: Mapping[Entered, bool], known_of: Contacts, now: datetime
) -> Iterator[NewReminder]:
    about = {(one.appointment, one.kind, one.visit_start) for one in entered}
    for one in visits:
        for planned in notes_of(one):
            wanted = verdict(planned, now, one.visit.site_zone, policy_for(one.visit.times))
            is_there = (one.visit.appointment, planned.kind, one.visit.start) in about
            if wanted is Verdict.WAIT or (wanted is Verdict.TOO_LATE and is_there):
                continue
            way = _way(one, planned.kind, entered, known_of)
            if way is not None:
                yield _new(one, planned, way, wanted)


def notes_of(one: EscortedVisit) -> tuple[PlannedMessage, ...]:
    """Return the notes about a visit, none where its time or the consent came after it."""
    visit, policy = one.visit, policy_for(one.visit.times)
    agreed = one.escort.agreed_at or one.release
    since = max(agreed, visit.set_at + policy.undo_delay)
    return escort_notes(one.release, since, visit.site_zone, policy) if since < one.release else ()


def _way(
    one: EscortedVisit, kind: MessageKind, entered: Mapping[Entered, bool], known_of: Contacts
) -> Way | None:
    """Return the way by which a note goes now, `None` where it is in the ledger or nothing is left to try."""
    for way in ways_to_escort(one.escort, known_of):
        has_failed = entered.get(Entered(one.visit.appointment, kind, way.recipient_hash, one.visit.start))
        if has_failed is None:
            return way
        if not has_failed:
            return None
    return None


def _new(one: EscortedVisit, planned: PlannedMessage, way: Way, wanted: Verdict) -> NewReminder:
    state, problem = ReminderState.PENDING, ""
    if wanted is Verdict.TOO_LATE:
        state, problem = ReminderState.TOO_LATE, "no longer of use"
    elif not way.address:
        state, problem = ReminderState.FAILED, way.problem
    return NewReminder(
        site=one.visit.site,
        appointment=one.visit.appointment,
        version=one.visit.version,
        kind=planned.kind,
        channel=way.channel,
        recipient_hash=way.recipient_hash,
        visit_start=one.visit.start,
        due=planned.due,
        state=state,
        problem=problem,
    )
