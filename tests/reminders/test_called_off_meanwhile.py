"""A visit that is called off between the look-up of what is due and its entry has no message waiting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.due import due_messages
from scheduler.store.reminders import CONFIRMATION, ReminderState, all_reminders
from tests.builders import at
from tests.feeds.stored_visits import a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel


@pytest.mark.usefixtures("app_context")
def test_no_message_waits_for_a_visit_that_is_called_off_while_it_is_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    keep_clinic()
    keep_visits(a_plain_visit(at("2026-12-03 14:00")))

    def and_then_called_off(now: datetime) -> Any:
        found = list(due_messages(now))
        cancel("visit-1", at=now)
        return found

    monkeypatch.setattr("scheduler.reminders.dispatch.due_messages", and_then_called_off)
    dispatch(at("2026-12-02 14:00"), RecordingChannel(), go_on=lambda: False)
    entered = [one for one in all_reminders() if one.kind != CONFIRMATION]
    assert ReminderState.VOID in {one.state for one in entered}
    assert not [one for one in entered if one.state in (ReminderState.PENDING, ReminderState.LEASED)]
