"""Which messages about changes are due: what patients were told last against what holds now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.policy import MessageKind, PlannedMessage, Verdict, change_for, policy_for, verdict
from scheduler.store.reminders import NewReminder, ReminderState
from scheduler.store.told import News, Saying, desk, news

NEWS_BEHIND = timedelta(days=7)
"""Changes of visits that were to be so long ago are still entered, as too late, so that they are seen."""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A message to enter; `sayings` are what it would have said, where it is entered as one that will not be sent."""

    new: NewReminder
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The messages to enter now, and the visits whose reminders wait until a change of them was told."""

    entries: tuple[ChangeEntry, ...]
    untold: frozenset[str]


def changes_due(now: datetime, channel: str) -> Changes:
    """Return what is to be entered about changes: one message for each patient and site; for use in one reading."""
    entries, untold = [], set[str]()
    for group in _by_patient_and_site(news(now, now - NEWS_BEHIND)).values():
        entry = _entry(group, now, channel)
        if isinstance(entry, ChangeEntry):
            entries.append(entry)
        if entry is not None:
            untold |= {one.visit.appointment for one in group}
    return Changes(tuple(entries), frozenset(untold))


def change_of(group: Sequence[News]) -> PlannedMessage:
    """Return what the policy says of a message with these news."""
    times = [start for one in group for start in one.times]
    return change_for(max(one.visit.changed_at for one in group), times, policy_for(group[0].visit.times))


def _by_patient_and_site(found: Iterable[News]) -> Mapping[tuple[str, str], list[News]]:
    groups: dict[tuple[str, str], list[News]] = {}
    for one in found:
        groups.setdefault((one.visit.patient, one.visit.site), []).append(one)
    return groups


def _entry(group: Sequence[News], now: datetime, channel: str) -> ChangeEntry | Verdict | None:
    """Return the message to enter about these news, `WAIT` where it waits, `None` where they cannot be told."""
    visit, planned = group[0].visit, change_of(group)
    recipient = recipient_hash(visit.email)
    hanging = desk(visit, channel, recipient)
    sayings = tuple(one.saying for one in group)
    if all((one.appointment, one.start, one.stands) in hanging.tried for one in sayings):
        return None
    wanted = verdict(planned, now, visit.patient_zone, policy_for(visit.times))
    if wanted is Verdict.WAIT or hanging.busy:
        return Verdict.WAIT
    state, problem = _beginning(wanted, visit.email)
    new = NewReminder(
        site=visit.site,
        appointment=hanging.anchor,
        version=hanging.number + 1,
        kind=MessageKind.CHANGE,
        channel=channel,
        recipient_hash=recipient,
        visit_start=max(start for one in group for start in one.times),
        due=planned.due,
        state=state,
        problem=problem,
    )
    return ChangeEntry(new, sayings)


def _beginning(wanted: Verdict, email: str) -> tuple[ReminderState, str]:
    """Return the state in which a message enters the ledger, and what is wrong with it."""
    if wanted is Verdict.TOO_LATE:
        return ReminderState.TOO_LATE, "no longer of use"
    if not email.strip():
        return ReminderState.FAILED, "the patient has no e-mail address"
    return ReminderState.PENDING, ""
