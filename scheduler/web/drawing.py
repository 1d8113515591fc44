"""A series as a picture: calendar weeks across, one lane for each kind of visit, each visit in its allowed window.

Everything is placed in per cent of the width, so one drawing fits every screen and its lettering keeps its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.web.dates import month_day_written
from scheduler.web.speech import manner, said
from scheduler.web.words import (
    KINDS,
    KindWords,
    clock_in,
    count_words,
    day_words,
    short_day_words,
    visit_in,
    window_in,
)

# Pixels down the page; the letterings of static/trellis.css fit these.
HEAD = 26
LANE = 76
FOOT = 8

#: Marks that stand closer than this, in per cent of the width, are drawn on two levels where the page is narrow.
CLOSE = 8.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One visit: `at` and the window's `left` and `width` in per cent, `tip` in words, `flag` the worst finding's level.

    `is_close` says that it stands right behind its neighbour; `visit` is the id, and `clock` the time
    of day at which it starts, as the site's clocks show it.
    """

    visit: str
    code: str
    at: float
    left: float | None
    width: float | None
    tip: str
    flag: str
    is_close: bool = False
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """The visits of one kind; `top` in pixels. The name stands at the end where raised marks take the beginning."""

    kind: StepKind
    words: KindWords
    top: int
    marks: tuple[Mark, ...]

    @property
    def is_named_at_end(self) -> bool:
        """Say whether there is more room for the name at the end of the lane."""
        raised = [mark.at for mark in self.marks if mark.is_close]
        return bool(raised) and min(raised) < min(40.0, 100 - max(raised))


@dataclass(frozen=True, slots=True)
class Shade:
    """Days on which nothing happens: `name` is 'weekend' or 'closed'; `tip` says which days and why."""

    name: str
    left: float
    width: float
    tip: str


@dataclass(frozen=True, slots=True)
class Week:
    """A Monday: where it stands, its label, and whether narrow screens leave the label out."""

    left: float
    label: str
    spare: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn series. `now` is where the present stands in per cent, `None` when outside the weeks drawn.

    The `days` from the clinic-local `first` on are drawn, each as wide as the others.
    """

    first: date
    days: int
    lanes: tuple[Lane, ...]
    shades: tuple[Shade, ...]
    weeks: tuple[Week, ...]
    height: int
    now: float | None
    summary: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """From instants and clinic-local days to per cent of the width."""

    first: date
    days: int
    zone: str
    whole: Interval

    @classmethod
    def of(cls, visits: tuple[Appointment, ...], zone: str) -> _Scale:
        first = local_day(min(visit.start for visit in visits), zone)
        last = local_day(max(visit.discharge for visit in visits), zone)
        monday = first - timedelta(days=first.weekday())
        days = (last - monday).days // 7 * 7 + 7
        whole = Interval(
            instant_at(monday, time.min, zone), instant_at(monday + timedelta(days=days), time.min, zone)
        )
        return cls(monday, days, zone, whole)

    def at(self, instant: datetime) -> float:
        return round((instant - self.whole.start) / self.whole.duration * 100, 3)

    def of_day(self, day: date) -> float:
        return round((day - self.first).days / self.days * 100, 3)

    def width_of(self, days: int) -> float:
        return round(days / self.days * 100, 3)


def draw(
    series: Series,
    windows: Mapping[str, Interval | None],
    site: Site,
    now: datetime,
    flags: Mapping[str, str],
) -> Drawing:
    """Draw the standing visits of a series, saved or proposed; at least one must stand.

    `windows` are by step key, `flags` (the worst level found) by visit id; both may lack some, and a window of `None` is
    not drawn.
    """
    visits = series.standing
    scale = _Scale.of(visits, site.zone)
    lanes: list[Lane] = []
    for kind, words in KINDS.items():
        marks = [_mark(v, windows.get(v.step), scale, flags.get(v.id, "")) for v in visits if v.kind is kind]
        if marks:
            lanes.append(Lane(kind, words, HEAD + LANE * len(lanes), _on_two_levels(marks)))
    return Drawing(
        first=scale.first,
        days=scale.days,
        lanes=tuple(lanes),
        shades=_shades(site, scale),
        weeks=_weeks(scale),
        height=HEAD + LANE * len(lanes) + FOOT,
        now=scale.at(now) if scale.whole.holds(now) else None,
        summary=_summary(visits, site.zone),
    )


def _mark(visit: Appointment, window: Interval | None, scale: _Scale, flag: str) -> Mark:
    tip = f"{visit.step} {visit.title}: {visit_in(visit.interval, scale.zone)}"
    shown = window.shared_with(scale.whole) if window else None
    if window is not None:
        tip += ". " + said("May start %(window)s", window=window_in(window, scale.zone))
    left = scale.at(shown.start) if shown else None
    width = round(shown.duration / scale.whole.duration * 100, 3) if shown else None
    return Mark(
        visit.id,
        visit.step,
        scale.at(visit.start),
        left,
        width,
        tip,
        flag,
        clock=clock_in(visit.start, scale.zone),
    )


def _on_two_levels(marks: list[Mark]) -> tuple[Mark, ...]:
    """Mark every visit that stands right behind one that is not itself marked."""
    placed: list[Mark] = []
    for mark in marks:
        before = placed[-1] if placed else None
        follows = before is not None and mark.at - before.at < CLOSE and not before.is_close
        placed.append(replace(mark, is_close=follows))
    return tuple(placed)


def _shades(site: Site, scale: _Scale) -> tuple[Shade, ...]:
    open_weekdays = {hours.weekday for hours in site.hours}
    width = scale.width_of(1)
    shades: list[Shade] = []
    for offset in range(scale.days):
        day = scale.first + timedelta(days=offset)
        closure = next((c for c in site.closures if c.first_day <= day <= c.last_day), None)
        if closure is not None:
            tip = short_day_words(day) + ": " + said("closed, %(reason)s", reason=closure.reason)
            shades.append(Shade("closed", scale.of_day(day), width, tip))
        elif day.weekday() not in open_weekdays:
            shades.append(
                Shade("weekend", scale.of_day(day), width, short_day_words(day) + ": " + said("not open"))
            )
    return tuple(shades)


def _weeks(scale: _Scale) -> tuple[Week, ...]:
    mondays = [scale.first + timedelta(days=7 * n) for n in range(scale.days // 7)]
    return tuple(
        Week(scale.of_day(day), month_day_written(day, manner()), spare=number % 2 == 1)
        for number, day in enumerate(mondays)
    )


def _summary(visits: tuple[Appointment, ...], zone: str) -> str:
    first, last = (day_words(local_day(v.start, zone)) for v in (visits[0], visits[-1]))
    return said(
        "%(visits)s from %(first)s to %(last)s; the table below says the same in words.",
        visits=count_words(len(visits), "visit"),
        first=first,
        last=last,
    )
