"""What was told about a visit stands on its page; what failed waits among the conflicts with what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from scheduler.reminders.channels import Rejected
from scheduler.reminders.dispatch import dispatch
from scheduler.store.base import table_of
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import unit_of_work, writing
from tests.feeds.stored_visits import cancel
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import NOW, booked_series, fill, visitor

if TYPE_CHECKING:
    from email.message import EmailMessage

    from flask import Flask

    from scheduler.domain.clock import StandingClock

ADDRESS = "rs@example.org"


def refuse(_message: EmailMessage) -> None:
    raise Rejected("the recipient was refused (550)")


def give_address(app: Flask, patient: str, email: str) -> None:
    with app.app_context(), unit_of_work():
        row = table_of(PatientRow)
        writing().execute(update(row).where(row.c.id == patient).values(email=email))


def test_the_page_of_a_visit_tells_each_message_and_no_address(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    series = booked_series(app)[0]
    dose = series.visit("D2")
    assert dose is not None
    give_address(app, series.patient, ADDRESS)
    with app.app_context():
        dispatch(standing_clock.now(), RecordingChannel())
        dispatch(dose.start - timedelta(days=2), RecordingChannel())
        dispatch(dose.start - timedelta(hours=20), RecordingChannel(before=refuse))
    shown = visitor(app, "desk").text(f"/visits/{dose.id}")
    part = shown[shown.index("Messages to the patient") :]
    assert "Confirmation of the series</b> by e-mail: sent" in part
    assert "First reminder</b> by e-mail: sent" in part
    assert "Second reminder</b> by e-mail: " in part
    assert "△ Not sent" in part
    assert "the recipient was refused (550)" in part
    assert ADDRESS not in part
    other = series.visit("D4")
    assert other is not None
    assert "Second reminder" not in visitor(app, "desk").text(f"/visits/{other.id}")


def test_what_failed_waits_for_the_desk_until_the_address_is_another_or_the_visit_is_called_off(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    series = booked_series(app)[0]
    give_address(app, series.patient, ADDRESS)
    desk = visitor(app, "desk")
    assert "Messages that failed" not in desk.text("/conflicts")
    with app.app_context():
        dispatch(standing_clock.now(), RecordingChannel(before=refuse))
    shown = desk.text("/conflicts")
    assert "Messages that failed" in shown
    assert "Confirmation of the series</b>: the recipient was refused (550)." in shown
    assert "Call the patient, and ask for their e-mail address" in shown
    assert ADDRESS not in shown
    give_address(app, series.patient, "new@example.org")
    kept = desk.text("/conflicts")
    for one in booked_series(app)[1:]:
        give_address(app, one.patient, f"{one.patient}@example.com")
    assert kept.count("Confirmation of the series") == shown.count("Confirmation of the series") - 1
    with app.app_context():
        dispatch(standing_clock.now() + timedelta(minutes=1), RecordingChannel())
    assert "Messages that failed" not in desk.text("/conflicts")


def test_a_patient_without_an_address_is_one_line_however_much_failed(clinic_app: Flask) -> None:
    series = booked_series(clinic_app)[0]
    give_address(clinic_app, series.patient, "")
    with clinic_app.app_context():
        for days in range(0, 12):
            dispatch(NOW + timedelta(days=days), RecordingChannel())
    shown = visitor(clinic_app, "desk").text("/conflicts")
    assert shown.count("the patient has no e-mail address") == 1
    assert " messages more." in shown
    assert "With an e-mail address on their page this is sent" in shown


def test_a_failed_reminder_of_a_visit_that_is_called_off_waits_for_nobody(clinic_app: Flask) -> None:
    series = booked_series(clinic_app)[0]
    give_address(clinic_app, series.patient, ADDRESS)
    visit = series.visit("D1")
    assert visit is not None
    with clinic_app.app_context():
        dispatch(NOW, RecordingChannel())
        dispatch(visit.start - timedelta(hours=20), RecordingChannel(before=refuse))
    desk = visitor(clinic_app, "desk")
    assert "reminder</b>: the recipient was refused" in desk.text("/conflicts")
    with clinic_app.app_context():
        cancel(*(one.id for one in series.appointments), at=NOW)
        dispatch(visit.start - timedelta(hours=20), RecordingChannel())
    name = f"/visits/{visit.id}"
    assert name not in desk.text("/conflicts")
