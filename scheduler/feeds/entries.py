"""What a feed says of each visit, in words that give nothing away; decided here, written out in `render`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.calendar_words import PatientShown
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.feeds.links import Link
from scheduler.store.feed_visits import FeedVisit
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind


class Entry(NamedTuple):
    """One visit as a calendar shows it. Two equal entries are the same bytes in every feed.

    A tuple, since a calendar makes hundreds at once, and one is made in a third of the time of a frozen dataclass.

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

    def __hash__(self) -> int:
        # What is kept of visits is looked up by entries; all that differs otherwise is told by comparing them.
        return hash(self.uid)


def entries_of(
    visits: Iterable[FeedVisit], subscription: FeedSubscription, links: Mapping[str, tuple[Link, ...]]
) -> tuple[Entry, ...]:
    """Return what this subscription may say of visits; `links` are those of each, by its uid."""
    alarm = subscription.alarm_minutes
    return tuple(
        _entry(visit, _words(visit, subscription), alarm, links.get(visit.uid, ())) for visit in visits
    )


def _entry(
    visit: FeedVisit, words: tuple[str, str], alarm_minutes: int | None, links: tuple[Link, ...]
) -> Entry:
    summary, location = words
    takes_time = visit.state.takes_time
    if not takes_time:
        # Not every program heeds STATUS:CANCELLED, and a patient must not come in vain.
        summary = f"Cancelled: {summary}"
    # In the order of its fields: by name it takes twice as long.
    return Entry(
        visit.uid,
        summary,
        visit.interval,
        visit.state,
        visit.sequence,
        visit.created_at,
        visit.changed_at,
        location,
        alarm_minutes if takes_time else None,
        links,
    )


def neutral_entry(visit: FeedVisit) -> Entry:
    """Return what a patient's own calendar says of a visit, without a reminder on the device."""
    return _entry(visit, _neutral_words(visit), None, ())


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
    # A call by phone has no place.
    on_site = visit.kind is not StepKind.CONTACT
    return "Appointment", _neutral_place(visit.public_name, visit.address) if on_site else ""


@lru_cache(maxsize=256)
def _neutral_place(public_name: str, address: str) -> str:
    """Return the neutral name and street address of a site."""
    return ", ".join(part for part in (public_name, address) if part)
