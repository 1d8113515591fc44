"""Plan the rest of a series anew: visits that were called off, missed or held get new times, and what must follow moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen, write
from scheduler.booking.further_visits import is_place, new_preparation, with_places, without_places
from scheduler.booking.holds import locked_now
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, Ways
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock, instant_at, whole_local_day
from scheduler.domain.errors import Conflict, NotFound
from scheduler.domain.series import Series, SeriesState
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.rules.discretion import with_past_maxima_waived
from scheduler.rules.finding import Finding
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.work import reading, unit_of_work

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


@dataclass(frozen=True, slots=True)
class SeriesReplanned:
    """The series as it stands in the store; `change` is `None` where an earlier request of the same key did it."""

    series: Series
    change: PlannedChange | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules still ask for (gates and warnings)."""
        return self.change.findings if self.change else ()


def preview_replan(wanted: WantedReplan, actor: Actor, clock: Clock) -> Ways | Refused | NotAllowed:
    """Look for the ways to plan the rest anew, as replanning does, and write nothing."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    now = clock.now()
    with reading():
        try:
            at_hand = _at_hand(stored.series(wanted.series), actor, now)
        except NotFound:
            return _unknown(wanted)
        return at_hand.ways(_as_change(wanted, at_hand)) if isinstance(at_hand, SeriesAtHand) else at_hand


def replan_series(
    command: ReplanSeries, actor: Actor, clock: Clock
) -> SeriesReplanned | Refused | NotAllowed:
    """Book what is missing and move what must follow in one commit, or say everything that is against it."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    now = clock.now()
    try:
        outcome = retried(lambda: _attempt(command, actor, now))
    except Conflict as conflict:
        lost = Reason("race_lost", str(conflict), "Look at what is free now, and plan again.", "")
        outcome = Refused(reasons=(lost,), race_lost=True)
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        other = preview_replan(command.wanted, actor, clock)
        return replace(outcome, ways=other.ways) if isinstance(other, Ways) else outcome
    return outcome


def _attempt(command: ReplanSeries, actor: Actor, now: datetime) -> SeriesReplanned | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_now(command.wanted.series, now)
        except NotFound:
            return _unknown(command.wanted)
        if not may_at(actor, Permission.MOVE_APPOINTMENT, series.site):
            return NotAllowed(Permission.MOVE_APPOINTMENT)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if earlier is not None:
            return SeriesReplanned(stored.series(earlier))
        change = _change(command, series, actor, now)
        if not isinstance(change, PlannedChange):
            return change
        if change.refusing:
            return Refused(findings=change.refusing)
        after = write(_as_kept(change, series), VERB, actor, now)
        note_answer(VERB, command, command.idempotency_key, after, now)
        return SeriesReplanned(after, change)


def _change(
    command: ReplanSeries, series: Series, actor: Actor, now: datetime
) -> PlannedChange | Refused | NotAllowed:
    at_hand = _at_hand(series, actor, now)
    if not isinstance(at_hand, SeriesAtHand):
        return at_hand
    if command.visits is None:
        found = at_hand.ways(_as_change(command.wanted, at_hand))
        return found.ways[0] if found.ways else Refused(reasons=found.reasons)
    places = {visit.id for visit in at_hand.missing.values() if is_place(visit)}
    if not places <= {visit.appointment for visit in command.visits}:
        why = "The series is dormant by now, and goes on with a new preparation."
        reason = Reason("changed_meanwhile", why, "Look at what works now.", "")
        return Refused(reasons=(reason,), race_lost=True)
    return as_chosen(at_hand, command.visits)


def _as_kept(change: PlannedChange, series: Series) -> PlannedChange:
    """Return the change as it is written: one that was resumed is booked by it, and mere places are no visits."""
    state = SeriesState.BOOKED if series.state in RESUMED else series.state
    return replace(change, before=series, after=replace(without_places(change.after), state=state))


def _at_hand(series: Series, actor: Actor, now: datetime) -> SeriesAtHand | Refused | NotAllowed:
    """Return the series with the facts around it, when there is anything to plan anew."""
    if not may_at(actor, Permission.MOVE_APPOINTMENT, series.site):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    if series.state not in REPLANNED:
        why = f"The series is {series.state}."
        return Refused(reasons=(nonsense("not_booked", why, "Book a new series for the patient."),))
    at_hand = (
        _dormant_at_hand(series, now) if series.state is SeriesState.DORMANT else SeriesAtHand.of(series, now)
    )
    if not at_hand.missing:
        why = "Every visit that the series should have is booked."
        return Refused(
            reasons=(nonsense("nothing_missing", why, "Move a visit, if that is what is wanted."),)
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


def _unknown(wanted: WantedReplan) -> Refused:
    why = f"There is no series '{wanted.series}'."
    return Refused(reasons=(nonsense("unknown_series", why, "Choose a series from the patient's page."),))
