"""Extend a series with further integration, as needed: planned, judged and booked as every other change of a series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand
from scheduler.booking.further_visits import (
    as_chosen_for_places,
    as_kept,
    further_steps,
    is_place,
    with_places,
)
from scheduler.booking.one_change import best_of, changed_once, with_other_ways
from scheduler.booking.one_series import looked_at
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged, Ways
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.booking.state_names import series_state_name
from scheduler.domain.clock import Clock, instant_at
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.store import clinic

VERB = "extend_series"

EXTENDED = frozenset({SeriesState.BOOKED, SeriesState.COMPLETED})
"""A series that is completed is booked again by this, and completed anew with its last visit."""

MOST_AT_ONCE = 6
USUAL_DAYS = (7, 21)
"""From one visit to the next, a week at least and three at most where nobody says otherwise: as needed; clinic default."""
FURTHEST_DAYS = 60


@dataclass(frozen=True, slots=True)
class WantedExtension:
    """How many further integration visits a series is to have, and how far apart.

    The first comes `at_least_days` to `at_most_days` after the last visit of the series, or at the most that many from
    now where that lies back; each other after the one before it; days of 24 elapsed hours. `not_before` is a
    clinic-local day for the first.
    """

    series: str
    visits: int = 1
    at_least_days: int = USUAL_DAYS[0]
    at_most_days: int = USUAL_DAYS[1]
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class ExtendSeries:
    """Extend in the best way, or exactly as `visits` say: each further visit, and all that changes with them.

    A request repeated with the same `idempotency_key` books nothing again.
    """

    wanted: WantedExtension
    visits: tuple[ChangedVisit, ...] | None = None
    idempotency_key: str | None = None


def preview_extension(wanted: WantedExtension, actor: Actor, clock: Clock) -> Ways | Refused | NotAllowed:
    """Look for the ways to extend a series, as extending does, and write nothing."""
    now = clock.now()

    def ways(series: Series) -> Ways | Refused:
        at_hand = _at_hand(wanted, series, now)
        return at_hand if isinstance(at_hand, Refused) else at_hand.ways(_as_change(wanted, at_hand))

    return looked_at(wanted.series, Permission.EXTEND_SERIES, actor, ways)


def extend_series(command: ExtendSeries, actor: Actor, clock: Clock) -> SeriesChanged | Refused | NotAllowed:
    """Book further visits in one commit with the steps that the series has by them, or say what is against it."""
    if not may(actor, Permission.EXTEND_SERIES):
        return NotAllowed(Permission.EXTEND_SERIES)
    act = Act(VERB, Permission.EXTEND_SERIES, command, actor, clock.now())
    attempt = partial(changed_once, act, command.wanted.series, partial(_change, act))
    outcome = retried_or_refused(attempt, told("Look at what is free now, and extend again."))
    return with_other_ways(outcome, lambda: preview_extension(command.wanted, actor, clock))


def _change(act: Act[ExtendSeries], series: Series) -> PlannedChange | Refused:
    """Return the chosen change, or the best; the series is booked by it."""
    wanted, visits = act.command.wanted, act.command.visits
    at_hand = _at_hand(wanted, series, act.now)
    if isinstance(at_hand, Refused):
        return at_hand
    if visits is None:
        change = best_of(at_hand.ways(_as_change(wanted, at_hand)))
    else:
        other = told("The series was changed since it was looked at, or other visits were looked for.")
        change = as_chosen_for_places(at_hand, visits, other)
    return change if isinstance(change, Refused) else as_kept(change, series, SeriesState.BOOKED)


def _at_hand(wanted: WantedExtension, series: Series, now: datetime) -> SeriesAtHand | Refused:
    """Return the series as it would be, with places for the further visits, and the facts around it."""
    if reasons := (*_against_wishes(wanted), *_against_series(series)):
        return Refused(reasons=reasons)
    protocol = clinic.protocol_of(series)
    apart = timedelta(days=wanted.at_least_days), timedelta(days=wanted.at_most_days)
    further = further_steps(series, protocol, apart, wanted.visits, now)
    return SeriesAtHand.of(with_places(series, protocol, further, now), now)


def _against_wishes(wanted: WantedExtension) -> Iterator[Reason]:
    if not 1 <= wanted.visits <= MOST_AT_ONCE:
        why = told("%(visits)s further visits were asked for.", visits=wanted.visits)
        yield nonsense(
            "how_many", why, told("Ask for 1 to %(most_at_once)s at once.", most_at_once=MOST_AT_ONCE)
        )
    if not 1 <= wanted.at_least_days <= wanted.at_most_days <= FURTHEST_DAYS:
        why = told(
            "From one visit to the next it would be %(at_least_days)s to %(at_most_days)s days.",
            at_least_days=wanted.at_least_days,
            at_most_days=wanted.at_most_days,
        )
        yield nonsense(
            "days_apart",
            why,
            told(
                "Give 1 to %(furthest_days)s days, the least not more than the most.",
                furthest_days=FURTHEST_DAYS,
            ),
        )


def _against_series(series: Series) -> Iterator[Reason]:
    if series.state not in EXTENDED:
        why = told("The series is %(state)s.", state=series_state_name(series.state))
        yield nonsense("not_booked", why, told("Extend a series that is booked or completed."))
    elif missing := series.missing:
        steps = ", ".join(
            dict.fromkeys(visit.step for visit in missing if visit.step not in _needless(series))
        )
        if steps:
            why = told("Of the series %(steps)s is called off and not booked again.", steps=steps)
            yield nonsense(
                "missing_first", why, told("Plan the rest anew, or leave it out; then extend the series.")
            )
    if not any(step.kind is StepKind.INTEGRATION for step in clinic.protocol_of(series).steps):
        why = told("The protocol of the series has no integration.")
        yield nonsense("no_integration", why, told("Book a series of another protocol."))


def _needless(series: Series) -> frozenset[str]:
    return frozenset(step.key for step in clinic.protocol_of(series).steps if step.optional)


def _as_change(wanted: WantedExtension, at_hand: SeriesAtHand) -> Change:
    zone, steps = at_hand.diary.site.zone, _looked_for(at_hand)
    return Change(
        steps[0],
        no_earlier=None if wanted.not_before is None else instant_at(wanted.not_before, time.min, zone),
        anew=frozenset(steps),
    )


def _looked_for(at_hand: SeriesAtHand) -> tuple[str, ...]:
    """Return the steps of the further visits, in order; what else was called off as not needed stays so."""
    return tuple(step for step, visit in at_hand.missing.items() if is_place(visit))
