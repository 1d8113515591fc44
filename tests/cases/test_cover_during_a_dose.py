"""Who has to be there while a dose is given: through all of it, not merely at its start, and with valid credentials."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.change_staff import change_staff, preview_change_staff
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.changing_facts import ChangeOfFacts, Consequences, FactsChanged
from scheduler.booking.extend_stay import ExtendStay, PlannedStay, StayReason, extend_stay, preview_stay
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.see_conflicts import see_conflicts
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import CredentialRecorded, TimeOffAdded
from scheduler.rules.finding import Level
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import INDUCTION
from tests.booking.the_day import NURSE, Floor, S, codes
from tests.builders import a_nurse, a_prescriber, a_staff, at, between
from tests.cases.clinic_of_the_cases import (
    PATIENT,
    SITE,
    Example,
    about,
    beside,
    clock,
    store_clinic,
    the,
    told,
)

AN_HOUR_AWAY = between("2026-12-17 11:00", "2026-12-17 12:00")
"""In the middle of D5, which starts at 10:00 and is over at 12:45."""


def staff_with(person: StaffMember) -> tuple[StaffMember, ...]:
    """Return the clinic's staff with one of them as given."""
    return tuple(person if one.id == person.id else one for one in a_staff())


@pytest.mark.usefixtures("app_context")
def test_a_prescriber_who_leaves_between_start_and_release_keeps_the_dose_from_being_booked() -> None:
    """Case 6: "Prescriber leaves between start and release"."""
    store_clinic(staff=staff_with(a_prescriber(time_off=(AN_HOUR_AWAY,))))
    assert Example().refused() == {("COVER-4", ("D5",))}


@pytest.mark.usefixtures("app_context")
def test_the_planner_puts_no_dose_into_such_a_gap() -> None:
    """Case 6: what is proposed instead keeps the prescriber there through each dose."""
    store_clinic(staff=staff_with(a_prescriber(time_off=(AN_HOUR_AWAY,))))
    refused = Example().asked()
    assert isinstance(refused, Refused)
    assert refused.instead
    for option in refused.instead:
        doses = [one for one in option.proposal.series.appointments if one.step.startswith("D")]
        assert not any(one.interval.overlaps(AN_HOUR_AWAY) for one in doses)


def test_leave_in_the_middle_of_a_dose_is_shown_before_it_is_granted_and_open_in_the_inbox_after(
    example: Series,
) -> None:
    """Case 6: "Prescriber leaves between start and release", for a dose that stands."""
    leave = ChangeOfFacts(SITE, TimeOffAdded("prescriber-1", AN_HOUR_AWAY))
    seen = preview_change_staff(leave, SYSTEM, clock())
    assert isinstance(seen, Consequences)
    assert [visit.step for visit in seen.visits] == ["D5"]
    granted = change_staff(replace(leave, seen=frozenset({the(example, "D5").id})), SYSTEM, clock())
    assert isinstance(granted, FactsChanged)
    inbox = see_conflicts(SITE, SYSTEM, clock())
    assert isinstance(inbox, tuple)
    assert [(one.rule, one.steps) for entry in inbox for one in entry.conflicts] == [("COVER-4", ("D5",))]
    assert stored_series(example.id) == example, "no visit is changed by it"


def test_one_nurse_receives_two_patients_half_an_hour_apart_and_watches_both(example: Series) -> None:
    """Case 6: "two patients share one monitor", which is allowed while their set-ups lie apart."""
    second = beside().booked().series
    for series in (example, second):
        assert the(series, "D1").staff[Role.MEDICAL_MONITOR] == "nurse-1"
    assert the(second, "D1").start - the(example, "D1").start == at("2026-12-03 10:30") - at(
        "2026-12-03 10:00"
    )


def test_two_set_ups_of_one_nurse_at_the_same_time_are_not_booked(example: Series) -> None:
    """Case 6: "so that both set-ups collide": the second patient arrives while the first is still being received."""
    assert ("COVER-2", ("D1",)) in beside({"D1": "2026-12-03 10:15"}).refused()


def test_a_start_put_off_so_that_both_set_ups_collide_is_refused_and_other_ways_are_offered(
    example: Series,
) -> None:
    """Case 6: "one starts late so that both set-ups collide", when it is known beforehand."""
    beside().booked()
    dose = the(example, "D1")
    late = ChangedVisit(dose.id, dose.version, at("2026-12-03 10:30"), dose.room, dose.staff, dose.relief)
    wanted = WantedMove(dose.id, exactly=late.start)
    refused = move_appointment(MoveAppointment(wanted, (late,)), SYSTEM, clock())
    assert isinstance(refused, Refused)
    assert ("COVER-2", ("D1",)) in told(refused.findings, Level.BLOCK)
    assert stored_series(example.id) == example
    moved = move_appointment(MoveAppointment(wanted), SYSTEM, clock())
    assert isinstance(moved, SeriesChanged)
    assert the(moved.series, "D1").staff[Role.MEDICAL_MONITOR] == "nurse-2"


def test_on_the_day_a_reception_that_drags_on_is_told_to_run_into_the_next_one(example: Series) -> None:
    """Case 6: "one starts late so that both set-ups collide", when it happens on the day."""
    beside().booked()
    dose = Floor(example, "D1")
    dose.goes(S.CHECKED_IN)
    longer = ExtendStay(dose.id, StayReason.OVERRUN, 15, dose.visit.version)
    seen = preview_stay(longer, NURSE, dose.clock)
    assert isinstance(seen, PlannedStay)
    assert "nurse-1" in {one.resource for one in seen.collisions}
    assert "collides" in codes(extend_stay(longer, NURSE, dose.clock))
    briefly = ExtendStay(dose.id, StayReason.OVERRUN, 10, dose.visit.version)
    assert not isinstance(extend_stay(briefly, NURSE, dose.clock), Refused)


EXPIRES = date(2026, 12, 15)
"""Valid today, and on the day of D4; no more on the day of D5."""


def nurse_until_then() -> StaffMember:
    """Return the first nurse with a life support certificate that expires during the series."""
    nurse = a_nurse("nurse-1")
    others = tuple(one for one in nurse.credentials if one.kind != "bls")
    return replace(nurse, credentials=(*others, Credential("bls", EXPIRES)))


@pytest.mark.usefixtures("app_context")
def test_a_credential_valid_on_the_day_of_booking_and_expired_on_the_day_of_the_visit_keeps_from_booking() -> (
    None
):
    """Case 8: "Credential valid on booking day, expired on visit day"."""
    store_clinic(staff=staff_with(nurse_until_then()))
    assert nurse_until_then().holds("bls", date(2026, 11, 23))
    assert {("CRED-1", ("D5",)), ("CRED-1", ("D6",))} == {
        (rule, steps) for rule, steps in Example().refused() if rule == "CRED-1"
    }


@pytest.mark.usefixtures("app_context")
def test_on_its_last_day_a_credential_still_counts() -> None:
    """Case 8: the limit itself, a day that is included."""
    until_the_last_dose = replace(nurse_until_then(), credentials=a_nurse().credentials)
    kept = tuple(one for one in until_the_last_dose.credentials if one.kind != "bls")
    last_day = replace(until_the_last_dose, credentials=(*kept, Credential("bls", date(2026, 12, 21))))
    store_clinic(staff=staff_with(last_day))
    assert not about(Example().booked().findings, "CRED-1")


@pytest.mark.usefixtures("app_context")
def test_the_planner_takes_somebody_else_from_the_day_on() -> None:
    """Case 8: with another nurse there, the best series is found all the same."""
    store_clinic(staff=staff_with(nurse_until_then()))
    command = BookSeries(PATIENT, INDUCTION, earliest=date(2026, 12, 7))
    booked = book_series(command, SYSTEM, clock())
    assert isinstance(booked, Booked)
    late = [
        one
        for one in booked.series.appointments
        if one.step[0] == "D" and one.start >= at("2026-12-16 00:00")
    ]
    assert late
    assert all("nurse-1" not in one.serving_as(Role.MEDICAL_MONITOR) for one in late)


def test_a_credential_that_will_lapse_is_told_when_it_is_recorded_for_visits_that_stand(
    example: Series,
) -> None:
    """Case 8: the same for visits that are booked already."""
    for kind in ("bls",):
        shorter = ChangeOfFacts(SITE, CredentialRecorded("nurse-1", Credential(kind, EXPIRES)))
        seen = preview_change_staff(shorter, SYSTEM, clock())
        assert isinstance(seen, Consequences)
        assert [visit.step for visit in seen.visits] == ["D5", "D6"]
