"""Which consents count after a dose: by when each was given, and what else the patient agreed on with a clear head."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.diary import BookedVisit
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.treatment import StepKind
from scheduler.rules.clear_head import consent_is_given_with_a_clear_head, dose_before
from scheduler.rules.finding import Breach
from tests.builders import a_diary, a_patient, a_site, at, between
from tests.rules.examples.case import asked

REST = timedelta(hours=24)
GIVEN = between("2026-11-17 10:35", "2026-11-17 12:45")
DOSE = BookedVisit("other", StepKind.DOSING, at("2026-11-17 10:00"), GIVEN)
KIND = "consent.treatment"


def consent(when: datetime, decision: GateDecision = GateDecision.PASS) -> GateRecord:
    return GateRecord(KIND, decision, when.date(), decided_at=when)


def found(*gates: GateRecord, **site: timedelta) -> list[Breach]:
    diary = a_diary(site=a_site(**site), patient=a_patient(gates=gates), booked=(DOSE,))
    return list(consent_is_given_with_a_clear_head(asked(diary=diary)))


@pytest.mark.parametrize(
    ("instant", "clouded"),
    [
        (GIVEN.start - timedelta(seconds=1), False),
        (GIVEN.start, True),
        (GIVEN.end, True),
        (GIVEN.end + REST - timedelta(seconds=1), True),
        (GIVEN.end + REST, False),
    ],
)
def test_the_head_is_not_clear_from_the_dose_until_the_hours_are_over(
    instant: datetime, clouded: bool
) -> None:
    assert (dose_before([DOSE], instant, REST) is DOSE) is clouded
    assert dose_before([replace(DOSE, kind=StepKind.INTEGRATION)], instant, REST) is None
    assert dose_before([replace(DOSE, given=None)], instant, REST) is None


def test_it_says_when_it_was_given_when_the_dose_was_over_and_when_to_ask_again() -> None:
    first, *others = found(consent(at("2026-11-18 09:00")))
    assert len(others) == 1, "each dose waits for it"
    assert first.why == (
        "treatment consent for D1 was given at Wed 18 Nov 2026 09:00 MST, and the dose before that was over at "
        "Tue 17 Nov 2026 12:45 MST; 24 h are to lie between"
    )
    assert first.mend == "ask for it again from Wed 18 Nov 2026 12:45 MST on"


def test_an_earlier_consent_that_holds_stands_as_before() -> None:
    earlier = GateRecord(KIND, GateDecision.PASS, at("2026-11-10 09:00").date())
    assert found(earlier, consent(at("2026-11-18 09:00"))) == []


def test_one_that_was_put_on_hold_meanwhile_does_not() -> None:
    earlier = GateRecord(KIND, GateDecision.PASS, at("2026-11-10 09:00").date())
    hold = consent(at("2026-11-16 09:00"), GateDecision.HOLD)
    assert found(earlier, hold, consent(at("2026-11-18 09:00")))


def test_one_that_has_run_out_does_not() -> None:
    day = at("2026-11-10 09:00").date()
    assert found(GateRecord(KIND, GateDecision.PASS, day, valid_until=day), consent(at("2026-11-18 09:00")))


def test_the_clinic_sets_the_hours() -> None:
    assert found(consent(at("2026-11-18 09:00")), no_decisions=timedelta(hours=12)) == []
    assert found(consent(at("2026-11-19 12:00")), no_decisions=timedelta(hours=48))


def test_what_a_file_tells_of_by_its_day_is_taken_as_it_is() -> None:
    assert found(GateRecord(KIND, GateDecision.PASS, GIVEN.start.date())) == []


def test_what_others_decide_may_be_decided_on_that_day() -> None:
    order = replace(consent(at("2026-11-18 09:00")), kind="order.prescription")
    assert found(replace(order, kind=KIND, decided_at=None), order) == []
