"""How findings say lengths, stretches of time, roles and credentials, so that all rules speak alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduler.domain.clock import first_moment, in_words, local, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import Counting, Point, Window

_DAYS_FROM = timedelta(days=5)
_ABBREVIATIONS = {
    "rems": "REMS",
    "bls": "BLS",
    "acls": "ACLS",
    "kap_training": "KAP training",
    "rn_licence": "RN licence",
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
    days = abs(length) // timedelta(days=1)
    return f"{days} calendar day{'' if days == 1 else 's'}"


@lru_cache(maxsize=4096)
def day_words(day: date) -> str:
    """Return a calendar day, such as 'Thu 3 Dec 2026'."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def stretch(interval: Interval, zone: str) -> str:
    """Return a stretch of local time: 'Thu 3 Dec 2026 10:20 MST to 12:35', with the day again when it is another."""
    start, end = local(interval.start, zone), local(interval.end, zone)
    if start.date() == end.date() and start.tzname() == end.tzname():
        return f"{in_words(interval.start, zone)} to {end:%H:%M}"
    return f"{in_words(interval.start, zone)} to {in_words(interval.end, zone)}"


def stretches(intervals: Iterable[Interval], zone: str) -> str:
    """Return several stretches, joined by 'and'."""
    return " and ".join(stretch(interval, zone) for interval in intervals)


def last_words(end: datetime, zone: str) -> str:
    """Return by when something is to be over: the last clinic-local day itself where it is the end of one."""
    day = local_day(end, zone)
    return day_words(day - timedelta(days=1)) if end == first_moment(day, zone) else in_words(end, zone)


def during(interval: Interval, zone: str) -> str:
    """Return when something is so: 'on Sat 5 Dec 2026', 'from Sat 5 Dec 2026 to Mon 7 Dec 2026', or with the hours.

    Days are told alone where they are whole ones at the clinic, the last included.
    """
    first, after = local_day(interval.start, zone), local_day(interval.end, zone)
    if (interval.start, interval.end) != (first_moment(first, zone), first_moment(after, zone)):
        return f"from {stretch(interval, zone)}"
    last = after - timedelta(days=1)
    return f"on {day_words(first)}" if first == last else f"from {day_words(first)} to {day_words(last)}"


def role_name(role: Role) -> str:
    """Return a role in words: 'medical monitor'."""
    return role.value.replace("co_", "co-").replace("_", " ")


def credential_name(kind: str) -> str:
    """Return a credential in words: 'BLS', 'therapist licence'."""
    return _ABBREVIATIONS.get(kind, kind.replace("_", " "))


@lru_cache(maxsize=512)
def gate_name(kind: str) -> str:
    """Return a gate in words: 'clearance.medical' is 'medical clearance', 'payment' is 'payment'."""
    return " ".join(credential_name(part) for part in reversed(kind.split(".")))


def window_words(window: Window) -> str:
    """Return a window as people read it: 'I1 starts at least 24 h and at most 72 h after D1 is over'."""
    points = {Point.START: "starts", Point.END: "is over"}
    said = limit if window.counted is Counting.ELAPSED else day_count
    least = f"at least {said(window.at_least)}" if window.at_least else ""
    most = f"at most {said(window.at_most)}" if window.at_most is not None else ""
    distance = " and ".join(part for part in (least, most) if part)
    return (
        f"{window.to_step} {points[window.to_point]} {f'{distance} ' if distance else ''}after "
        f"{window.from_step} {points[window.from_point]}"
    )


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning and a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def listed(words: Iterable[str]) -> str:
    """Return words as a list for reading: 'D1, D2 and D3'."""
    every = list(words)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}" if every else "none"
