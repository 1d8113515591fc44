"""The second factor of a patient's own pages: the birth date opens them by a link, for a short time and few tries."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from scheduler.access.permissions import SYSTEM
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Patient
from scheduler.reminders.answer_links import hash_of, patients_behind
from scheduler.store import clinic, own_door
from scheduler.store.audit import AuditEntry, record
from scheduler.store.own_door import Opening, Trial
from scheduler.store.work import reading, unit_of_work

IDLE = timedelta(minutes=30)
"""After so long without use the pages close."""

LONGEST = timedelta(hours=4)
"""However busy, they close after this: then the birth date is asked for again."""

WRONG_FOR_A_LINK = 5
"""After so many wrong birth dates a link is locked, each time four times as long: some forty tries in its whole life."""

FIRST_LOCK, LONGER = timedelta(minutes=15), 4

WRONG_FOR_A_NETWORK = 20
NETWORK_LOCK = timedelta(hours=1)
"""So many wrong ones within this time, by whatever links, and a network waits as long."""

_MOST_DOUBLINGS = 6
_BYTES = 24


@dataclass(frozen=True, slots=True)
class GivenBirthDate:
    """The birth date that somebody gave who holds the link with this secret, from this network; empty for none."""

    secret: str
    birth_date: date
    network: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The pages are open: `opening` is what the browser shall show each time, and is kept nowhere else."""

    opening: str


@dataclass(frozen=True, slots=True)
class Mismatched:
    """The birth date is not that of whoever the link was sent to."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong ones: nothing is tried until then, UTC."""

    until: datetime


def open_own_pages(given: GivenBirthDate, clock: Clock) -> Opened | Mismatched | Locked:
    """Open the pages, or count the wrong try. Raises `NotFound` for a link of no use, whyever."""
    now = clock.now()
    return retried(lambda: _attempt(given, now))


def _attempt(given: GivenBirthDate, now: datetime) -> Opened | Mismatched | Locked:
    token_hash = hash_of(given.secret)
    with unit_of_work():
        patients = [clinic.patient(one) for one in sorted(patients_behind(token_hash, now))]
        # Always in this order, so that two who try at once never wait in a ring.
        subjects = [f"link:{token_hash}", *([f"network:{given.network}"] if given.network else [])]
        trials = {subject: own_door.locked_trial(subject, now) for subject in subjects}
        locked = [one.locked_until for one in trials.values() if one.locked_until and one.locked_until > now]
        if locked:
            return Locked(max(locked))
        found = [one for one in patients if one.birth_date == given.birth_date]
        if len(found) == 1:
            own_door.note_trial(subjects[0], Trial(0, now, None))
            return _opened(found[0], token_hash, now)
        waits = [_count(subject, trial, now) for subject, trial in trials.items()]
    until = max((wait for wait in waits if wait is not None), default=None)
    return Mismatched() if until is None else Locked(until)


def _opened(patient: Patient, token_hash: str, now: datetime) -> Opened:
    opening = secrets.token_urlsafe(_BYTES)
    own_door.keep_opening(Opening(_hash(opening), patient.site, patient.id, token_hash, now))
    record(AuditEntry(now, SYSTEM.id, "open_own_pages", "patient", patient.id, {"way": "link"}, patient.site))
    return Opened(opening)


def _count(subject: str, trial: Trial, now: datetime) -> datetime | None:
    """Count a wrong one, and return until when nothing is tried, `None` where there may be another."""
    if subject.startswith("network:"):
        after = after_wrong_of_network(trial, now)
    else:
        after = after_wrong_of_link(trial, now)
    own_door.note_trial(subject, after)
    return after.locked_until


def after_wrong_of_link(trial: Trial, now: datetime) -> Trial:
    """Return what stands after one more wrong birth date for a link; only a right one sets the count back."""
    wrong = trial.wrong + 1
    if wrong % WRONG_FOR_A_LINK:
        return Trial(wrong, now, None)
    times = min(wrong // WRONG_FOR_A_LINK - 1, _MOST_DOUBLINGS)
    return Trial(wrong, now, now + FIRST_LOCK * LONGER**times)


def after_wrong_of_network(trial: Trial, now: datetime) -> Trial:
    """Return what stands after one more wrong birth date from a network; an hour without any sets the count back."""
    wrong = 1 if now - trial.last_at >= NETWORK_LOCK else trial.wrong + 1
    if wrong < WRONG_FOR_A_NETWORK:
        return Trial(wrong, now, None)
    return Trial(0, now, now + NETWORK_LOCK)


def who_opened(opening: str, last_used: datetime, clock: Clock) -> Opening:
    """Return whose pages a browser may see. Raises `NotFound` where they are closed: by disuse, owner or the link's end."""
    now = clock.now()
    with reading():
        found = own_door.opening_with(_hash(opening))
        if (
            found is None
            or found.ended_at is not None
            or not timedelta(0) <= now - found.opened_at < LONGEST
            or now - last_used >= IDLE
            or found.patient not in patients_behind(found.token_hash, now)
        ):
            raise NotFound("the pages are closed")
    return found


def site_once_opened(opening: str) -> str | None:
    """Return the site whose pages a browser saw, also where they are closed by now; `None` where there is none."""
    with reading():
        found = own_door.opening_with(_hash(opening))
    return None if found is None else found.site


def close_own_pages(opening: str, clock: Clock) -> None:
    """Close the pages for good, in whichever browser shows the same; closed ones stay closed."""
    with unit_of_work():
        own_door.end_opening(_hash(opening), clock.now())


def _hash(opening: str) -> str:
    return sha256(opening.encode()).hexdigest()
