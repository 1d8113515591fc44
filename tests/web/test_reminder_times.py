"""The page on which an administrator chooses when messages to patients leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.reminder_times import QUANTITIES, USUAL_TIMES, ReminderTimes
from scheduler.reminders.policy import POLICY
from scheduler.store import clinic
from scheduler.web.words import wait_words
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask


PAGE = "/site/reminder-times"
FORM = {name: str(value) for name, value in USUAL_TIMES.plain().items()}


def times_of(app: Flask) -> ReminderTimes:
    with app.app_context():
        return clinic.sites()[0].reminder_times


@pytest.mark.usefixtures("with_clinic")
def test_an_administrator_chooses_times_on_both_databases(app: Flask) -> None:
    admin = visitor(app, "admin")
    assert PAGE in admin.text("/places")
    shown = admin.text(PAGE)
    for one in QUANTITIES:
        assert one.title in shown
    assert "nobody has chosen here" in shown
    assert admin.send(PAGE, {**FORM, "first_days": "4", "same_day_hours": "2"}).status_code == 303
    shown = admin.text(PAGE)
    assert "Saved. Reminders keep to it" in shown
    assert shown.count("Chosen by admin") == 2
    assert times_of(app) == ReminderTimes(first_days=4, same_day_hours=2)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"first_days": ""}, "Enter a whole number from 2 to 5"),
        ({"first_days": "9"}, "Enter a whole number from 2 to 5"),
        ({"first_days": "5", "preparation_days": "4"}, "must come earlier than the first reminder"),
        ({"hour": "8", "quiet_until": "9"}, "which is within the quiet hours"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(clinic_app: Flask, wrong: dict[str, str], why: str) -> None:
    answer = visitor(clinic_app, "admin").send(PAGE, {**FORM, **wrong})
    assert answer.status_code == 422
    assert why in answer.text
    assert "There is a problem" in answer.text
    assert times_of(clinic_app) == USUAL_TIMES


def test_how_long_a_change_waits_is_told_as_the_policy_has_it(clinic_app: Flask) -> None:
    shown = visitor(clinic_app, "admin").text(PAGE)
    assert f"can be undone for {wait_words(POLICY.undo_delay)} before anybody is told" in shown
    assert f"of times less than {wait_words(POLICY.urgent_within)} away" in shown
    assert [wait_words(timedelta(minutes=minutes)) for minutes in (1, 5, 60, 2880, 90)] == [
        *("1 minute", "5 minutes", "1 hour", "48 hours", "90 minutes")
    ]


def test_nobody_else_chooses(desk: Visitor) -> None:
    assert PAGE not in desk.text("/places")
    assert desk.get(PAGE).status_code == 403
    assert desk.send(PAGE, FORM).status_code == 403
