"""What a feed says of each visit, in words that give nothing away; decided here, written out in `render`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.calendar_words import PatientShown
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.feeds.links import Link
from scheduler.store.feed_visits import FeedVisit
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit as a calendar shows it. Two equal entries are the same bytes in every feed.

    `uid` stays for the life of the visit, `sequence` rises and `changed_at` moves only when the visit changes.
    `location` is empty where none is to be shown. `alarm_minutes` is how long before the program shall remind, `None` for
    not at all. `links` are what the visit waits for.
    """

    uid: str
    summary: str
    interval: Interval
    state: AppointmentState
    sequence: int
    created_at: datetime
    changed_at: datetime
    location: str = ""
    alarm_minutes: int | None = None
    links: tuple[Link, ...] = ()


def entries_of(
    visits: Iterable[FeedVisit], subscription: FeedSubscription, links: Mapping[str, tuple[Link, ...]]
) -> tuple[Entry, ...]:
    """Return what this subscription may say of visits; `links` are those of each, by its uid."""
    return tuple(
        replace(entry_of(visit, subscription), links=links[visit.uid])
        if visit.uid in links
        else entry_of(visit, subscription)
        for visit in visits
    )


def entry_of(visit: FeedVisit, subscription: FeedSubscription) -> Entry:
    """Return what this subscription may say of a visit."""
    return _entry(visit, _words(visit, subscription), subscription.alarm_minutes)


def _entry(visit: FeedVisit, words: tuple[str, str], alarm_minutes: int | None) -> Entry:
    summary, location = words
    if not visit.state.takes_time:
        # Not every program heeds STATUS:CANCELLED, and a patient must not come in vain.
        summary = f"Cancelled: {summary}"
    return Entry(
        uid=visit.uid,
        summary=summary,
        interval=visit.interval,
        state=visit.state,
        sequence=visit.sequence,
        created_at=visit.created_at,
        changed_at=visit.changed_at,
        location=location,
        alarm_minutes=alarm_minutes if visit.state.takes_time else None,
    )


def neutral_entry(visit: FeedVisit) -> Entry:
    """Return what a patient's own calendar says of a visit, without a reminder on the device."""
    return _entry(visit, _neutral_words(visit), None)


def _words(visit: FeedVisit, subscription: FeedSubscription) -> tuple[str, str]:
    """Return summary and location."""
    if subscription.busy_only:
        return "Busy", ""
    if subscription.kind is SubscriptionKind.PATIENT:
        return _neutral_words(visit)
    return f"{visit.words.code_of(visit.kind)} {_whose(visit)}".rstrip(), visit.room_name


def _whose(visit: FeedVisit) -> str:
    """Return what tells staff whose visit it is, in the way that the site chose."""
    match visit.words.patient:
        case PatientShown.INITIALS:
            return visit.initials
        case PatientShown.ID:
            return visit.patient
        case PatientShown.FIRST_NAME:
            return visit.given_name
        case PatientShown.NOTHING:
            return ""


def _neutral_words(visit: FeedVisit) -> tuple[str, str]:
    return "Appointment", _neutral_place(visit)


def _neutral_place(visit: FeedVisit) -> str:
    """Return the neutral name and street address of the site; a call by phone has no place."""
    if visit.kind is StepKind.CONTACT:
        return ""
    return ", ".join(part for part in (visit.public_name, visit.address) if part)
