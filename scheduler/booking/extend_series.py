"""Extend a series with further integration, as needed: planned, judged and booked as every other change of a series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen, write
from scheduler.booking.further_visits import further_steps, is_place, with_places, without_places
from scheduler.booking.holds import locked_now
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, Ways
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock, instant_at
from scheduler.domain.errors import Conflict, NotFound
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.work import reading, unit_of_work

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


@dataclass(frozen=True, slots=True)
class SeriesExtended:
    """The series as it stands in the store; `change` is `None` where an earlier request of the same key did it."""

    series: Series
    change: PlannedChange | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules still ask for (gates and warnings)."""
        return self.change.findings if self.change else ()


def preview_extension(wanted: WantedExtension, actor: Actor, clock: Clock) -> Ways | Refused | NotAllowed:
    """Look for the ways to extend a series, as extending does, and write nothing."""
    if not may(actor, Permission.EXTEND_SERIES):
        return NotAllowed(Permission.EXTEND_SERIES)
    now = clock.now()
    with reading():
        try:
            at_hand = _at_hand(wanted, stored.series(wanted.series), actor, now)
        except NotFound:
            return _unknown(wanted)
        return at_hand.ways(_as_change(wanted, at_hand)) if isinstance(at_hand, SeriesAtHand) else at_hand


def extend_series(command: ExtendSeries, actor: Actor, clock: Clock) -> SeriesExtended | Refused | NotAllowed:
    """Book further visits in one commit with the steps that the series has by them, or say what is against it."""
    if not may(actor, Permission.EXTEND_SERIES):
        return NotAllowed(Permission.EXTEND_SERIES)
    now = clock.now()
    try:
        outcome = retried(lambda: _attempt(command, actor, now))
    except Conflict as conflict:
        lost = Reason("race_lost", str(conflict), "Look at what is free now, and extend again.", "")
        outcome = Refused(reasons=(lost,), race_lost=True)
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        other = preview_extension(command.wanted, actor, clock)
        return replace(outcome, ways=other.ways) if isinstance(other, Ways) else outcome
    return outcome


def _attempt(command: ExtendSeries, actor: Actor, now: datetime) -> SeriesExtended | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_now(command.wanted.series, now)
        except NotFound:
            return _unknown(command.wanted)
        if not may_at(actor, Permission.EXTEND_SERIES, series.site):
            return NotAllowed(Permission.EXTEND_SERIES)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if earlier is not None:
            return SeriesExtended(stored.series(earlier))
        change = _change(command, series, actor, now)
        if not isinstance(change, PlannedChange):
            return change
        if change.refusing:
            return Refused(findings=change.refusing)
        after = write(_as_kept(change, series), VERB, actor, now)
        note_answer(VERB, command, command.idempotency_key, after, now)
        return SeriesExtended(after, change)


def _change(
    command: ExtendSeries, series: Series, actor: Actor, now: datetime
) -> PlannedChange | Refused | NotAllowed:
    at_hand = _at_hand(command.wanted, series, actor, now)
    if not isinstance(at_hand, SeriesAtHand):
        return at_hand
    if command.visits is None:
        found = at_hand.ways(_as_change(command.wanted, at_hand))
        return found.ways[0] if found.ways else Refused(reasons=found.reasons)
    wanted = {visit.appointment for visit in command.visits}
    if not {at_hand.missing[step].id for step in _looked_for(at_hand)} <= wanted:
        why = "The series was changed since it was looked at, or other visits were looked for."
        reason = Reason("changed_meanwhile", why, "Look at what works now.", "")
        return Refused(reasons=(reason,), race_lost=True)
    return as_chosen(at_hand, command.visits)


def _as_kept(change: PlannedChange, series: Series) -> PlannedChange:
    """Return the change as it is written: from the series as it stands, which is booked by it, and without mere places."""
    after = replace(without_places(change.after), state=SeriesState.BOOKED)
    return replace(change, before=series, after=after)


def _at_hand(
    wanted: WantedExtension, series: Series, actor: Actor, now: datetime
) -> SeriesAtHand | Refused | NotAllowed:
    """Return the series as it would be, with places for the further visits, and the facts around it."""
    if not may_at(actor, Permission.EXTEND_SERIES, series.site):
        return NotAllowed(Permission.EXTEND_SERIES)
    if reasons := (*_against_wishes(wanted), *_against_series(series)):
        return Refused(reasons=reasons)
    protocol = clinic.protocol_of(series)
    apart = timedelta(days=wanted.at_least_days), timedelta(days=wanted.at_most_days)
    further = further_steps(series, protocol, apart, wanted.visits, now)
    return SeriesAtHand.of(with_places(series, protocol, further, now), now)


def _against_wishes(wanted: WantedExtension) -> Iterator[Reason]:
    if not 1 <= wanted.visits <= MOST_AT_ONCE:
        why = f"{wanted.visits} further visits were asked for."
        yield nonsense("how_many", why, f"Ask for 1 to {MOST_AT_ONCE} at once.")
    if not 1 <= wanted.at_least_days <= wanted.at_most_days <= FURTHEST_DAYS:
        why = f"From one visit to the next it would be {wanted.at_least_days} to {wanted.at_most_days} days."
        yield nonsense(
            "days_apart", why, f"Give 1 to {FURTHEST_DAYS} days, the least not more than the most."
        )


def _against_series(series: Series) -> Iterator[Reason]:
    if series.state not in EXTENDED:
        why = f"The series is {series.state}."
        yield nonsense("not_booked", why, "Extend a series that is booked or completed.")
    elif missing := series.missing:
        steps = ", ".join(
            dict.fromkeys(visit.step for visit in missing if visit.step not in _needless(series))
        )
        if steps:
            why = f"Of the series {steps} is called off and not booked again."
            yield nonsense(
                "missing_first", why, "Plan the rest anew, or leave it out; then extend the series."
            )
    if not any(step.kind is StepKind.INTEGRATION for step in clinic.protocol_of(series).steps):
        why = "The protocol of the series has no integration."
        yield nonsense("no_integration", why, "Book a series of another protocol.")


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


def _unknown(wanted: WantedExtension) -> Refused:
    why = f"There is no series '{wanted.series}'."
    return Refused(reasons=(nonsense("unknown_series", why, "Choose a series from the patient's page."),))
