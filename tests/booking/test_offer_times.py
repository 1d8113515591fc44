"""Other times are offered to a patient for one visit, nothing is held, and the one chosen is taken if it is still free."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.changed_series import visits_of
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.offer_times import (
    OfferTimes,
    SettleOffers,
    TakeOfferedTime,
    offer_times,
    open_offer,
    settle_offers,
    take_offered_time,
    times_to_offer,
)
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.offers import LEAST_NOTICE, OPEN_FOR, Offer, OfferEnd
from scheduler.domain.series import Series
from scheduler.store import ledger
from scheduler.store.appointments import appointment
from scheduler.store.audit import history
from scheduler.store.offers import latest_offers, unsettled_offers
from scheduler.store.offers import offer as stored_offer
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import MONDAY, booked, clock, the

PATIENT = "patient-1"


def last_of(series: Series) -> Appointment:
    """Return the review, which nothing follows."""
    return series.appointments[-1]


def offered(visit: Appointment) -> Offer:
    ways = times_to_offer(visit.id, SYSTEM, clock())
    assert isinstance(ways, tuple) and ways
    times = tuple(one for way in ways for one in visits_of(way))
    made = offer_times(OfferTimes(visit.id, times), SYSTEM, clock())
    assert isinstance(made, Offer), made
    return made


def take(made: Offer, number: int, later: timedelta = timedelta(0)) -> SeriesChanged | Refused | NotAllowed:
    return take_offered_time(TakeOfferedTime(PATIENT, made.id, number), SYSTEM, StandingClock(MONDAY + later))


def take_away(made: Offer, number: int) -> None:
    """Let somebody else have the room then."""
    one, other = made.times[number], booked("patient-2", earliest=made.times[-1].start.date()).appointments[0]
    assert one.room is not None
    with unit_of_work():
        stretch = replace(other.interval, start=one.start, end=one.start + timedelta(minutes=30))
        for resource in (one.room, *one.staff.values()):
            ledger.take([Claim(resource, Purpose.OCCUPY, stretch, other.id)])


def test_what_is_offered_moves_no_other_visit_and_lies_on_days_of_its_own(course: Series) -> None:
    visit = last_of(course)
    ways = times_to_offer(visit.id, SYSTEM, clock())
    assert isinstance(ways, tuple)
    assert 1 < len(ways) <= 3
    for way in ways:
        assert [move.step for move in way.moves] == [visit.step]
        assert not way.refusing
    days = [local_day(way.moves[0].after, builders.ZONE) for way in ways]
    assert len({*days, local_day(visit.start, builders.ZONE)}) == len(days) + 1


def test_the_time_that_is_chosen_is_the_visits_and_the_offer_is_over(course: Series) -> None:
    visit = last_of(course)
    made = offered(visit)
    assert made.expires_at == MONDAY + OPEN_FOR
    assert stored_series(course.id) == course, "nothing is held or moved by it"
    outcome = take(made, 1)
    assert isinstance(outcome, SeriesChanged), outcome
    now = appointment(visit.id)
    assert (now.start, now.version) == (made.times[1].start, visit.version + 1)
    assert [one for one in stored_series(course.id).standing if one.id != visit.id] == [
        one for one in course.standing if one.id != visit.id
    ]
    assert stored_offer(made.id).ended is OfferEnd.CHOSEN
    assert open_offer(now, MONDAY) is None
    assert [one.verb for one in history("series", course.id)][-1] == "take_offered_time"
    assert isinstance(take(made, 1), SeriesChanged), "sent twice, it is done"
    other = take(made, 0)
    assert isinstance(other, Refused) and [one.code for one in other.reasons] == ["offer_over"]
    assert appointment(visit.id) == now


def test_a_time_that_was_taken_meanwhile_is_missed_and_the_others_stay(course: Series) -> None:
    visit = last_of(course)
    made = offered(visit)
    take_away(made, 0)
    outcome = take(made, 0)
    assert isinstance(outcome, Refused), outcome
    assert appointment(visit.id) == visit
    [kept] = unsettled_offers("site-1")
    assert (kept.missed, kept.ended) == (frozenset({0}), None)
    assert [number for number, _ in kept.left] == [n for n in range(len(made.times)) if n]
    assert isinstance(take(made, 0), Refused), "it is not offered any more"
    assert isinstance(take(made, 1), SeriesChanged)


def test_an_offer_ends_by_itself_and_so_early_that_something_can_be_done(course: Series) -> None:
    made = offered(last_of(course))
    assert open_offer(last_of(course), made.expires_at - timedelta(minutes=1)) is not None
    assert isinstance(take(made, 0, OPEN_FOR), Refused)
    early = the(course, "D1")
    soon = times_to_offer(early.id, SYSTEM, StandingClock(early.start - LEAST_NOTICE))
    assert soon == ()


def test_a_visit_that_moves_otherwise_withdraws_what_was_offered_for_it(course: Series) -> None:
    visit = last_of(course)
    made = offered(visit)
    elsewhere = WantedMove(visit.id, no_earlier=made.times[-1].start + timedelta(days=1))
    assert isinstance(move_appointment(MoveAppointment(elsewhere), SYSTEM, clock()), SeriesChanged)
    assert open_offer(appointment(visit.id), MONDAY) is None
    outcome = take(made, 0)
    assert isinstance(outcome, Refused) and [one.code for one in outcome.reasons] == ["offer_over"]
    assert stored_offer(made.id).missed == frozenset()


def test_a_later_offer_stands_in_place_of_the_one_before_and_may_be_taken_back(
    course: Series, nurse: Actor
) -> None:
    visit = last_of(course)
    first, second = offered(visit), offered(visit)
    assert stored_offer(first.id).ended is OfferEnd.WITHDRAWN
    assert latest_offers([visit.id]) == {visit.id: second}
    assert isinstance(take(first, 0), Refused)
    assert isinstance(settle_offers(SettleOffers(visit.id), nurse, clock()), NotAllowed)
    assert settle_offers(SettleOffers(visit.id), SYSTEM, clock()) is True
    assert settle_offers(SettleOffers(visit.id), SYSTEM, clock()) is False
    assert isinstance(take(second, 0), Refused)
    assert unsettled_offers("site-1") == ()


def test_nobody_takes_what_was_offered_to_somebody_else(course: Series) -> None:
    made = offered(last_of(course))
    with pytest.raises(NotFound):
        take_offered_time(TakeOfferedTime("patient-2", made.id, 0), SYSTEM, clock())
    with pytest.raises(NotFound):
        take_offered_time(TakeOfferedTime(PATIENT, "none", 0), SYSTEM, clock())


def test_what_cannot_be_offered_is_refused(course: Series, nurse: Actor) -> None:
    visit = last_of(course)
    ways = times_to_offer(visit.id, SYSTEM, clock())
    assert isinstance(ways, tuple)
    one = visits_of(ways[0])[0]
    assert isinstance(times_to_offer(visit.id, nurse, clock()), NotAllowed)
    assert isinstance(offer_times(OfferTimes(visit.id, (one,)), nurse, clock()), NotAllowed)
    for wrong in (
        (),
        (one,) * 4,
        (replace(one, version=9),),
        (replace(one, start=one.start - timedelta(days=40)),),
        (replace(one, appointment=the(course, "D3").id),),
    ):
        assert isinstance(offer_times(OfferTimes(visit.id, wrong), SYSTEM, clock()), Refused), wrong
    assert unsettled_offers("site-1") == ()
