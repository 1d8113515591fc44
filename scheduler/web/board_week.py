"""A week of the board: how full each room, or the time of each member of staff, is on each day, hour by hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from scheduler.domain.clock import instant_at, local, whole_local_day
from scheduler.domain.interval import Interval, merged
from scheduler.web.board_drawing import Axis, load_by_hour, most_at_once
from scheduler.web.board_facts import BoardFacts
from scheduler.web.board_lanes import PHONE, By, PlannedLane, lanes_of
from scheduler.web.speech import manner, said
from scheduler.web.words import length_words, time_words

DAYS = 7

HIGH = 30
"""How many pixels high a bar of a full hour is."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: where it stands and how wide it is in per cent, from where and how high in pixels."""

    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One lane on one day. `told` says how much is taken, empty where the lane is not to be had and nothing is there."""

    day: date
    count: int
    told: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class WeekLane:
    """One room or member of staff over the week."""

    id: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day of the week; `closed` says why it is, empty where it is open."""

    day: date
    is_today: bool
    closed: str


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that is drawn. `whole` are all lanes together; `hours` from which hour to which the bars go, in words."""

    days: tuple[WeekDay, ...]
    whole: WeekLane
    lanes: tuple[WeekLane, ...]
    hours: str


def days_of_week(day: date) -> tuple[date, ...]:
    """Return the days of the week that a day lies in, from Monday."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=number) for number in range(DAYS))


def week_of(days: Sequence[BoardFacts], by: By) -> Week:
    """Put days that follow one another into a week, all on the same hours."""
    first, last = _hours(days)
    shown = [_on_hours(facts, first, last) for facts in days]
    lanes = [{lane.id: lane for lane in lanes_of(facts, by) if lane.id != PHONE} for facts in shown]
    names = {lane.id: lane.name for found in lanes for lane in found.values()}
    return Week(
        days=tuple(WeekDay(facts.day, facts.is_today, _closed(facts)) for facts in days),
        whole=WeekLane("", _all_words(by), tuple(map(_together, shown, lanes))),
        lanes=tuple(
            WeekLane(
                id,
                name,
                tuple(_cell(facts, found.get(id)) for facts, found in zip(shown, lanes, strict=True)),
            )
            for id, name in names.items()
        ),
        hours=said("%(first)s to %(last)s", first=_hour(first), last=_hour(last)),
    )


def _hours(days: Sequence[BoardFacts]) -> tuple[int, int]:
    """Return the hours of the clock from the first to the last that any day shows; 24 is midnight."""
    ends = []
    for facts in days:
        zone, end = facts.site.zone, facts.axis.whole.end
        ends.append(24 if end == whole_local_day(facts.day, zone).end else local(end, zone).hour)
    return min(local(facts.axis.whole.start, facts.site.zone).hour for facts in days), max(ends)


def _on_hours(facts: BoardFacts, first: int, last: int) -> BoardFacts:
    zone = facts.site.zone
    whole = whole_local_day(facts.day, zone)
    start = instant_at(facts.day, time(first), zone)
    end = whole.end if last == 24 else instant_at(facts.day, time(last), zone)
    return replace(facts, axis=Axis(Interval(start, end), zone))


def _cell(facts: BoardFacts, lane: PlannedLane | None) -> Cell:
    if lane is None:
        return Cell(facts.day, 0, "", ())
    taken = merged(stay.interval for stay in lane.stays)
    return Cell(
        facts.day,
        len(lane.stays),
        _share(taken, lane.opened),
        tuple(_bars(load_by_hour(taken, facts.axis), 1)),
    )


def _together(facts: BoardFacts, lanes: dict[str, PlannedLane]) -> Cell:
    """Return all lanes of a day as one: how many are taken at once, of how many."""
    taken = [one for lane in lanes.values() for one in merged(stay.interval for stay in lane.stays)]
    load = load_by_hour(taken, facts.axis)
    count = len({stay.course.visit.id for lane in lanes.values() for stay in lane.stays})
    open_lanes = sum(bool(lane.opened) for lane in lanes.values())
    told = (
        said("up to %(most)s of %(open)s at once", most=most_at_once(taken), open=open_lanes) if count else ""
    )
    return Cell(facts.day, count, told, tuple(_bars(load, max(open_lanes, 1))))


def _bars(load: Sequence[float], full: int) -> Iterator[Bar]:
    width = 100 / len(load)
    for number, taken in enumerate(load):
        if taken:
            height = round(min(taken / full, 1) * HIGH, 1)
            yield Bar(round(number * width, 3), round(width, 3), round(HIGH - height, 1), height)


def _share(taken: Iterable[Interval], opened: Iterable[Interval]) -> str:
    busy = sum((one.duration for one in taken), timedelta(0))
    of = sum((one.duration for one in opened), timedelta(0))
    if not busy:
        return said("free") if of else ""
    return f"{busy / of:.0%}" if of else length_words(busy)


def _closed(facts: BoardFacts) -> str:
    closure = next((c for c in facts.site.closures if c.first_day <= facts.day <= c.last_day), None)
    if closure is not None:
        return said("closed, %(reason)s", reason=closure.reason)
    return "" if facts.site.open_times(whole_local_day(facts.day, facts.site.zone)) else said("not open")


def _hour(hour: int) -> str:
    # Midnight at the end of a day is 24:00 where the clock has 24 hours.
    return time_words(time(hour % 24)) if manner().counts_to_twelve or hour < 24 else "24:00"


def _all_words(by: By) -> str:
    return {
        By.ROOM: said("All rooms"),
        By.THERAPIST: said("All therapists"),
        By.NURSE: said("All nurses"),
    }[by]
