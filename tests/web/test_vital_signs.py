"""The vital signs of a dose on the pages: what is due when, a button for each, and what is overdue in words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock, local_day
from scheduler.store.audit import history
from scheduler.store.vital_notes import vital_notes
from tests.web.begun_dose import begun_dose
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def dose(clinic_app: Flask, clock: StandingClock) -> Appointment:
    """Give a dose that the nurse began at its planned time, 10 minutes ago."""
    found = begun_dose(clinic_app, clock)
    clock.advance(timedelta(minutes=10))
    return found


def times_offered(page: str) -> list[str]:
    """Return the instants for which there is a button, pressed now."""
    forms = re.findall(r"<form[^>]*/vital-signs\"[^>]*>.*?</form>", page, re.DOTALL)
    return [
        re.search(r'name="due" value="([^"]+)"', one)[1]  # type: ignore[index]  # every form has one
        for one in forms
        if "hidden>" not in one.partition("\n")[0]
    ]


def test_the_times_of_a_dose_are_done_by_one_press_each(clinic_app: Flask, dose: Appointment) -> None:
    address, nurse = f"/visits/{dose.id}", visitor(clinic_app, "nurse")
    page = nurse.text(address)
    assert "△ 1 look overdue." in page and "Overdue by 10 min" in page
    assert "Not yet due" in page and "stays until <b>" in page
    offered = times_offered(page)
    assert len(offered) == 2, "the first look and the one that is due in five minutes"
    deed = {"due": offered[0], "key": "a-key-of-one-form"}
    response = nurse.send(f"{address}/vital-signs", deed)
    assert (response.status_code, response.headers["Location"]) == (303, address)
    page = nurse.text(address)
    assert "are noted as done." in page and re.search(r"Done \d\d:\d\d by nurse", page)
    assert "overdue." not in page and times_offered(page) == offered[1:]
    assert nurse.send(f"{address}/vital-signs", deed).status_code == 303
    with clinic_app.app_context():
        assert [note.by for note in vital_notes([dose.id])[dose.id]] == ["nurse"]
        assert sum(one.verb == "note_vital_signs" for one in history("appointment", dose.id)) == 1


def test_a_wrong_press_is_taken_back_on_the_page(clinic_app: Flask, dose: Appointment) -> None:
    address, nurse = f"/visits/{dose.id}", visitor(clinic_app, "nurse")
    [first, _] = times_offered(nurse.text(address))
    nurse.send(f"{address}/vital-signs", {"due": first})
    page = nurse.text(address)
    assert "were not done" in page
    answer = nurse.send(f"{address}/vital-signs/back", {"due": first, "key": "a-key-of-one-form"})
    assert answer.status_code == 303
    page = nurse.text(address)
    assert "are not noted any more" in page
    assert re.search(r"Noted \d\d:\d\d by nurse, taken back \d\d:\d\d by nurse", page)
    assert first in times_offered(page)
    assert "Press the button" in nurse.send(f"{address}/vital-signs/back", {"due": "now"}).text
    again = nurse.send(f"{address}/vital-signs/back", {"due": first, "key": "a-key-of-another"})
    assert "Nothing is noted of the vital signs" in again.text
    assert "were not done" not in visitor(clinic_app, "desk").text(address)


def test_the_board_says_what_is_due_and_what_is_overdue(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    day = f"/board/{local_day(dose.start, 'America/Denver')}"
    desk, nurse = visitor(clinic_app, "desk"), visitor(clinic_app, "nurse")
    page = desk.text(day)
    assert "Vital signs overdue since" in page and "Vital signs at " in page
    tag = desk.get(f"{day}/live").headers["ETag"]
    [first, second] = times_offered(nurse.text(f"/visits/{dose.id}"))
    for due in (first, second):
        noted = nurse.send(f"/visits/{dose.id}/vital-signs", {"due": due, "key": f"a-key-for-{due}"})
        assert noted.status_code == 303
    page = desk.text(day)
    assert "Vital signs overdue" not in page and "Vital signs at " in page
    assert desk.get(f"{day}/live").headers["ETag"] != tag
    # By itself it becomes overdue, and the board is drawn anew for it.
    clock.advance(timedelta(minutes=26))
    assert "Vital signs overdue since" in desk.text(day)


def test_no_value_can_be_entered(clinic_app: Flask, dose: Appointment) -> None:
    page = visitor(clinic_app, "nurse").text(f"/visits/{dose.id}")
    section = page[page.index('aria-labelledby="vitals"') : page.index("belongs into the patient")]
    assert set(re.findall(r'<input type="(\w+)"', section)) == {"hidden"}
    assert set(re.findall(r'name="(\w+)"', section)) == {"csrf_token", "key", "due"}


def test_whoever_does_not_treat_reads_them_without_buttons(clinic_app: Flask, dose: Appointment) -> None:
    desk = visitor(clinic_app, "desk")
    page = desk.text(f"/visits/{dose.id}")
    assert "Overdue by 10 min" in page and "/vital-signs" not in page
    assert (
        desk.send(f"/visits/{dose.id}/vital-signs", {"due": "2026-12-03T10:00:00+00:00"}).status_code == 403
    )


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("", "Press the button of one of the times."),
        ("2026-12-03T10:00:00", "Press the button of one of the times."),
        ("2026-12-03T10:00:00+00:00", "the times follow from when the dose began"),
    ],
)
def test_what_is_no_time_of_it_is_said(clinic_app: Flask, dose: Appointment, due: str, said: str) -> None:
    refused = visitor(clinic_app, "nurse").send(f"/visits/{dose.id}/vital-signs", {"due": due})
    assert refused.status_code == 422
    assert said in refused.text


def test_the_day_says_what_comes_next_and_what_is_overdue(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    nurse = visitor(clinic_app, "nurse")
    page = nurse.client.get("/my-day", follow_redirects=True).text
    assert "△ Vital signs overdue since" in page and "Vital signs at" in page
    for due in times_offered(nurse.text(f"/visits/{dose.id}")):
        nurse.send(f"/visits/{dose.id}/vital-signs", {"due": due})
        clock.instant = max(clock.now(), datetime.fromisoformat(due))
    page = nurse.client.get("/my-day", follow_redirects=True).text
    assert "overdue" not in page and "Vital signs at" in page


def test_before_the_dose_and_of_a_talk_there_is_nothing_of_it(clinic_app: Flask, desk: Visitor) -> None:
    for visit in booked_series(clinic_app)[0].appointments[:3]:
        assert visit.state is AppointmentState.BOOKED
        page = desk.text(f"/visits/{visit.id}")
        assert "Vital signs</h2>" not in page and "visit.js" not in page
