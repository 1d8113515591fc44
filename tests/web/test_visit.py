"""The page of a visit: the next step for whoever looks, what it waits for with the way to settle it, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.visit_day import MOVES, DayReason
from scheduler.store import appointments, clinic
from scheduler.store.overrides import all_overrides
from scheduler.web.visit_view import MEANINGS, REASONS, VERBS
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

KEY = {"key": "a-key-of-one-form"}


@pytest.fixture
def dose(clinic_app: Flask) -> Appointment:
    """Give the first dose of a series of the accounts' own people."""
    found = booked_series(clinic_app)[0].visit("D1")
    assert found is not None
    return found


@pytest.fixture
def on_the_day(dose: Appointment, clock: StandingClock, clinic_app: Flask) -> Callable[[str], Visitor]:
    """Give a way to sign somebody in when the dose is about to begin."""
    clock.instant = dose.start - timedelta(minutes=5)
    return lambda username: visitor(clinic_app, username)


def now(app: Flask, visit: Appointment) -> Appointment:
    with app.app_context():
        return appointments.appointment(visit.id)


def step(visit: Appointment, to: str, **fields: Any) -> Mapping[str, Any]:
    return {"to": to, "version": visit.version, "key": f"a-key-for-{to}-{visit.version}", **fields}


def settle(app: Flask, visit: Appointment) -> None:
    """Let every decision stand that the dose asks for."""
    desk, prescriber = visitor(app, "desk"), visitor(app, "prescriber")
    for gate, who in (("escort", desk), ("payment", desk), ("clearance.medical", prescriber)):
        form = {"gate": gate, "decision": "pass", "key": f"settled-{gate}"}
        assert who.send(f"/visits/{visit.id}/decide", form).status_code == 303


def test_the_next_step_is_one_button_for_whoever_may_and_words_for_others(
    clinic_app: Flask, dose: Appointment, on_the_day: Callable[[str], Visitor]
) -> None:
    address = f"/visits/{dose.id}"
    desk, nurse = on_the_day("desk"), on_the_day("nurse")
    page = desk.text(address)
    assert '<button class="large">Check in</button>' in page
    assert 'aria-current="step"' in page
    response = desk.send(f"{address}/advance", step(dose, "checked_in"))
    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert now(clinic_app, dose).state is AppointmentState.CHECKED_IN
    page = desk.text(address)
    assert "Noted: checked in." in page
    assert "Clear for the dose</button>" not in page
    assert "is for the nurse or prescriber to say" in page
    settle(clinic_app, dose)
    assert '<button class="large">Clear for the dose</button>' in nurse.text(address)
    assert "by desk" in nurse.text(address)


def test_before_its_day_a_visit_is_confirmed_and_not_checked_in(dose: Appointment, desk: Visitor) -> None:
    page = desk.text(f"/visits/{dose.id}")
    assert '<button class="large">Confirm the visit</button>' in page
    refused = desk.send(f"/visits/{dose.id}/advance", step(dose, "checked_in"))
    assert refused.status_code == 422
    assert "Nothing was saved" in refused.text
    assert "and today is" in refused.text


def test_fasting_is_told_by_the_clock_until_the_patient_is_there(
    clinic_app: Flask, dose: Appointment, on_the_day: Callable[[str], Visitor]
) -> None:
    address, told = f"/visits/{dose.id}", "Before it the patient eats nothing from"
    page = visitor(clinic_app, "desk").get(address).text
    assert told in page
    assert "drinks nothing from" in page
    settle(clinic_app, dose)
    nurse = on_the_day("nurse")
    assert nurse.send(f"{address}/advance", step(dose, "checked_in")).status_code == 303
    assert told not in nurse.get(address).text


def test_an_open_gate_is_settled_where_it_is_told(
    clinic_app: Flask, dose: Appointment, on_the_day: Callable[[str], Visitor], clock: StandingClock
) -> None:
    address = f"/visits/{dose.id}"
    nurse = on_the_day("nurse")
    held = {"gate": "escort", "decision": "hold", **KEY}
    assert nurse.send(f"{address}/decide", held).status_code == 303
    page = nurse.text(address)
    assert "Escort named: on hold." in page
    assert "✕ On hold" in page
    nurse.send(f"{address}/advance", step(dose, "checked_in"))
    refused = nurse.send(f"{address}/advance", step(now(clinic_app, dose), "cleared"))
    assert refused.status_code == 422
    assert "Escort is on hold since" in refused.text
    clock.advance(timedelta(minutes=1))
    passed = {"gate": "escort", "decision": "pass", "valid_until": "2026-12-31", "key": "another-key"}
    assert nurse.send(f"{address}/decide", passed).status_code == 303
    assert "holds until Thu 31 Dec 2026" in nurse.text(address)


def test_what_was_entered_is_kept_when_it_will_not_do(dose: Appointment, desk: Visitor) -> None:
    form = {"gate": "payment", "decision": "pass", "valid_until": "2026-11-01", "covers_visits": "6", **KEY}
    refused = desk.send(f"/visits/{dose.id}/decide", form)
    assert refused.status_code == 422
    assert "and today is Mon 23 Nov 2026" in refused.text
    assert 'value="2026-11-01"' in refused.text
    assert 'value="6"' in refused.text


def test_a_rule_is_let_pass_by_its_role_with_a_warning_about_clinical_details(
    clinic_app: Flask, dose: Appointment, signed_in: Callable[[str], Visitor]
) -> None:
    address = f"/visits/{dose.id}"
    nurse, prescriber = signed_in("nurse"), signed_in("prescriber")
    nurse.send(f"{address}/decide", {"gate": "escort", "decision": "hold", **KEY})
    assert "Let it pass" not in nurse.text(address)
    page = prescriber.text(address)
    assert "No clinical details" in page
    form = {"rule": "GATE-7", "reason": "Her sister comes.", "lasts": "0", "key": "another-key"}
    without = prescriber.send(f"{address}/override", {**form, "reason": ""})
    assert (without.status_code, "Say why in one sentence" in without.text) == (422, True)
    assert prescriber.send(f"{address}/override", form).status_code == 303
    page = prescriber.text(address)
    assert "i Let pass" in page
    assert "the prescriber lets it pass until Thu 26 Nov 2026 00:00 MST: Her sister comes." in page
    with clinic_app.app_context():
        (made,) = all_overrides()
    assert "Good to know:" in prescriber.text(f"/series/{dose.series}")
    assert prescriber.send(f"{address}/withdraw", {"override": made.id}).status_code == 303
    assert "✕ On hold" in prescriber.text(address)


def test_a_way_out_asks_why_and_the_last_step_can_be_taken_back(
    clinic_app: Flask, dose: Appointment, on_the_day: Callable[[str], Visitor]
) -> None:
    address = f"/visits/{dose.id}"
    nurse = on_the_day("nurse")
    without = nurse.send(f"{address}/advance", step(dose, "same_day_hold"))
    assert "Choose one: ate, no driver" in without.text
    nurse.send(f"{address}/advance", step(dose, "same_day_hold", reason="no_driver"))
    page = nurse.text(address)
    assert "Its times are free again." in page
    assert "nobody to take the patient home" in page
    assert "Take back: stop for today" in page
    assert nurse.send(f"{address}/undo", {"version": now(clinic_app, dose).version}).status_code == 303
    assert "Taken back. The visit is booked." in nurse.text(address)
    assert now(clinic_app, dose).claims


def test_a_longer_stay_is_shown_before_it_is_extended(
    clinic_app: Flask, dose: Appointment, on_the_day: Callable[[str], Visitor]
) -> None:
    address = f"/visits/{dose.id}"
    nurse = on_the_day("nurse")
    settle(clinic_app, dose)
    for to in ("checked_in", "cleared", "dosing"):
        nurse.send(f"{address}/advance", step(now(clinic_app, dose), to))
    assert "A supplemental dose" in nurse.text(address)
    form = {"why": "overrun", "minutes": "10", "version": now(clinic_app, dose).version, **KEY}
    shown = nurse.send(f"{address}/stay", form)
    assert shown.status_code == 200
    assert "instead of" in shown.text
    assert now(clinic_app, dose).discharge == dose.discharge
    assert nurse.send(f"{address}/extend", form).headers["Location"] == address
    assert now(clinic_app, dose).discharge == dose.discharge + timedelta(minutes=10)
    far = {**form, "minutes": "120", "version": now(clinic_app, dose).version, "key": "another-key"}
    for where in ("stay", "extend"):
        told = nurse.send(f"{address}/{where}", far).text
        assert "It runs into" in told
        assert "Let it take longer</button>" not in told


def test_forms_that_no_page_sends_are_answered_calmly(
    dose: Appointment, signed_in: Callable[[str], Visitor]
) -> None:
    nurse, prescriber = signed_in("nurse"), signed_in("prescriber")
    for one, deed in (
        (nurse, "advance"),
        (nurse, "undo"),
        (nurse, "decide"),
        (nurse, "stay"),
        (nurse, "extend"),
        (prescriber, "override"),
        (prescriber, "withdraw"),
    ):
        assert one.send(f"/visits/{dose.id}/{deed}", {"version": "x", "to": "nowhere"}).status_code == 422
    assert nurse.send(f"/visits/{dose.id}/undo", {"version": dose.version}).status_code == 422


def test_a_therapist_reaches_own_patients_visits_alone(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    therapist = signed_in("therapist")
    statuses = {
        therapist.get(f"/visits/{one.appointments[-1].id}").status_code for one in booked_series(clinic_app)
    }
    assert statuses == {200, 404}
    assert therapist.get("/visits/nothing").status_code == 404


def test_a_visit_of_the_clinic_file_has_a_page_of_its_own(clinic_app: Flask, desk: Visitor) -> None:
    with clinic_app.app_context():
        site = clinic.sites()[0].id
        plain = [one for one in appointments.all_appointments() if not one.series and one.site == site]
    for one in plain[:1]:
        assert one.title in desk.text(f"/visits/{one.id}")


def test_the_day_and_the_series_lead_to_the_visit(
    dose: Appointment, on_the_day: Callable[[str], Visitor]
) -> None:
    desk = on_the_day("desk")
    day = desk.text(f"/day/{dose.start:%Y-%m-%d}")
    assert f'href="/visits/{dose.id}"' in day
    assert "Check in <span" in day
    desk.send(f"/visits/{dose.id}/advance", step(dose, "checked_in"))
    assert "Checked in" in desk.text(f"/day/{dose.start:%Y-%m-%d}")
    assert f'<a href="/visits/{dose.id}">' in desk.text(f"/series/{dose.series}")


def test_every_step_and_every_reason_has_its_words() -> None:
    assert {move.to for move in MOVES} == set(VERBS)
    assert set(MEANINGS) < set(VERBS)
    assert set(REASONS) == set(DayReason)
