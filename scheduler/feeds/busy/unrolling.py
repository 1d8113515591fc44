"""Unrolls rules of recurrence within a window, with a limit to how much work a calendar may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from scheduler.domain.interval import Interval
from scheduler.feeds.busy.content import UnusableCalendar

MOST_STEPS = 500_000
"""How many steps all rules of a calendar may take together: a few seconds of work, many times what a full one asks for."""

_A_DAY = timedelta(days=1)
#: How long one step of a rule is, and how much work it is, a day's being 1.
_STEPS = {
    "YEARLY": (timedelta(days=365), 20),
    "MONTHLY": (timedelta(days=28), 4),
    "WEEKLY": (timedelta(weeks=1), 2),
    "DAILY": (_A_DAY, 1),
    "HOURLY": (timedelta(hours=1), 1),
    "MINUTELY": (timedelta(minutes=1), 1),
    "SECONDLY": (timedelta(seconds=1), 1),
}
#: A rule of these may begin later by whole steps without a difference: no month or year is as long as another.
_EVEN = frozenset(_STEPS) - {"YEARLY", "MONTHLY"}
#: Four hundred years are a whole number of weeks, and all that a rule can say repeats after them. Followed so much later,
#: a rule that never finds anything comes to the end of the calendar, where the library gives up, some twenty times sooner.
_SHIFT = 19 * timedelta(days=146_097)
_END = datetime.combine(date.max, time.min)
_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class UnreadableRule(ValueError):
    """A rule of recurrence that says nothing that can be understood."""


@dataclass
class Unrolling:
    """What is unrolled within a window, and how many steps that has taken."""

    window: Interval
    steps: float = 0

    def walls(
        self, rule: str, first: datetime, since: datetime, to_instant: Callable[[datetime], datetime]
    ) -> Iterator[datetime]:
        """Yield the wall times of a rule that begins with `first`, from `since` to the end of the window.

        All are without a zone; `to_instant` says what instant one is, for a rule that ends at an instant (RFC 5545,
        3.3.10). A little more on both sides may be there. Raises `UnreadableRule`, and `UnusableCalendar` when all rules
        of a calendar together would take more than `MOST_STEPS`.
        """
        try:
            parts = dict(part.strip().upper().split("=", 1) for part in rule.split(";") if part.strip())
            until = _until(parts.pop("UNTIL", ""), to_instant)
            count = int(parts.pop("COUNT", 0)) or None
            last = self.window.end.replace(tzinfo=None) + 2 * _A_DAY
            if until and not until.is_instant:
                last = min(last, until.wall)
            elif until:
                last = min(last, until.wall + 2 * _A_DAY)
            begins = first if count else _later(parts, first, since)
            self._count(parts, begins, last)
            text = ";".join(f"{name}={value}" for name, value in parts.items())
            ends = last + _SHIFT
            found = iter(rrulestr(f"{text};UNTIL={ends:%Y%m%dT%H%M%S}", dtstart=begins + _SHIFT))
        except _FAULTS as fault:
            raise UnreadableRule("a rule of recurrence could not be read") from fault
        for shifted in islice(found, count):
            wall = shifted - _SHIFT
            if until and until.is_instant and to_instant(wall) > until.wall.replace(tzinfo=UTC):
                return
            if wall >= since:
                yield wall

    def _count(self, parts: dict[str, str], begins: datetime, last: datetime) -> None:
        length, looked_at = _STEPS[parts["FREQ"]]
        every = _interval(parts)
        # A rule that may find nothing is followed to the end of the calendar by the library.
        reaches = last if _finds_something(parts) else _END - _SHIFT
        times = 1
        for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            times *= max(1, len(parts.get(name, "").split(",")))
        self.steps += max(0.0, (reaches - begins) / (length * every)) * looked_at * times
        if self.steps > MOST_STEPS:
            raise UnusableCalendar(
                "The calendar has more recurring entries than can be read. Publish one with fewer, or one that "
                "holds the coming year alone."
            )


@dataclass(frozen=True, slots=True)
class _Until:
    """The last time of a rule: an instant in UTC, or a wall time."""

    wall: datetime
    is_instant: bool


def _until(text: str, to_instant: Callable[[datetime], datetime]) -> _Until | None:
    if not text:
        return None
    if len(text) == 8:
        # A day alone, though the event has an hour: all of that day is meant.
        day = datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - a wall time has no zone
        return _Until(day + _A_DAY - timedelta(seconds=1), is_instant=False)
    wall = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - told apart beside it
    return _Until(wall, is_instant=text.endswith("Z"))


def _interval(parts: dict[str, str]) -> int:
    every = int(parts.get("INTERVAL", 1))
    if every < 1:
        raise ValueError("an interval is at least 1")
    return every


def _later(parts: dict[str, str], first: datetime, since: datetime) -> datetime:
    """Return a beginning that changes nothing from `since` on, as late as can be; for rules that do not count."""
    if parts["FREQ"] not in _EVEN or since <= first:
        return first
    step = _STEPS[parts["FREQ"]][0] * _interval(parts)
    return first + max(0, (since - first) // step - 1) * step


def _finds_something(parts: dict[str, str]) -> bool:
    """Say whether a rule is of one of the usual kinds that find a day within a year or two, again and again."""
    limits = {name for name in parts if name.startswith("BY")} - {"BYHOUR", "BYMINUTE", "BYSECOND"}
    yearly, every = parts["FREQ"] == "YEARLY", _interval(parts)
    if limits <= {"BYDAY"} or (yearly and limits <= {"BYDAY", "BYMONTH"}):
        return True
    if parts["FREQ"] not in {"YEARLY", "MONTHLY"}:
        return False
    if "BYSETPOS" in limits:
        return "BYDAY" in limits and limits <= {"BYDAY", "BYMONTH", "BYSETPOS"} and _near_the_ends(parts)
    days = [abs(int(day)) for day in parts.get("BYMONTHDAY", "0").split(",")]
    if limits == {"BYMONTHDAY"}:
        return min(days) <= 28 or (every == 1 and min(days) <= 31)
    if yearly and limits == {"BYMONTH", "BYMONTHDAY"}:
        shortest = min(_LENGTHS[int(month)] for month in parts["BYMONTH"].split(","))
        return min(days) <= shortest
    return False


#: How many days a month has at least.
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _near_the_ends(parts: dict[str, str]) -> bool:
    """Say whether a rule asks for one of the first or last four of the days it names, which every month has."""
    return all(abs(int(place)) <= 4 for place in parts["BYSETPOS"].split(","))
