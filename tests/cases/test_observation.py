"""Two hours of observation after a nasal spray: from the first device or from the last, and never shorter on the day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.booking.note_vital_signs import NoteVitalSigns, VitalSignsNoted, note_vital_signs
from scheduler.booking.outcomes import Refused
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.treatment import Protocol
from scheduler.domain.visit_day import DayReason
from scheduler.store.visit_events import events_of
from tests.booking.the_day import MINUTE, NURSE, Floor, S, codes
from tests.cases.nasal_sprays import Sprays, observed_from, store_clinic_with_sprays

SPRAY = "2026-12-07 13:00"


def observed(protocol: Protocol) -> Floor:
    """Store the clinic with this protocol, and bring the first patient to where they are observed."""
    store_clinic_with_sprays(protocol)
    dose = Floor(Sprays().booked().series, "D1")
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING)
    return dose


@pytest.mark.parametrize(("anchor", "minutes"), [("last_device", 160), ("first_device", 150)])
@pytest.mark.usefixtures("app_context")
def test_release_is_ten_minutes_earlier_when_the_two_hours_count_from_the_first_device(
    anchor: str, minutes: int
) -> None:
    """Case 16: "Observation anchored at first and at last device: release 10 min apart"."""
    dose = observed(observed_from(anchor))
    assert dose.visit.discharge - dose.visit.start == minutes * MINUTE
    given, watched = dose.visit.phase("administration"), dose.visit.phase("observation")
    assert given is not None and watched is not None
    counted = given.start if anchor == "first_device" else given.end
    assert watched.end - counted == timedelta(minutes=120)


@pytest.mark.parametrize(("anchor", "minutes"), [("last_device", 160), ("first_device", 150)])
@pytest.mark.usefixtures("app_context")
def test_before_that_nobody_is_let_go(anchor: str, minutes: int) -> None:
    """Case 16: the release itself, a minute before and at the minute."""
    dose = observed(observed_from(anchor))
    assert codes(dose.minutes_in(minutes - 1).tries(S.DISCHARGED)) == ["minimum_end"]
    dose.minutes_in(minutes).goes(S.DISCHARGED, reason=DayReason.NOTED_ELSEWHERE)


@pytest.mark.usefixtures("app_context")
def test_a_spray_that_is_given_late_is_observed_for_two_hours_all_the_same() -> None:
    """Case 16: "anchored": the two hours count from when the devices were really given, not from the plan."""
    store_clinic_with_sprays()
    dose = Floor(Sprays().booked().series, "D1")
    dose.goes(S.CHECKED_IN)
    dose.minutes_in(40).goes(S.CLEARED, S.DOSING)
    dose.minutes_in(50).goes(S.OBSERVING)
    for minute in (160, 179):
        assert codes(dose.minutes_in(minute).tries(S.DISCHARGED)) == ["minimum_end"]
    dose.minutes_in(180).goes(S.DISCHARGED, reason=DayReason.NOTED_ELSEWHERE)


@pytest.mark.usefixtures("app_context")
def test_a_dose_that_was_noted_too_early_and_taken_back_counts_from_when_it_was_really_given() -> None:
    """Case 16: a wrong press of the button shortens no observation, and an undone one lengthens none."""
    store_clinic_with_sprays()
    dose = Floor(Sprays().booked().series, "D1")
    dose.minutes_in(20).goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    dose.minutes_in(22).undoes()
    dose.minutes_in(35).goes(S.DOSING)
    dose.minutes_in(44).goes(S.OBSERVING)
    dose.minutes_in(46).undoes()
    dose.goes(S.OBSERVING)
    assert codes(dose.minutes_in(174).tries(S.DISCHARGED)) == ["minimum_end"]
    dose.minutes_in(175).goes(S.DISCHARGED, reason=DayReason.NOTED_ELSEWHERE)


@pytest.mark.usefixtures("app_context")
def test_letting_go_without_the_vital_signs_that_must_be_done_asks_for_a_reason() -> None:
    dose = observed(observed_from("last_device"))
    dose.minutes_in(160)
    refused = dose.tries(S.DISCHARGED)
    assert codes(refused) == ["reason"]
    assert isinstance(refused, Refused)
    assert (
        "before the dose" in refused.reasons[0].why
        and "40 min after the dose began" in refused.reasons[0].why
    )
    assert codes(dose.tries(S.DISCHARGED, reason=DayReason.AGAINST_ADVICE)) == ["reason"]
    missing = VisitFacts.of(dose.visit, dose.clock.now()).vitals_missing
    for time in missing:
        assert isinstance(
            note_vital_signs(NoteVitalSigns(dose.id, time.due), NURSE, dose.clock), VitalSignsNoted
        )
    # All is noted: there is nothing to give a reason for.
    assert codes(dose.tries(S.DISCHARGED, reason=DayReason.DECLINED)) == ["reason"]
    dose.goes(S.DISCHARGED)


@pytest.mark.usefixtures("app_context")
def test_the_reason_stands_in_the_history_of_the_visit() -> None:
    dose = observed(observed_from("last_device"))
    dose.minutes_in(160).goes(S.DISCHARGED, reason=DayReason.DECLINED)
    assert events_of(dose.id)[-1].reason is DayReason.DECLINED
