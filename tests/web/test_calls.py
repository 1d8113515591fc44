"""Messages that need a person, in the front desk's inbox: whom no message reached, and whose texts need a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.reminders.channels import Rejected
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import POLICY
from scheduler.store.texts import TextTask, add_tasks
from scheduler.store.work import unit_of_work
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


def refuse(_message: object) -> None:
    """Take nothing for good."""
    raise Rejected("the recipient was refused (550)")


@pytest.mark.usefixtures("with_clinic")
def test_whom_no_message_reached_is_called_and_settled_once_on_both_databases(
    app: Flask, standing_clock: StandingClock
) -> None:
    patient = booked_series(app)[0].patient
    with app.app_context():
        dispatch(standing_clock.now() + POLICY.undo_delay, RecordingChannel(before=refuse))
    desk = visitor(app, "desk")
    page = desk.client.get("/conflicts").text
    assert "Messages that need a person" in page
    assert "E-mail not delivered: the recipient was refused (550)" in page
    assert f"/patients/{patient}/called" in page
    assert desk.send(f"/patients/{patient}/called", {}).status_code == 303
    assert f"/patients/{patient}/called" not in desk.client.get("/conflicts").text


@pytest.mark.usefixtures("with_clinic")
def test_what_went_another_way_is_nobodys_task(app: Flask, standing_clock: StandingClock) -> None:
    with app.app_context():
        dispatch(standing_clock.now() + POLICY.undo_delay, RecordingChannel())
    assert "Messages that need a person" not in visitor(app, "desk").client.get("/conflicts").text


@pytest.mark.usefixtures("with_clinic")
def test_a_text_that_needs_a_person_is_told_without_its_words(
    app: Flask, standing_clock: StandingClock
) -> None:
    series = booked_series(app)[0]
    with app.app_context(), unit_of_work():
        kinds = ("other", "unclear", "yes", "call", "stop_in_words")
        assert (
            add_tasks(
                TextTask(f"SM{kind}", series.patient, series.site, kind, standing_clock.now())
                for kind in kinds
            )
            == 5
        )
    page = visitor(app, "desk").client.get("/conflicts").text
    assert page.count(f"/patients/{series.patient}/called") == 1
    assert "Answered a text in words, which are not kept here" in page
    prescriber = visitor(app, "prescriber")
    assert "/called" not in prescriber.client.get("/conflicts").text
    assert prescriber.send(f"/patients/{series.patient}/called", {}).status_code == 403
