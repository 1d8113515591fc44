"""Deeds on whole series: book, hold, move, substitute, cancel, pause and plan anew."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.holds import DecideHold, book_hold, release_hold, release_lapsed_holds
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_substitute import HowMany, WantedSubstitute
from scheduler.booking.replan_series import REPLANNED, ReplanSeries, WantedReplan, replan_series
from scheduler.booking.substitute_therapist import SubstituteTherapist, substitute_therapist
from scheduler.domain.clock import local_day
from scheduler.domain.series import SeriesState
from scheduler.store import clinic
from soak.dice import Dice

BY, WHY = CalledOffBy.CLINIC, CancelReason.OTHER


def book(dice: Dice) -> object:
    """Book a series for anybody, now and then only hold it, now and then ask twice."""
    now = dice.clock.now()
    protocol = dice.random.choice(clinic.protocols()).key
    # Mostly soon, so that there is something to do on the days that the soak has.
    earliest = now.date() + timedelta(days=int(40 * dice.random.random() ** 3))
    held = now + timedelta(minutes=dice.random.randrange(5, 3000)) if dice.chance(20) else None
    command = BookSeries(dice.a_patient(), protocol, earliest, idempotency_key=uuid4().hex, held_until=held)
    outcome = book_series(command, SYSTEM, dice.clock)
    if isinstance(outcome, Booked) and dice.chance(20):
        again = book_series(command, SYSTEM, dice.clock)
        assert isinstance(again, Booked), "the same request was answered"
        assert again.series.id == outcome.series.id, "the same request is answered alike"
    return outcome


def move(dice: Dice) -> object:
    """Move any visit to come off its day, or merely elsewhere."""
    if (found := dice.a_visit_to_come()) is None:
        return None
    series, visit = found
    not_on = local_day(visit.start, clinic.site(series.site).zone) if dice.chance(50) else None
    wanted = WantedMove(visit.id, not_on=not_on)
    return move_appointment(MoveAppointment(wanted, None, uuid4().hex), SYSTEM, dice.clock)


def substitute(dice: Dice) -> object:
    """Give any visit to come, or the rest of its series, to another therapist."""
    if (found := dice.a_visit_to_come()) is None:
        return None
    series, visit = found
    wanted = WantedSubstitute(series.id, visit.step, dice.random.choice(list(HowMany)))
    return substitute_therapist(SubstituteTherapist(wanted, None, uuid4().hex), SYSTEM, dice.clock)


def cancel_a_visit(dice: Dice) -> object:
    """Call any visit to come off."""
    if (found := dice.a_visit_to_come()) is None:
        return None
    return cancel_appointment(CancelAppointment(found[1].id, BY, WHY), SYSTEM, dice.clock)


def cancel_a_series(dice: Dice) -> object:
    """Cancel any series."""
    series = dice.a_series(SeriesState.BOOKED, SeriesState.PAUSED)
    return series and cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, dice.clock)


def pause_a_series(dice: Dice) -> object:
    """Pause any series."""
    series = dice.a_series(SeriesState.BOOKED)
    return series and pause_series(PauseSeries(series.id, BY, WHY), SYSTEM, dice.clock)


def replan(dice: Dice) -> object:
    """Plan any series anew that lacks a visit."""
    series = dice.a_series(*REPLANNED)
    wanted = series and WantedReplan(series.id)
    return wanted and replan_series(ReplanSeries(wanted, None, uuid4().hex), SYSTEM, dice.clock)


def resume(dice: Dice) -> object:
    """Resume any series that is paused."""
    series = dice.a_series(SeriesState.PAUSED)
    wanted = series and WantedReplan(series.id)
    return wanted and replan_series(ReplanSeries(wanted, None, uuid4().hex), SYSTEM, dice.clock)


def decide_a_hold(dice: Dice) -> object:
    """Book what is held, or let it go."""
    series = dice.a_series(SeriesState.TENTATIVE)
    decide = dice.random.choice((book_hold, release_hold))
    return series and decide(DecideHold(series.id), SYSTEM, dice.clock)


def let_lapse(dice: Dice) -> object:
    """Write down which holds are over."""
    return release_lapsed_holds(dice.clock) or None
