"""The desk offers a patient other times for a visit, and sees to what came of it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from scheduler.booking.offer_times import TakeOfferedTime, take_offered_time
from scheduler.booking.outcomes import SeriesChanged
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.offers import OPEN_FOR, Offer
from scheduler.reminders.own_choices import acting_for_patient
from scheduler.store.offers import latest_offers, note_missed
from scheduler.store.work import unit_of_work
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.series import Series


@pytest.fixture
def visit(series: Series) -> Appointment:
    """Give the last visit of the series."""
    return series.appointments[-1]


def offered(app: Flask, desk: Visitor, visit: Appointment) -> Offer:
    """Offer everything that the page proposes."""
    address = f"/visits/{visit.id}/offer"
    page = desk.text(address)
    ways = [unescape(one) for one in re.findall(r'name="way" value="([^"]+)"', page)]
    assert len(ways) > 1
    response = desk.send(address, {"way": ways, "key": "a key of the page"})
    assert response.status_code == 303
    assert "Offered:" in desk.text(address)
    with app.app_context():
        return latest_offers([visit.id])[visit.id]


def test_the_page_of_a_move_leads_to_the_offer_and_it_can_be_taken_back(
    clinic_app: Flask, desk: Visitor, visit: Appointment
) -> None:
    address = f"/visits/{visit.id}/offer"
    assert f'href="{address}"' in desk.text(f"/visits/{visit.id}/move")
    made = offered(clinic_app, desk, visit)
    shown = desk.text(address)
    assert "Offered now" in shown and "None of them is held." in shown
    assert "Offered times" not in desk.text("/to-do"), "it waits for the patient, not for the desk"
    assert desk.send(f"{address}/settle", {}).status_code == 303
    assert "Offered now" not in desk.text(address)
    with clinic_app.app_context():
        assert latest_offers([visit.id])[visit.id].settled_at is not None
    assert made.times


def test_a_choice_is_a_task_until_somebody_saw_it(
    clinic_app: Flask, desk: Visitor, visit: Appointment, clock: StandingClock
) -> None:
    made = offered(clinic_app, desk, visit)
    with clinic_app.app_context():
        command = TakeOfferedTime(visit.patient, made.id, 0)
        outcome = take_offered_time(command, acting_for_patient(visit.site), clock)
    assert isinstance(outcome, SeriesChanged)
    todo = desk.text("/to-do?only=offer")
    assert "The patient chose another time for R1: it is on" in todo
    assert f'href="/visits/{visit.id}/offer"' in todo
    desk.send(f"/visits/{visit.id}/offer/settle", {})
    assert "Offered times" not in desk.text("/to-do")


def test_a_missed_time_and_an_offer_nobody_answered_are_tasks(
    clinic_app: Flask, desk: Visitor, visit: Appointment, clock: StandingClock
) -> None:
    made = offered(clinic_app, desk, visit)
    clock.advance(OPEN_FOR + timedelta(minutes=1))
    desk = visitor(clinic_app, "desk")
    assert "chose none of the times offered for R1" in desk.text("/to-do")
    with clinic_app.app_context(), unit_of_work():
        note_missed(made, 1)
    assert "that was taken already. Call, and find another." in desk.text("/to-do")
    assert "that was taken already" in desk.text(f"/visits/{visit.id}/offer")


def test_what_is_too_old_or_not_ticked_is_not_offered(
    clinic_app: Flask, desk: Visitor, visit: Appointment
) -> None:
    address = f"/visits/{visit.id}/offer"
    for form, told in (({"way": "forged"}, "could not be read"), ({}, "Nothing is offered.")):
        assert desk.send(address, {**form, "key": "some other key"}).status_code == 303
        assert told in desk.text(address)
    with clinic_app.app_context():
        assert latest_offers([visit.id]) == {}
    assert visitor(clinic_app, "nurse").get(address).status_code == 403
