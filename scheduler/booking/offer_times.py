"""Offer a patient other times for one visit, and take the one that the patient chooses, if it is still to be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen
from scheduler.booking.holds import locked_now
from scheduler.booking.one_change import make
from scheduler.booking.one_visit import against, locked_visit
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.preview_move import movable
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.appointment import NOT_BEGUN, UNANNOUNCED, Appointment
from scheduler.domain.clock import Clock, local_day, whole_local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.offers import MOST_OFFERED, Offer, OfferedTime, OfferEnd, ends_at
from scheduler.domain.telling import told, told_moment
from scheduler.planner.change import Change
from scheduler.store import clinic, offers
from scheduler.store import series as stored
from scheduler.store.appointments import appointment as stored_visit
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import reading, unit_of_work

NEEDED = Permission.MOVE_APPOINTMENT
TAKE = "take_offered_time"


@dataclass(frozen=True, slots=True)
class OfferTimes:
    """Offer these other times for a visit, each as it was looked at; an offer that is open for it is taken back.

    A request repeated with the same `idempotency_key` offers nothing again.
    """

    appointment: str
    times: tuple[ChangedVisit, ...]
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class SettleOffers:
    """Somebody has seen to what came of the times offered for a visit; an open offer is taken back."""

    appointment: str


@dataclass(frozen=True, slots=True)
class TakeOfferedTime:
    """The patient whose visit it is chooses one of the times of an offer, by its number from 0."""

    patient: str
    offer: str
    number: int

    @property
    def idempotency_key(self) -> str | None:
        """None: what was chosen stays chosen, however often it comes."""
        return None


def times_to_offer(
    appointment: str, actor: Actor, clock: Clock
) -> tuple[PlannedChange, ...] | Refused | NotAllowed:
    """Look for other days on which the visit could be, with every other visit of the series staying as it is.

    At most `MOST_OFFERED`, the nearest first, one a day; none where nothing works without moving other visits.
    """
    if not may(actor, NEEDED):
        return NotAllowed(NEEDED)
    now = clock.now()
    with reading():
        visit = movable(appointment, actor)
        if not isinstance(visit, Appointment):
            return visit
        if against_it := _against_offering(visit):
            return against_it
        at_hand = SeriesAtHand.of(stored.series(visit.series), now)
        return _other_days(visit, at_hand, now)


def offer_times(command: OfferTimes, actor: Actor, clock: Clock) -> Offer | Refused | NotAllowed:
    """Keep the offer, or say why these times cannot be offered. Nothing is held by it."""
    if not may(actor, NEEDED):
        return NotAllowed(NEEDED)
    act = Act("offer_times", NEEDED, command, actor, clock.now())
    return retried_or_refused(
        lambda: _attempt_to_offer(act), told("Look at what is free now, and offer that.")
    )


def settle_offers(command: SettleOffers, actor: Actor, clock: Clock) -> bool | NotAllowed:
    """Note it, and say whether that is new. Raises `NotFound`."""
    with unit_of_work():
        visit, now = locked_visit(command.appointment), clock.now()
        if not may_at(actor, NEEDED, visit.site):
            return NotAllowed(NEEDED)
        _take_back(visit.id)
        is_new = offers.settle_offers(visit.id, now, actor.id)
        if is_new:
            record(AuditEntry(now, actor.id, "settle_offers", "appointment", visit.id, {}, visit.site))
        return is_new


def take_offered_time(
    command: TakeOfferedTime, actor: Actor, clock: Clock
) -> SeriesChanged | Refused | NotAllowed:
    """Move the visit to the time chosen in one commit, if the offer is open, the time free and no rule refuses it.

    Refused otherwise: a time that was taken meanwhile is noted as missed, so that the desk calls. Raises `NotFound` for an
    offer of somebody else's.
    """
    act = Act(TAKE, NEEDED, command, actor, clock.now())
    outcome = retried_or_refused(
        lambda: _attempt_to_take(act), told("Choose another of the times, or call us.")
    )
    if isinstance(outcome, Refused) and not any(one.code == "offer_over" for one in outcome.reasons):
        _note_missed(act)
    return outcome


def open_offer(visit: Appointment, now: datetime) -> Offer | None:
    """Return what is offered for a visit now and may be chosen from; `None` where nothing is."""
    found = offers.latest_offers([visit.id]).get(visit.id)
    return found if found is not None and found.is_open(visit.version, now) else None


def _against_offering(visit: Appointment) -> Refused | None:
    """Say why nothing can be offered for a visit, whatever the times: nobody was told of it, or nobody could choose."""
    if clinic.patient(visit.patient).stands_for_cohort:
        return against(
            "group",
            told("A group does not choose; its members come together."),
            told("Move the visit."),
            visit,
        )
    if visit.state not in NOT_BEGUN or visit.state in UNANNOUNCED:
        why = told("Times are offered for a visit that is booked and still to come.")
        return against("no_offer", why, told("Choose such a visit."), visit)
    return None


def _other_days(visit: Appointment, at_hand: SeriesAtHand, now: datetime) -> tuple[PlannedChange, ...]:
    zone = at_hand.diary.site.zone
    others = frozenset(one.step for one in at_hand.series.standing if one.id != visit.id)
    if ends_at(now, visit.start, ()) <= now:
        return ()
    avoided: list[Interval] = [whole_local_day(local_day(visit.start, zone), zone)]
    found: list[PlannedChange] = []
    while len(found) < MOST_OFFERED:
        change = Change(visit.step, not_during=tuple(avoided), fixed=others)
        ways = at_hand.ways(change).ways
        if not ways or [move.step for move in ways[0].moves] != [visit.step]:
            break
        after = ways[0].moves[0].after
        avoided.append(whole_local_day(local_day(after, zone), zone))
        if ends_at(now, visit.start, (_of(ways[0], visit),)) > now:
            found.append(ways[0])
    return tuple(sorted(found, key=lambda way: way.moves[0].after))


def _of(way: PlannedChange, visit: Appointment) -> OfferedTime:
    moved = next(one for one in way.after.standing if one.id == visit.id)
    return OfferedTime(moved.start, moved.room, moved.staff, moved.relief)


def _attempt_to_offer(act: Act[OfferTimes]) -> Offer | Refused | NotAllowed:
    command = act.command
    with unit_of_work():
        seen = movable(command.appointment, act.actor)
        if not isinstance(seen, Appointment):
            return seen
        series = locked_now(seen.series, act.now)
        return act.once(
            series.site, do=lambda: _offered(act, SeriesAtHand.of(series, act.now)), again=offers.offer
        )


def _offered(act: Act[OfferTimes], at_hand: SeriesAtHand) -> Offer | Refused:
    """Keep the offer under the locks of the series, in place of one that is open."""
    visit = next(one for one in at_hand.series.standing if one.id == act.command.appointment)
    if against_it := _against_offering(visit) or _against_times(act.command, visit, at_hand):
        return against_it
    times = tuple(OfferedTime(one.start, one.room, one.staff, one.relief) for one in act.command.times)
    until = ends_at(act.now, visit.start, times)
    if until <= act.now:
        at = told_moment(min(visit.start, *(one.start for one in times)), at_hand.diary.site.zone)
        why = told("The first of the times is at %(at)s: too soon to wait for an answer.", at=at)
        return against("too_soon", why, told("Call the patient."), visit)
    _take_back(visit.id)
    offers.settle_offers(visit.id, act.now, act.actor.id)
    made = Offer(
        id=uuid4().hex,
        site=visit.site,
        patient=visit.patient,
        appointment=visit.id,
        version=visit.version,
        times=times,
        made_at=act.now,
        made_by=act.actor.id,
        expires_at=until,
    )
    offers.keep_offer(made)
    details = {"times": len(times)}
    record(AuditEntry(act.now, act.actor.id, act.verb, "appointment", visit.id, details, visit.site))
    act.note_answer(made)
    return made


def _against_times(command: OfferTimes, visit: Appointment, at_hand: SeriesAtHand) -> Refused | None:
    """Say why these times cannot be offered, each judged as the move that it would be."""
    if not 0 < len(command.times) <= MOST_OFFERED:
        return against(
            "no_offer",
            told("Between one and %(most_offered)s times are offered.", most_offered=MOST_OFFERED),
            told("Tick some of them."),
            visit,
        )
    if any(one.appointment != visit.id for one in command.times):
        return against("no_offer", told("A time of another visit was given."), told("Look again."), visit)
    for one in command.times:
        change = as_chosen(at_hand, [one])
        if isinstance(change, Refused):
            return change
        if change.refusing:
            return Refused(findings=change.refusing)
    return None


def _take_back(appointment: str) -> None:
    standing = offers.latest_offers([appointment]).get(appointment)
    if standing is not None:
        offers.end_offer(standing.id, OfferEnd.WITHDRAWN)


def _attempt_to_take(act: Act[TakeOfferedTime]) -> SeriesChanged | Refused | NotAllowed:
    with unit_of_work():
        visit = _visit_offered(act)
        if not isinstance(visit, Appointment):
            return visit
        series = locked_now(visit.series, act.now)
        visit, made = stored_visit(visit.id), offers.offer(act.command.offer)
        if made.ended is OfferEnd.CHOSEN and _stands_as_chosen(made, act.command.number, visit):
            return SeriesChanged(series)
        chosen = dict(made.left).get(act.command.number)
        if chosen is None or not made.is_open(visit.version, act.now):
            return _over(visit)
        wanted = ChangedVisit(visit.id, visit.version, chosen.start, chosen.room, chosen.staff, chosen.relief)
        outcome = make(act, as_chosen(SeriesAtHand.of(series, act.now), [wanted]))
        if isinstance(outcome, SeriesChanged):
            offers.end_offer(made.id, OfferEnd.CHOSEN)
        return act.told(series.site, outcome)


def _stands_as_chosen(made: Offer, number: int, visit: Appointment) -> bool:
    """Say whether the same was chosen before."""
    return 0 <= number < len(made.times) and made.times[number].start == visit.start


def _visit_offered(act: Act[TakeOfferedTime]) -> Appointment | Refused | NotAllowed:
    made = offers.offer(act.command.offer)
    if made.patient != act.command.patient:
        raise NotFound("this was offered to somebody else")
    found = movable(made.appointment, act.actor)
    # Why the desk could not move it is nothing to tell the patient.
    return _over(stored_visit(made.appointment)) if isinstance(found, Refused) else found


def _over(visit: Appointment) -> Refused:
    return against(
        "offer_over", told("These times are not offered any more."), told("Call us for another time."), visit
    )


def _note_missed(act: Act[TakeOfferedTime]) -> None:
    with unit_of_work():
        made = offers.offer(act.command.offer)
        locked_visit(made.appointment)
        offers.note_missed(offers.offer(made.id), act.command.number)
        details = {"number": act.command.number}
        record(
            AuditEntry(
                act.now,
                act.actor.id,
                "miss_offered_time",
                "appointment",
                made.appointment,
                details,
                made.site,
            )
        )
