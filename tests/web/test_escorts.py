"""Who takes the patient home, on the page of a dosing visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.treatment import StepKind
from scheduler.store.escorts import escort_of
from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


def a_dose(app: Flask) -> Appointment:
    """Return a dosing visit to come."""
    return next(one for one in booked_series(app)[0].appointments if one.kind is StepKind.DOSING)


@pytest.mark.usefixtures("with_clinic")
def test_the_desk_records_who_takes_the_patient_home_on_both_databases(app: Flask) -> None:
    visit = a_dose(app)
    page = f"/visits/{visit.id}"
    desk = visitor(app, "desk")
    assert "Who takes the patient home" in desk.client.get(page).text
    form = {"phone": "+1 303 555 0177", "email": "", "agreed": "on", "later": "on"}
    assert desk.send(f"{page}/escort", form).status_code == 303
    shown = desk.client.get(page).text
    assert 'value="+1 303 555 0177"' in shown
    assert "Agreed, recorded Mon 4 Jan 2027, 09:00 MST by desk." in shown
    with app.app_context():
        doses = [one for one in booked_series(app)[0].appointments if one.kind is StepKind.DOSING]
        assert len(doses) > 1
        assert all(escort_of(one.id) for one in doses if one.start >= visit.start)
    seen = visitor(app, "nurse").client.get(page).text
    assert "+1 303 555 0177" in seen and 'name="agreed"' not in seen


@pytest.mark.usefixtures("with_clinic")
def test_what_cannot_be_texted_to_is_said_and_what_was_entered_is_kept(app: Flask) -> None:
    page = f"/visits/{a_dose(app).id}"
    desk = visitor(app, "desk")
    answer = desk.send(f"{page}/escort", {"phone": "555-0177", "email": "", "agreed": "on"})
    assert answer.status_code == 422
    assert "The phone number cannot be texted to" in answer.text
    assert 'value="555-0177"' in answer.text
    assert visitor(app, "nurse").send(f"{page}/escort", {}).status_code == 403


@pytest.mark.usefixtures("with_clinic")
def test_nobody_is_fetched_from_a_talk(app: Flask) -> None:
    talk = next(one for one in booked_series(app)[0].appointments if one.kind is StepKind.PREPARATION)
    assert "Who takes the patient home" not in visitor(app, "desk").client.get(f"/visits/{talk.id}").text
