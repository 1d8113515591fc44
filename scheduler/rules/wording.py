"""How findings say lengths, stretches of time, roles and credentials, so that all rules speak alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduler.domain.clock import first_moment, local, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.telling import (
    Told,
    told,
    told_date,
    told_joined,
    told_list,
    told_moment,
    told_of_number,
    told_time,
    told_whole,
)
from scheduler.domain.treatment import Counting, Point, Window

_DAYS_FROM = timedelta(days=5)
_CREDENTIALS = {
    "rems": "REMS",
    "bls": "BLS",
    "acls": "ACLS",
    "kap_training": told("KAP training"),
    "rn_licence": told("RN licence"),
}
_GATES = {
    "clearance.medical": told("medical clearance"),
    "clearance.psychological": told("psychological clearance"),
    "consent.treatment": told("treatment consent"),
    "order.prescription": told("prescription order"),
    "payment": told("payment"),
    "escort": told("escort"),
    "eligibility": told("eligibility"),
    "review.response": told("response review"),
    "review.benefit": told("benefit review"),
    "review.maintenance": told("maintenance review"),
    "enrolment.rems": told("REMS enrolment"),
    "payer.authorisation": told("authorisation payer"),
}
_ROLES = {
    Role.THERAPIST: told("therapist"),
    Role.CO_THERAPIST: told("co-therapist"),
    Role.MEDICAL_MONITOR: told("medical monitor"),
    Role.ADMINISTERING_CLINICIAN: told("administering clinician"),
    Role.PRESCRIBER: told("prescriber"),
    Role.CARE_COORDINATOR: told("care coordinator"),
}


def measured(length: timedelta) -> str:
    """Return an elapsed time as it was measured: '47 h 0 min', from five days on '6 d 2 h 0 min'; never negative."""
    size = abs(length)
    days, rest = divmod(size, timedelta(days=1)) if size >= _DAYS_FROM else (0, size)
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    parts = [f"{days} d"] if days else []
    parts += [f"{hours} h"] if days or hours else []
    parts.append(f"{minutes} min")
    if rest:
        parts.append(f"{rest.total_seconds():g} s")
    return " ".join(parts)


def limit(length: timedelta) -> str:
    """Return a limit as a protocol says it: '48 h', '5 d', '15 min', with no part that is nothing."""
    if length and length % timedelta(days=1) == timedelta(0) and length >= _DAYS_FROM:
        return f"{length // timedelta(days=1)} d"
    parts = measured(length).split(" ")
    kept = [f"{size} {unit}" for size, unit in zip(parts[::2], parts[1::2], strict=True) if size != "0"]
    return " ".join(kept) or "0 min"


def day_count(length: timedelta) -> str:
    """Return a number of calendar days: '1 calendar day', '3 calendar days'; never negative."""
    return told_of_number("%(num)s calendar day", "%(num)s calendar days", abs(length) // timedelta(days=1))


@lru_cache(maxsize=4096)
def day_words(day: date) -> str:
    """Return a calendar day, such as 'Thu 3 Dec 2026'."""
    return told_date(day)


def stretch(interval: Interval, zone: str) -> str:
    """Return a stretch of local time: 'Thu 3 Dec 2026 10:20 MST to 12:35', with the day again when it is another."""
    start, end = local(interval.start, zone), local(interval.end, zone)
    if start.date() == end.date() and start.tzname() == end.tzname():
        over = told_time(interval.end, zone)
    else:
        over = told_moment(interval.end, zone)
    return told("%(start)s to %(end)s", start=told_moment(interval.start, zone), end=over)


def stretches(intervals: Iterable[Interval], zone: str) -> str:
    """Return several stretches, joined by 'and'."""
    return told_joined((stretch(interval, zone) for interval in intervals), told(" and "))


def last_words(end: datetime, zone: str) -> str:
    """Return by when something is to be over: the last clinic-local day itself where it is the end of one."""
    day = local_day(end, zone)
    return day_words(day - timedelta(days=1)) if end == first_moment(day, zone) else told_moment(end, zone)


def during(interval: Interval, zone: str) -> str:
    """Return when something is so: 'on Sat 5 Dec 2026', 'from Sat 5 Dec 2026 to Mon 7 Dec 2026', or with the hours.

    Days are told alone where they are whole ones at the clinic, the last included.
    """
    first, after = local_day(interval.start, zone), local_day(interval.end, zone)
    if (interval.start, interval.end) != (first_moment(first, zone), first_moment(after, zone)):
        return told("from %(stretch)s", stretch=stretch(interval, zone))
    last = after - timedelta(days=1)
    if first == last:
        return told("on %(day)s", day=day_words(first))
    return told("from %(first)s to %(last)s", first=day_words(first), last=day_words(last))


def role_name(role: Role) -> str:
    """Return a role in words: 'medical monitor'."""
    return _ROLES[role]


def credential_name(kind: str) -> str:
    """Return a credential in words: 'BLS', 'therapist licence'."""
    return _CREDENTIALS.get(kind, kind.replace("_", " "))


@lru_cache(maxsize=512)
def gate_name(kind: str) -> str:
    """Return a gate in words: 'clearance.medical' is 'medical clearance', 'payment' is 'payment'."""
    known = _GATES.get(kind)
    return known or told_joined(credential_name(part) for part in reversed(kind.split(".")))


def window_words(window: Window) -> str:
    """Return a window as people read it: 'I1 starts at least 24 h and at most 72 h after D1 is over'."""
    if window.to_point is Point.START:
        later = told("%(step)s starts", step=window.to_step)
    else:
        later = told("%(step)s is over", step=window.to_step)
    return told_joined(filter(None, (later, _distance_words(window), _after(window))))


def _after(window: Window) -> Told:
    if window.from_point is Point.START:
        return told("after %(step)s starts", step=window.from_step)
    return told("after %(step)s is over", step=window.from_step)


def _distance_words(window: Window) -> Told | None:
    """Return how far apart a window keeps two moments: 'at least 24 h and at most 72 h'; `None` when it does not say."""
    said = limit if window.counted is Counting.ELAPSED else day_count
    least = told("at least %(length)s", length=said(window.at_least)) if window.at_least else None
    most = told("at most %(length)s", length=said(window.at_most)) if window.at_most is not None else None
    return told_joined(filter(None, (least, most)), told(" and ")) if least or most else None


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning and a full stop at its end."""
    return told_whole(text)


def listed(words: Iterable[str]) -> str:
    """Return words as a list for reading: 'D1, D2 and D3'."""
    return told_list(words)
