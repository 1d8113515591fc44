"""Which messages about changes are due: what patients were told last against what holds now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.reminders.policy import MessageKind, PlannedMessage, Verdict, change_for, policy_for, verdict
from scheduler.reminders.ways import Way, ways_to
from scheduler.store.contacts import Contacts, contacts
from scheduler.store.reminder_facts import AwaitedVisit
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.told import Desk, News, Saying, desk, news

NEWS_BEHIND = timedelta(days=7)
"""Changes of visits that were to be so long ago are still entered, as too late, so that they are seen."""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A message to enter; `sayings` are what it would have said, where it is entered as one that will not be sent."""

    new: NewReminder
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The messages to enter now, and the visits whose reminders wait until a change of them was told.

    `changed` are all visits that are otherwise than was told, also those of which nothing can be told.
    """

    entries: tuple[ChangeEntry, ...]
    untold: frozenset[str]
    changed: frozenset[str]


def changes_due(now: datetime) -> Changes:
    """Return what is to be entered about changes: one message for each patient and site; for use in one reading."""
    entries, untold = [], set[str]()
    found = news(now, now - NEWS_BEHIND)
    known_of = contacts(one.visit.patient for one in found)
    for group in _by_patient_and_site(found).values():
        entry = _entry(group, now, known_of)
        if isinstance(entry, ChangeEntry):
            entries.append(entry)
        if entry is not None:
            untold |= {one.visit.appointment for one in group}
    return Changes(tuple(entries), frozenset(untold), frozenset(one.visit.appointment for one in found))


def change_of(group: Sequence[News]) -> PlannedMessage:
    """Return what the policy says of a message with these news."""
    times = [start for one in group for start in one.times]
    return change_for(max(one.visit.changed_at for one in group), times, policy_for(group[0].visit.times))


def _by_patient_and_site(found: Iterable[News]) -> Mapping[tuple[str, str], list[News]]:
    groups: dict[tuple[str, str], list[News]] = {}
    for one in found:
        groups.setdefault((one.visit.patient, one.visit.site), []).append(one)
    return groups


def _entry(group: Sequence[News], now: datetime, known_of: Contacts) -> ChangeEntry | Verdict | None:
    """Return the message to enter about these news, `WAIT` where it waits, `None` where they cannot be told."""
    visit, planned = group[0].visit, change_of(group)
    sayings = tuple(one.saying for one in group)
    found = _untried(visit, sayings, known_of)
    if found is None:
        return None
    way, hanging = found
    wanted = verdict(planned, now, visit.patient_zone, policy_for(visit.times))
    if wanted is Verdict.WAIT or hanging.busy:
        return Verdict.WAIT
    state, problem = _beginning(wanted, way)
    new = NewReminder(
        site=visit.site,
        appointment=hanging.anchor,
        version=hanging.number + 1,
        kind=MessageKind.CHANGE,
        channel=way.channel,
        recipient_hash=way.recipient_hash,
        visit_start=max(start for one in group for start in one.times),
        due=planned.due,
        state=state,
        problem=problem,
    )
    return ChangeEntry(new, sayings)


def _untried(visit: AwaitedVisit, sayings: Sequence[Saying], known_of: Contacts) -> tuple[Way, Desk] | None:
    """Return the first way by which not all of this was tried in vain, and where its messages hang."""
    for way in ways_to(visit, MessageKind.CHANGE, known_of):
        hanging = desk(visit, way.channel, way.recipient_hash)
        if not all((one.appointment, one.start, one.stands) in hanging.tried for one in sayings):
            return way, hanging
    return None


def _beginning(wanted: Verdict, way: Way) -> tuple[ReminderState, str]:
    """Return the state in which a message enters the ledger, and what is wrong with it."""
    if wanted is Verdict.TOO_LATE:
        return ReminderState.TOO_LATE, "no longer of use"
    if not way.address:
        return ReminderState.FAILED, way.problem
    return ReminderState.PENDING, ""
