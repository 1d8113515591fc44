"""Plan the rest of a series anew: visits that were called off, missed or held get new times, and what must follow moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand
from scheduler.booking.further_visits import (
    as_chosen_for_places,
    as_kept,
    is_place,
    new_preparation,
    with_places,
)
from scheduler.booking.one_change import best_of, changed_once, with_other_ways
from scheduler.booking.one_series import looked_at
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged, Ways
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.booking.state_names import series_state_name
from scheduler.domain.clock import Clock, instant_at, whole_local_day
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.planner.change import Change
from scheduler.rules.discretion import with_past_maxima_waived
from scheduler.store import clinic

VERB = "replan_series"

RESUMED = frozenset({SeriesState.PAUSED, SeriesState.DORMANT})
"""A series that is paused or dormant is booked again by this, a dormant one with a new preparation before its next dose."""

REPLANNED = frozenset({SeriesState.BOOKED, SeriesState.TENTATIVE}) | RESUMED


@dataclass(frozen=True, slots=True)
class WantedReplan:
    """Which series, and from which clinic-local day on; `not_on` is a day on which the first visit cannot be.

    `stay` are steps of visits that stand and must not move.
    """

    series: str
    not_before: date | None = None
    not_on: date | None = None
    stay: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReplanSeries:
    """Plan anew in the best way, or exactly as `visits` say: a new visit for each that is missing, and all that changes.

    A request repeated with the same `idempotency_key` books nothing again.
    """

    wanted: WantedReplan
    visits: tuple[ChangedVisit, ...] | None = None
    idempotency_key: str | None = None


def preview_replan(wanted: WantedReplan, actor: Actor, clock: Clock) -> Ways | Refused | NotAllowed:
    """Look for the ways to plan the rest anew, as replanning does, and write nothing."""
    now = clock.now()

    def ways(series: Series) -> Ways | Refused:
        at_hand = _at_hand(series, now)
        return at_hand if isinstance(at_hand, Refused) else at_hand.ways(_as_change(wanted, at_hand))

    return looked_at(wanted.series, Permission.MOVE_APPOINTMENT, actor, ways)


def replan_series(command: ReplanSeries, actor: Actor, clock: Clock) -> SeriesChanged | Refused | NotAllowed:
    """Book what is missing and move what must follow in one commit, or say everything that is against it."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    act = Act(VERB, Permission.MOVE_APPOINTMENT, command, actor, clock.now())
    attempt = partial(changed_once, act, command.wanted.series, partial(_change, act))
    outcome = retried_or_refused(attempt, told("Look at what is free now, and plan again."))
    return with_other_ways(outcome, lambda: preview_replan(command.wanted, actor, clock))


def _change(act: Act[ReplanSeries], series: Series) -> PlannedChange | Refused:
    """Return the chosen change, or the best; a series that rested is booked by it."""
    wanted, visits = act.command.wanted, act.command.visits
    at_hand = _at_hand(series, act.now)
    if isinstance(at_hand, Refused):
        return at_hand
    if visits is None:
        change = best_of(at_hand.ways(_as_change(wanted, at_hand)))
    else:
        dormant = told("The series is dormant by now, and goes on with a new preparation.")
        change = as_chosen_for_places(at_hand, visits, dormant)
    state = SeriesState.BOOKED if series.state in RESUMED else series.state
    return change if isinstance(change, Refused) else as_kept(change, series, state)


def _at_hand(series: Series, now: datetime) -> SeriesAtHand | Refused:
    """Return the series with the facts around it, when there is anything to plan anew."""
    if series.state not in REPLANNED:
        why = told("The series is %(state)s.", state=series_state_name(series.state))
        return Refused(reasons=(nonsense("not_booked", why, told("Book a new series for the patient.")),))
    at_hand = (
        _dormant_at_hand(series, now) if series.state is SeriesState.DORMANT else SeriesAtHand.of(series, now)
    )
    if not at_hand.missing:
        why = told("Every visit that the series should have is booked.")
        return Refused(
            reasons=(nonsense("nothing_missing", why, told("Move a visit, if that is what is wanted.")),)
        )
    return at_hand


def _dormant_at_hand(series: Series, now: datetime) -> SeriesAtHand:
    """Return a dormant series with a place for a new preparation where a dose is missing, and no limits from long ago."""
    protocol = clinic.protocol_of(series)
    whole = with_places(series, protocol, new_preparation(series, protocol), now)
    at_hand = SeriesAtHand.of(whole, now)
    past = frozenset(visit.step for visit in series.standing)
    return replace(at_hand, searched=with_past_maxima_waived(at_hand.protocol, past))


def _as_change(wanted: WantedReplan, at_hand: SeriesAtHand) -> Change:
    zone = at_hand.diary.site.zone
    first = (step for step, visit in at_hand.missing.items() if is_place(visit))
    return Change(
        next(first, next(iter(at_hand.missing))),
        not_during=() if wanted.not_on is None else (whole_local_day(wanted.not_on, zone),),
        no_earlier=None if wanted.not_before is None else instant_at(wanted.not_before, time.min, zone),
        fixed=wanted.stay & {visit.step for visit in at_hand.series.standing},
        anew=frozenset(at_hand.missing),
    )
