"""What a freed time is worth to a series: to one that somebody waits for, and to one that stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.appointment import NOT_BEGUN, Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.diary import Diary
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Protocol, StepKind, Window
from scheduler.domain.waiting import FreedTime, as_if_taken
from scheduler.planner.change import Change, Rescheduling
from scheduler.planner.propose import best_series
from scheduler.planner.reschedule import reschedule
from scheduler.planner.wishes import Wishes


class GainKind(StrEnum):
    """What gets better: a series fits at all, a visit that was called off is booked again, something comes earlier."""

    FITS = "fits"
    GAP = "gap"
    FIRST_DOSE = "first_dose"
    NEXT_DOSE = "next_dose"
    FINISH = "finish"
    IDEAL = "ideal"


_WORTH = {GainKind.FITS: 10_000, GainKind.GAP: 5_000, GainKind.IDEAL: 3}
"""In days, for comparing them: that a series fits at all counts before all, a gap closed before any earlier day."""

_WORTH_MOVING = timedelta(hours=12)
"""Nobody is called for less."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One thing that gets better, and of which step: a moment `before`, `None` where there was none, and `after`; UTC.

    `days` is by how many clinic-local days it comes earlier, 0 where it is not that.
    """

    kind: GainKind
    step: str
    before: datetime | None
    after: datetime
    days: int = 0

    @property
    def worth(self) -> int:
        """How much it counts beside other gains, in days."""
        return _WORTH.get(self.kind, self.days)


@dataclass(frozen=True, slots=True)
class Improvement:
    """A series as it could be with freed times, named by their ids, and what gets better, the most first.

    `step` is the visit that would come at the freed time; empty for a series that is not booked yet.
    """

    freed: tuple[str, ...]
    series: Series
    gains: tuple[Gain, ...]
    step: str = ""

    @property
    def worth(self) -> int:
        """How much it counts beside others: as much as the best of its gains."""
        return max(gain.worth for gain in self.gains)


@dataclass(frozen=True, slots=True)
class Try:
    """A visit of a standing series, or one that it lacks, and a freed time into which it may be moved."""

    visit: Appointment
    freed: FreedTime


def for_waiting(
    diary: Diary, protocol: Protocol, wishes: Wishes, freed: Collection[FreedTime]
) -> Improvement | None:
    """Return the best series that somebody who waits could have now, if it owes anything to freed times; else `None`.

    What it owes is the difference to the best series as if these times had not become free.
    """
    best = best_series(diary, protocol, wishes)
    if best is None:
        return None
    used = tuple(one.id for one in freed if _uses(best, one))
    if not used:
        return None
    as_it_was = replace(diary, claims=as_if_taken(diary.book, freed))
    gains = _of_new(best_series(as_it_was, protocol, wishes), best, diary.site.zone)
    return Improvement(used, best, gains) if gains else None


def tries(
    series: Series, protocol: Protocol, freed: Collection[FreedTime], now: datetime, zone: str
) -> tuple[Try, ...]:
    """Return which visit might be moved into which freed time, the likeliest first.

    Only visits of which something is gained: one that the series lacks, the next dose, the last visit, and one that does
    not stand as close to another as the protocol wishes. Each to an earlier time that is long enough; first to one that
    a visit of its kind gave back, for then the right room and people are free; then by the start of the time.
    """
    found = []
    for visit in _useful(series, protocol, now, zone):
        for one in freed:
            ahead = visit.start - max(now, one.interval.start) >= _WORTH_MOVING
            if (ahead or not visit.state.takes_time) and _has_place_for(one, visit):
                found.append(Try(visit, one))
    return tuple(sorted(found, key=_likeliest))


def _likeliest(one: Try) -> tuple[object, ...]:
    is_unlike = one.freed.kind not in (None, one.visit.kind)
    return is_unlike, one.freed.interval.start, one.freed.id, one.visit.start, one.visit.id


def _useful(series: Series, protocol: Protocol, now: datetime, zone: str) -> tuple[Appointment, ...]:
    ahead = [visit for visit in series.standing if visit.state in NOT_BEGUN and visit.start > now]
    doses = [visit for visit in ahead if visit.kind is StepKind.DOSING]
    too_far = {
        window.to_step
        for window in protocol.windows
        if window.ideally_at_most is not None and not _is_ideal(window, protocol, series, zone)
    }
    wanted = {
        visit.id: visit
        for visit in (
            *series.missing,
            *doses[:1],
            *ahead[-1:],
            *(visit for visit in ahead if visit.step in too_far),
        )
        if visit.group_visit is None
    }
    return tuple(sorted(wanted.values(), key=lambda visit: (visit.start, visit.id)))


def moved_into(diary: Diary, protocol: Protocol, series: Series, one: Try) -> Rescheduling | None:
    """Return the series with a visit moved into a freed time and the fewest others with it; `None` where nothing works.

    The diary is without the series' own claims. A visit that the series lacks stands in it as if it had not been called off.
    """
    visit, time = one.visit, one.freed.interval
    change = Change(
        visit.step,
        no_earlier=max(time.start, diary.as_of),
        no_later=time.end - visit.interval.duration,
        anew=frozenset() if visit.state.takes_time else frozenset({visit.step}),
    )
    found = reschedule(diary, protocol, series, change)
    moved = found.visit(visit.step)
    return found if moved is not None and _visit_uses(moved, one.freed) else None


def worth_of_move(
    before: Series, after: Series, protocol: Protocol, one: Try, zone: str
) -> Improvement | None:
    """Return what a standing series gains from a move into a freed time; `None` where nothing gets better."""
    gains = _of_changed(before, after, protocol, zone)
    return Improvement((one.freed.id,), after, gains, one.visit.step) if gains else None


def _has_place_for(freed: FreedTime, visit: Appointment) -> bool:
    if visit.interval.duration > freed.interval.duration:
        return False
    # Of what a visit gave back the room is there or not; of other times there is more than one visit takes.
    has_room = not freed.cause.by_a_visit or any(claim.role is None for claim in freed.claims)
    return visit.room is None or has_room


def _uses(series: Series, freed: FreedTime) -> bool:
    return any(_visit_uses(visit, freed) for visit in series.standing)


def _visit_uses(visit: Appointment, freed: FreedTime) -> bool:
    if not visit.interval.overlaps(freed.interval):
        return False
    return any(
        mine.resource == theirs.resource and mine.interval.overlaps(theirs.interval)
        for mine in visit.claims
        for theirs in freed.claims
    )


def _of_new(before: Series | None, after: Series, zone: str) -> tuple[Gain, ...]:
    dose = _first_dose(after)
    if before is None:
        return (Gain(GainKind.FITS, dose.step, None, dose.start),)
    was = _first_dose(before)
    finish = _finish(before, after, zone)
    if finish.days < 0:
        return ()
    earlier = _earlier(GainKind.FIRST_DOSE, dose.step, (was.start, dose.start), zone)
    return _most_first(earlier, finish)


def _of_changed(before: Series, after: Series, protocol: Protocol, zone: str) -> tuple[Gain, ...]:
    gaps = [
        Gain(GainKind.GAP, visit.step, None, visit.start)
        for visit in after.standing
        if before.visit(visit.step) is None
    ]
    finish = _finish(before, after, zone)
    if finish.days < 0 and not gaps:
        return ()
    moved = {visit.step for visit in after.standing if before.visit(visit.step) != visit}
    ahead = [visit for visit in before.standing if visit.kind is StepKind.DOSING and visit.state in NOT_BEGUN]
    doses = []
    if ahead and ahead[0].step in moved and (dose := after.visit(ahead[0].step)):
        doses = [_earlier(GainKind.NEXT_DOSE, dose.step, (ahead[0].start, dose.start), zone)]
    return _most_first(*gaps, *doses, finish, *_ideals(before, after, protocol, zone))


def _ideals(before: Series, after: Series, protocol: Protocol, zone: str) -> Iterator[Gain]:
    """Yield the windows that are ideal after a change and were not before; none where others are not any more."""
    wished = [window for window in protocol.windows if window.ideally_at_most is not None]
    kept = [[_is_ideal(window, protocol, series, zone) for window in wished] for series in (before, after)]
    if any(was and not now for was, now in zip(*kept, strict=True)):
        return
    for window, was, now in zip(wished, *kept, strict=True):
        visit, former = after.visit(window.to_step), before.visit(window.to_step)
        if now and not was and visit is not None and former is not None:
            yield Gain(GainKind.IDEAL, visit.step, former.start, visit.start)


def _is_ideal(window: Window, protocol: Protocol, series: Series, zone: str) -> bool:
    first, second = series.visit(window.from_step), series.visit(window.to_step)
    if first is None or second is None or window.ideally_at_most is None:
        return False
    lead, tail = protocol.moments_of(window)
    begin, end = first.start + lead, second.start + tail
    if window.counted is Counting.CALENDAR:
        return timedelta((local_day(end, zone) - local_day(begin, zone)).days) <= window.ideally_at_most
    return end - begin <= window.ideally_at_most


def _first_dose(series: Series) -> Appointment:
    """Return the first dose of a series, or its first visit where it has none."""
    doses = (visit for visit in series.standing if visit.kind is StepKind.DOSING)
    return next(doses, series.standing[0])


def _finish(before: Series, after: Series, zone: str) -> Gain:
    last = max(after.standing, key=lambda visit: visit.discharge)
    was = max(visit.discharge for visit in before.standing)
    return _earlier(GainKind.FINISH, last.step, (was, last.discharge), zone)


def _earlier(kind: GainKind, step: str, moments: tuple[datetime, datetime], zone: str) -> Gain:
    before, after = moments
    return Gain(kind, step, before, after, (local_day(before, zone) - local_day(after, zone)).days)


def _most_first(*gains: Gain) -> tuple[Gain, ...]:
    return tuple(sorted((gain for gain in gains if gain.worth > 0), key=lambda gain: -gain.worth))
