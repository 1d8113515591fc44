"""Counts again what a quarter sent, by a calendar and a clock of its own: nothing here is shared with what decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.domain.treatment import StepKind
from tests.reminders.quarter import SITE_ZONE, Life, Quarter

REMINDERS = ("Before your appointment", "Appointment reminder")
SURE_AFTER = 4
"""So many passes without trouble send what is due: who died keeps a message for ten minutes, a failure for more."""


@dataclass(frozen=True)
class Entry:
    """A row of the ledger: about which visit at which time, of which kind, how it stands and why."""

    visit: str
    kind: str
    start: datetime
    state: str
    problem: str


@dataclass(frozen=True)
class Expected:
    """A reminder of a visit that stood at `start` from `since` until `until`, due in this window."""

    life: Life
    kind: str
    start: datetime
    since: datetime
    until: datetime
    due: datetime
    ends: datetime


def faults(quarter: Quarter, ledger: list[Entry]) -> list[str]:
    """Return all that was sent and should not have been, or was not and should have been; best none."""
    by_words = {(f"{one.patient}@example.org", words(start)): one for one, start in _times(quarter)}
    return [*_wrongly_sent(quarter, by_words), *_not_as_expected(quarter, ledger)]


def words(start: datetime) -> str:
    """Return how a message says a time at the site."""
    there = start.astimezone(ZoneInfo(SITE_ZONE))
    return f"{there:%A, %B} {there.day}, {there.year} at {there.hour % 12 or 12}:{there:%M %p %Z}"


def _times(quarter: Quarter) -> Iterator[tuple[Life, datetime]]:
    for life in quarter.lives:
        for _, start in life.turns:
            if start is not None:
                yield life, start


def _wrongly_sent(quarter: Quarter, by_words: Mapping[tuple[str, str], Life]) -> Iterator[str]:
    for left in quarter.left:
        if left.subject not in REMINDERS:
            continue
        for line in left.lines:
            life = by_words[left.to, line]
            if words(life.start_at(left.at) or left.at) != line:
                yield f"{life.id}: reminded at {left.at} of {line}, which did not stand any more"
            hour = left.at.astimezone(ZoneInfo(life.zone)).hour
            if not 8 <= hour < 21:
                yield f"{life.id}: reminded at {left.at}, in the quiet hours of {life.zone}"
            if life.kind is StepKind.INTEGRATION and rests(life, left.at, quarter):
                yield f"{life.id}: reminded at {left.at}, within six hours of a dose"


def rests(life: Life, at: datetime, quarter: Quarter) -> bool:
    """Say whether a patient rests from a dose before this visit at an instant."""
    doses = [one for one in quarter.lives if one.patient == life.patient and one.kind is StepKind.DOSING]
    starts = [start for one in doses if (start := one.start_at(at)) is not None]
    ahead = life.start_at(at)
    return any(start <= at < start + timedelta(hours=7) and start < (ahead or start) for start in starts)


def _not_as_expected(quarter: Quarter, ledger: list[Entry]) -> Iterator[str]:
    sent = Counter(
        (left.to, line, left.at) for left in quarter.left if left.subject in REMINDERS for line in left.lines
    )
    for one in expected(quarter):
        if one.life.patient in quarter.texted:
            continue
        about = (f"{one.life.patient}@example.org", words(one.start))
        times = sum(
            count
            for (to, line, at), count in sent.items()
            if (to, line) == about and one.due <= at < one.ends and one.since <= at < one.until
        )
        name = f"{one.life.id} {one.kind} of {words(one.start)}, due {one.due}"
        if times > 1:
            yield f"{name}: sent {times} times"
        if times and one.since > one.due:
            yield f"{name}: sent although it was past due when the visit got its time at {one.since}"
        if times or one.life.kind is StepKind.INTEGRATION:
            continue
        if one.since <= one.due and len(chances(one, quarter)) >= SURE_AFTER:
            yield f"{name}: never sent, though it could have been at {chances(one, quarter)[:3]}"
        is_over = [
            at for at in quarter.good if one.ends <= at < min(one.until, one.start + timedelta(days=6))
        ]
        if is_over and not recorded(one, ledger):
            yield f"{name}: neither sent nor recorded"


def chances(one: Expected, quarter: Quarter) -> list[datetime]:
    """Return the passes at which it could leave."""
    zone = ZoneInfo(one.life.zone)
    return [
        at
        for at in quarter.good
        if one.due <= at < min(one.ends, one.until) and 8 <= at.astimezone(zone).hour < 21
    ]


def recorded(one: Expected, ledger: list[Entry]) -> bool:
    return any(
        (entry.visit, entry.kind, entry.start) == (one.life.id, one.kind, one.start)
        and (entry.state == "sent" or (entry.state in ("too_late", "failed", "void") and entry.problem))
        for entry in ledger
    )


def expected(quarter: Quarter) -> Iterator[Expected]:
    """Yield each reminder that each time of each visit asks for."""
    end = quarter.passes[-1]
    for life in quarter.lives:
        for number, (since, start) in enumerate(life.turns):
            until = life.turns[number + 1][0] if number + 1 < len(life.turns) else end
            if start is None or since >= start:
                continue
            dues = list(_dues(life, start))
            for place, (kind, due) in enumerate(dues):
                ends = dues[place + 1][1] if place + 1 < len(dues) else start - timedelta(hours=2)
                yield Expected(life, kind, start, since, until, due, ends)


def _dues(life: Life, start: datetime) -> Iterator[tuple[str, datetime]]:
    day = start.astimezone(ZoneInfo(life.zone)).date()
    if life.kind is StepKind.DOSING:
        yield "preparation", _ten(day - timedelta(days=7), life.zone)
    yield "three_days", _ten(day - timedelta(days=3), life.zone)
    yield "one_day", _ten(day - timedelta(days=1), life.zone)


def _ten(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
