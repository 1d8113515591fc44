"""What was told about a visit, and what could not be, stands on its page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from scheduler.reminders.channels import Rejected
from scheduler.reminders.dispatch import dispatch
from scheduler.store.base import table_of
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import unit_of_work, writing
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import booked_series, visitor

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


@pytest.mark.usefixtures("with_clinic")
def test_the_page_of_a_visit_tells_each_message_and_no_address(
    app: Flask, standing_clock: StandingClock
) -> None:
    series = booked_series(app)[0]
    dose = series.visit("D2")
    assert dose is not None
    give_address(app, series.patient, ADDRESS)
    with app.app_context():
        dispatch(standing_clock.now(), RecordingChannel())
        dispatch(dose.start - timedelta(days=2), RecordingChannel())
        dispatch(dose.start - timedelta(hours=20), RecordingChannel(before=refuse))
    shown = visitor(app, "desk").text(f"/visits/{dose.id}")
    part = shown[shown.index("Messages about this visit") :]
    assert "Confirmation of the series</b> by e-mail: sent" in part
    assert "First reminder</b> by e-mail: sent" in part
    assert "Second reminder</b> by e-mail: " in part
    assert "△ Not sent" in part
    assert "the recipient was refused (550)" in part
    assert ADDRESS not in part
    other = series.visit("D4")
    assert other is not None
    assert "Second reminder" not in visitor(app, "desk").text(f"/visits/{other.id}")
