"""At most one text a day for a patient: what leaves first takes along what is due that day, a reminder after it waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.contact import ContactWay
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.reminders.changes import NEWS_BEHIND, change_of
from scheduler.reminders.contents import Contents, line_of
from scheduler.reminders.due import AHEAD, occasion_of
from scheduler.reminders.items_needed import needs_an_item
from scheduler.reminders.policy import MessageKind, PlannedMessage, has_deadline, policy_for, reminders_for
from scheduler.reminders.ways import ways_to
from scheduler.store.around_visits import NOTHING_AROUND, surroundings
from scheduler.store.contacts import Contacts, contacts
from scheduler.store.locks import lock
from scheduler.store.reminder_facts import AwaitedVisit, awaited_of
from scheduler.store.reminders import Lease, NewReminder, ReminderState, take_up
from scheduler.store.shared_texts import (
    About,
    Standing,
    note_reference_along,
    standing_of,
    take_along,
    take_day,
    text_at_once_waits,
    text_left_on,
)
from scheduler.store.told import News, news_for, note_told

AT_ONCE = (MessageKind.CONFIRMATION, MessageKind.CHANGE)
"""What is not held back by a text that has left that day; it counts as one itself, and takes along what is due."""

_A_MOMENT = timedelta(minutes=1)

OF_NO_USE_LATER = "another text had left that day, and on the next one it is of no use any more"


@dataclass(frozen=True, slots=True)
class Later:
    """A reminder that must not leave today: `until` is when to look again, `None` where it is of no use by then."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A message that may leave now, with all that it says; `notes` are the numbers of what was noted as told."""

    lease: Lease
    contents: Contents
    notes: tuple[int, ...]


def noted(lease: Lease, contents: Contents, now: datetime, until: datetime) -> Noted | Later | None:
    """Take a message up until then, and note what it is about to tell; `None` when it is no longer the lease's own.

    For use in the unit of work just before it is handed over. Who sends a text locks its patient, so that of two senders the
    second one finds what the first has decided.
    """
    reference = contents.letter.reference
    is_shared = lease.channel == ContactWay.SMS and lease.kind not in TO_ESCORTS
    if is_shared:
        lock([], [contents.addressee.patient])
        later = _later(lease, contents, now)
        if later is not None:
            return later
    taken = take_up(lease, until, reference)
    if taken is None:
        return None
    if is_shared:
        contents = _with_others(taken, contents, now)
        note_reference_along(taken, reference)
    return Noted(taken, contents, note_told(taken, contents.sayings))


def _later(lease: Lease, contents: Contents, now: datetime) -> Later | None:
    visit, kind = contents.addressee, MessageKind(lease.kind)
    policy = policy_for(visit.times)
    today = local_day(now, visit.patient_zone)
    if kind in AT_ONCE:
        return None
    news_at = _news_leave(lease, contents, now)
    if news_at is not None:
        return Later(news_at)
    # What has a deadline was due by it: the next day would be past it.
    if has_deadline(kind, visit.kind, policy) or not text_left_on(today, visit.patient, lease, now):
        return None
    tomorrow = today + timedelta(days=1)
    for at in (time(visit.times.hour), policy.quiet_until):
        until = instant_at(tomorrow, at, visit.patient_zone)
        if until < contents.planned.useful_until:
            return Later(until)
    return Later(None)


def _news_leave(lease: Lease, contents: Contents, now: datetime) -> datetime | None:
    """Return until when a reminder waits for news that are just about to leave and take it along, `None` where none are."""
    visit = contents.addressee
    if text_at_once_waits(visit.patient, [one.value for one in AT_ONCE], now):
        until = now + _A_MOMENT
    else:
        news = news_for(lease, now, since=now - NEWS_BEHIND)
        until = change_of(news).due if news else now
    return until if now < until < contents.planned.useful_until else None


def _with_others(lease: Lease, contents: Contents, now: datetime) -> Contents:
    """Return a text with the visits of which the patient is to be reminded today as well."""
    first = contents.addressee
    take_day(lease, local_day(now, first.patient_zone))
    due = {_reminder(lease, visit, planned): visit for visit, planned in _due_today(lease, contents, now)}
    taken = take_along(lease, due, now)
    going = {due[one].appointment: due[one] for one in taken}
    said = {one.appointment for one in contents.sayings}
    others = sorted(
        (visit for visit in going.values() if visit.appointment not in said), key=lambda one: one.start
    )
    also = tuple(line_of(visit, visit.start) for visit in others)
    needed = tuple(
        line_of(due[one], one.visit_start)
        for one in taken
        if needs_an_item(due[one], MessageKind(one.kind), now)
    )
    letter = replace(contents.letter, also=also, needed=(*contents.letter.needed, *needed))
    sayings = (*contents.sayings, *(News(visit, None).saying for visit in others))
    return replace(contents, letter=letter, sayings=sayings)


def _due_today(
    lease: Lease, contents: Contents, now: datetime
) -> Iterator[tuple[AwaitedVisit, PlannedMessage]]:
    """Yield the reminders of the patient at this site that are due before their day ends, and may go by this text."""
    first = contents.addressee
    ends = instant_at(local_day(now, first.patient_zone) + timedelta(days=1), time(0), first.patient_zone)
    said = {one.appointment for one in contents.sayings}
    unheard = {one.visit.appointment for one in news_for(lease, now, since=now - NEWS_BEHIND)} - said
    visits = [
        visit
        for visit in awaited_of(first.patient, first.site, Interval(now, now + AHEAD))
        if visit.appointment not in unheard and visit.set_at < visit.start
    ]
    around, known_of = surroundings(visits), contacts([first.patient])
    ledger = standing_of([visit.appointment for visit in visits], now)
    for visit in visits:
        occasion = occasion_of(visit, around.get(visit.appointment, NOTHING_AROUND))
        for planned in reminders_for(occasion, policy_for(visit.times)):
            rests = any(rest.start <= now < rest.end for rest in planned.rests)
            if planned.due < ends and now < planned.useful_until and not rests:
                standing = _by_this_text(lease, visit, planned.kind, ledger, known_of)
                if standing is not None and (not planned.missed if standing is _NEW else standing.waits):
                    yield visit, planned


_NEW = Standing(waits=True, failed=False)
"""How a reminder stands that the ledger does not have yet."""


def _by_this_text(
    lease: Lease,
    visit: AwaitedVisit,
    kind: MessageKind,
    ledger: Mapping[About, Standing],
    known_of: Contacts,
) -> Standing | None:
    """Return how a reminder stands that is to go by the way and to the number of this text, `None` for any other."""
    for way in ways_to(visit, kind, known_of):
        standing = ledger.get(About(visit.appointment, kind, visit.start, way.recipient_hash))
        if standing is not None and standing.failed:
            continue
        is_ours = (way.channel, way.recipient_hash) == (lease.channel, lease.recipient_hash)
        return (standing or _NEW) if is_ours else None
    return None


def _reminder(lease: Lease, visit: AwaitedVisit, planned: PlannedMessage) -> NewReminder:
    return NewReminder(
        site=visit.site,
        appointment=visit.appointment,
        version=visit.version,
        kind=planned.kind,
        channel=lease.channel,
        recipient_hash=lease.recipient_hash,
        visit_start=visit.start,
        due=planned.due,
        state=ReminderState.PENDING,
    )
