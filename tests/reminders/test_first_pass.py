"""The first pass that knows a new kind of message: who still has use of it gets it once, at the provider's pace."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from scheduler.domain.treatment import StepKind
from scheduler.reminders.channels import NotSent
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.policy import MessageKind
from scheduler.store.database import db
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

DAYS = (2, 3, 4, 5, 6, 7, 8, 9, 12)
"""In so many days the patients have a dose, each at two in the afternoon."""

UPDATED_AT = at("2026-12-10 15:00")
ENOUGH = 3
"""So many messages the provider takes at once."""


def keep_as_before_the_update() -> None:
    """Store doses of which everything was told that a version without the note of preparation tells."""
    keep_clinic([a_patient(f"patient-{days}", email=f"p{days}@example.org") for days in DAYS])
    for days in DAYS:
        start = at("2026-12-10 14:00") + timedelta(days=days)
        visit = a_plain_visit(
            start, f"visit-{days}", patient=f"patient-{days}", kind=StepKind.DOSING, step="D1"
        )
        keep_visits(visit, series=f"series-{days}")
    now = BOOKED_AT
    while now < UPDATED_AT:
        dispatch(now, RecordingChannel())
        now += timedelta(hours=5)
    with db.engine.begin() as connection:
        note = {"kind": MessageKind.PREPARATION}
        ids = "SELECT id FROM reminder WHERE kind = :kind"
        for table in ("told", "answer_link"):
            connection.execute(text(f"DELETE FROM {table} WHERE reminder_id IN ({ids})"), note)
        connection.execute(text("DELETE FROM reminder WHERE kind = :kind"), note)


def notes(state: ReminderState) -> set[str]:
    """Return of which visits there is a note of preparation in a state."""
    return {
        one.appointment
        for one in all_reminders()
        if one.kind == MessageKind.PREPARATION and one.state is state
    }


def test_whoever_still_has_use_of_it_is_told_once_and_nobody_else() -> None:
    keep_as_before_the_update()
    channel = RecordingChannel()
    # Too late for whom the next reminder is due already, too early for whose dose is more than a week ahead.
    assert dispatch(UPDATED_AT, channel) == Counts(due=4, sent=4, too_late=2)
    assert notes(ReminderState.SENT) == {f"visit-{days}" for days in (4, 5, 6, 7)}
    assert notes(ReminderState.TOO_LATE) == {"visit-2", "visit-3"}
    assert dispatch(UPDATED_AT + timedelta(minutes=1), channel) == Counts()


def test_what_a_provider_takes_no_more_of_just_now_leaves_in_the_next_minutes_each_once() -> None:
    keep_clinic([a_patient(f"patient-{n}", email=f"p{n}@example.org") for n in range(12)])
    for n in range(12):
        keep_visits(a_plain_visit(UPDATED_AT, f"visit-{n}", patient=f"patient-{n}"), series=f"series-{n}")
    taken: list[str] = []

    def sent_in_a_pass(minutes: int) -> Counts:
        begun = len(taken)

        def take(message: EmailMessage) -> None:
            if len(taken) - begun >= ENOUGH:
                raise NotSent("the recipient was refused (454)")
            taken.append(str(message["To"]))

        return dispatch(CONFIRMED_AT + timedelta(minutes=minutes), RecordingChannel(before=take))

    first = sent_in_a_pass(0)
    assert (first.sent, first.failed) == (ENOUGH, 12 - ENOUGH)
    for minutes in range(1, 30):
        sent_in_a_pass(minutes)
    assert Counter(taken) == {f"p{n}@example.org": 1 for n in range(12)}
