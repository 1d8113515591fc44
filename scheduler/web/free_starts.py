"""Free starts as pages offer them: a list of days, and the times of one of them, each with whether others must follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.booking.preview_free_starts import FreeDay
from scheduler.domain.clock import local
from scheduler.web.speech import said
from scheduler.web.words import clock_in, count_words, day_words


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day to choose. `times` are as the clinic's clocks show them, those in `alone` move nothing else.

    `told` are the times as the reader writes them, in the same order.
    """

    day: date
    words: str
    times: tuple[str, ...]
    alone: frozenset[str]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartChooser:
    """The days that can be chosen, the one that is, and the time that is chosen on it, empty for none."""

    days: tuple[DayChoice, ...]
    chosen: DayChoice | None
    time: str


def chooser(days: Iterable[FreeDay], present: datetime, zone: str, day: date, time: str) -> StartChooser:
    """Return the choice of these days; the first from the wanted day on is chosen, or the last.

    The `present` start of the visit is left out: to choose that would change nothing.
    """
    others = (replace(one, starts=tuple(at for at in one.starts if at != present)) for one in days)
    choices = tuple(_choice(one, zone) for one in others if one.starts)
    wanted = next((one for one in choices if one.day >= day), None)
    chosen = wanted or (choices[-1] if choices else None)
    return StartChooser(choices, chosen, time if chosen and chosen.day == day else "")


def _choice(one: FreeDay, zone: str) -> DayChoice:
    free = count_words(len(one.starts), "start")
    alone = one.alone.intersection(one.starts)
    day = day_words(one.day)
    return DayChoice(
        day=one.day,
        words=said("%(day)s: %(free)s, nothing else moves", day=day, free=free)
        if alone
        else said("%(day)s: %(free)s, others would follow", day=day, free=free),
        times=tuple(_clock(start, zone) for start in one.starts),
        alone=frozenset(_clock(start, zone) for start in alone),
        told=tuple(clock_in(start, zone) for start in one.starts),
    )


def _clock(start: datetime, zone: str) -> str:
    return f"{local(start, zone):%H:%M}"
