"""Where a visit of a series could go: its free starts day by day, and at which of them nothing else would have to move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_move import movable
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.diary import MARGIN, Diary
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.slot_question import usual_therapist
from scheduler.planner.slots import Beside, free_starts
from scheduler.store import series as stored
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class FreeDay:
    """One clinic-local day with free starts, as instants; at those in `alone` no other visit has to move."""

    day: date
    starts: tuple[datetime, ...]
    alone: frozenset[datetime]


@dataclass(frozen=True, slots=True)
class InSeries:
    """A visit of a series, standing or proposed, with the facts around it; the diary is without the series' own claims."""

    visit: Appointment
    series: Series
    protocol: Protocol
    diary: Diary


def preview_free_starts(
    appointment: str, actor: Actor, clock: Clock
) -> tuple[FreeDay, ...] | Refused | NotAllowed:
    """Return the days on which a visit of a booked series could begin, as far ahead as visits are moved.

    The time that the visit has now is among them. Where others would have to follow, whether they can is not looked at.
    """
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    now = clock.now()
    with reading():
        visit = movable(appointment, actor)
        if not isinstance(visit, Appointment):
            return visit
        series = stored.series(visit.series)
        at_hand = SeriesAtHand.of(series, now)
    place = InSeries(visit, series, at_hand.protocol, at_hand.diary)
    stays = at_hand.of_group
    return free_days(place, lambda other: is_to_come(other, now) and other.step not in stays)


def free_days(place: InSeries, may_follow: Callable[[Appointment], bool]) -> tuple[FreeDay, ...]:
    """Return the days with free starts of a visit from now on; `may_follow` says which other visits may move for it."""
    diary, zone = place.diary, place.diary.site.zone
    between = Interval(diary.as_of, diary.horizon.end - MARGIN)
    step = place.protocol.step(place.visit.step)
    alone = frozenset(free_starts(diary, step, between, beside=Beside(place.series, place.protocol)).free)
    held = _without(place, may_follow)
    whom = usual_therapist(Beside(place.series, place.protocol), step) if step.keeps_one_therapist else None
    days: dict[date, list[datetime]] = {}
    for start in sorted(alone.union(free_starts(diary, step, between, whom, held).free)):
        days.setdefault(local_day(start, zone), []).append(start)
    return tuple(FreeDay(day, tuple(starts), alone.intersection(starts)) for day, starts in days.items())


def _without(place: InSeries, may_follow: Callable[[Appointment], bool]) -> Beside:
    """Return the series as if the visits that may follow were not there yet."""
    kept = [visit for visit in place.series.standing if visit.id == place.visit.id or not may_follow(visit)]
    series = replace(place.series, appointments=tuple(kept))
    return Beside(series, place.protocol.only({visit.step for visit in kept}))
