"""Preview the move of a visit: every way that differs, what must follow and what may stay, or why nothing works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import SeriesAtHand, with_its_group
from scheduler.booking.one_visit import unknown_visit
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.request import nonsense
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock, whole_local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.store.work import reading

MOVABLE = frozenset({SeriesState.TENTATIVE, SeriesState.BOOKED})


@dataclass(frozen=True, slots=True)
class WantedMove:
    """What is wanted of the visit with this id: an exact start, a stretch of starts, or merely another day.

    `exactly`, `no_earlier` and `no_later` are instants, limits included; `not_on` is a clinic-local day. With none of
    them the visit is to leave its present time for the nearest that works. `stay` are the steps of the series whose visits
    must not move, `others_may_guide` those that another therapist may take.
    """

    appointment: str
    exactly: datetime | None = None
    no_earlier: datetime | None = None
    no_later: datetime | None = None
    not_on: date | None = None
    stay: frozenset[str] = frozenset()
    others_may_guide: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MovePreview:
    """The ways that differ, the one that moves the fewest visits first; without any, the reasons."""

    appointment: Appointment
    series: Series
    ways: tuple[PlannedChange, ...]
    reasons: tuple[Reason, ...]


def preview_move(wanted: WantedMove, actor: Actor, clock: Clock) -> MovePreview | Refused | NotAllowed:
    """Look for the ways to move a visit, as moving does, and write nothing."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    now = clock.now()
    with reading():
        return ways_to_move(wanted, actor, now)


def ways_to_move(wanted: WantedMove, actor: Actor, now: datetime) -> MovePreview | Refused | NotAllowed:
    """Return the ways to move a visit, within the transaction of the request."""
    found = movable(wanted.appointment, actor)
    if not isinstance(found, Appointment):
        return found
    series = stored.series(found.series)
    if reasons := tuple(_against_wishes(wanted, series)):
        return Refused(reasons=reasons)
    at_hand = SeriesAtHand.of(series, now)
    ways = at_hand.ways(_as_change(wanted, found, at_hand.diary.site.zone))
    return MovePreview(found, series, ways.ways, ways.reasons)


def movable(appointment: str, actor: Actor) -> Appointment | Refused | NotAllowed:
    """Return a visit that the actor may move, or why it cannot be moved whatever is wanted."""
    try:
        visit = appointments.appointment(appointment)
    except NotFound:
        return unknown_visit(appointment)
    if not may_at(actor, Permission.MOVE_APPOINTMENT, visit.site):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    if not visit.series:
        why = told("The visit belongs to no series; it came with the clinic file.")
        return Refused(
            reasons=(nonsense("no_series", why, told("Change it in the file, and import that again.")),)
        )
    if visit.group_visit is not None:
        return Refused(reasons=(with_its_group(visit),))
    if not visit.state.takes_time:
        why = told("%(step)s is called off already.", step=visit.step)
        return Refused(reasons=(Reason("called_off", why, told("Choose a visit that stands."), visit.step),))
    if stored.series(visit.series).state not in MOVABLE:
        why = told("The series is not booked any more.")
        return Refused(reasons=(nonsense("not_booked", why, told("Choose a visit of a booked series.")),))
    return visit


def _against_wishes(wanted: WantedMove, series: Series) -> Iterator[Reason]:
    for step in sorted((wanted.stay | wanted.others_may_guide) - {visit.step for visit in series.standing}):
        yield Reason(
            "unknown_step",
            told("No visit stands for %(step)s.", step=step),
            told("Name visits that stand."),
            step,
        )
    first, last = wanted.no_earlier, wanted.no_later
    if first is not None and last is not None and last < first:
        why = told("The latest start that is wanted lies before the earliest.")
        yield nonsense("until_before_from", why, told("Give a latest start that is not before the earliest."))


def _as_change(wanted: WantedMove, visit: Appointment, zone: str) -> Change:
    avoided: tuple[Interval, ...] = ()
    if wanted.not_on is not None:
        avoided = (whole_local_day(wanted.not_on, zone),)
    elif (wanted.exactly, wanted.no_earlier, wanted.no_later) == (None, None, None):
        # Where it merely begins a little earlier or later, it has left its time all the same.
        avoided = (Interval(visit.start, visit.start + timedelta(minutes=1)),)
    return Change(
        visit.step,
        not_during=avoided,
        exactly=wanted.exactly,
        no_earlier=wanted.no_earlier,
        no_later=wanted.no_later,
        fixed=wanted.stay,
        others_may_guide=wanted.others_may_guide,
    )
