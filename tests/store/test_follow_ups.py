"""After which doses somebody is to ask how the patient is: a day later, until it was done or the patient was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.access.permissions import AccountRole, Actor, Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.settle_follow_up import SettleFollowUp, settle_follow_up
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.domain.treatment import StepKind
from scheduler.store.appointments import appointment, note_progress
from scheduler.store.audit import history
from scheduler.store.follow_ups import followed_up, open_follow_ups
from scheduler.store.work import unit_of_work
from tests.builders import at
from tests.feeds.stored_visits import a_plain_visit, cancel, keep_clinic, keep_visits

pytestmark = pytest.mark.usefixtures("app_context")

RELEASED = at("2026-12-03 12:45")
A_DAY_LATER = RELEASED + timedelta(hours=24)
NURSE = Actor("nurse", AccountRole.NURSE, "site-1")


def keep_dose(*more: tuple[str, StepKind, datetime], **site: Any) -> None:
    """Store a dose from which the patient was let go at 12:45, and other visits."""
    keep_clinic(**site)
    keep_visits(
        a_plain_visit(at("2026-12-03 10:00"), "dose", kind=StepKind.DOSING, step="D1"),
        *(a_plain_visit(start, id, kind=kind, step=id) for id, kind, start in more),
    )
    come("dose", AppointmentState.DISCHARGED, RELEASED)


def come(id: str, state: AppointmentState, released: datetime | None = None) -> None:
    """Let a visit have come so far."""
    visit = appointment(id)
    with unit_of_work():
        note_progress(
            replace(visit, state=state, version=visit.version + 1, began_at=visit.start, released_at=released)
        )


def asked(now: datetime) -> list[str]:
    """Return the visits after which somebody is to ask."""
    return [one.visit.appointment for one in open_follow_ups("site-1", now)]


def test_a_day_after_the_release_somebody_is_to_ask_within_the_next() -> None:
    keep_dose()
    assert asked(A_DAY_LATER - timedelta(minutes=1)) == []
    [one] = open_follow_ups("site-1", A_DAY_LATER)
    assert (one.since, one.due) == (A_DAY_LATER, RELEASED + timedelta(hours=48))
    assert asked(A_DAY_LATER + timedelta(days=5)) == ["dose"]
    assert open_follow_ups("site-2", A_DAY_LATER) == ()


def test_a_site_chooses_when() -> None:
    keep_dose(reminder_times=ReminderTimes(follow_up_from=12, follow_up_until=36))
    [one] = open_follow_ups(None, RELEASED + timedelta(hours=12))
    assert one.due == RELEASED + timedelta(hours=36)


def test_nobody_asks_whom_they_saw_since() -> None:
    keep_dose(("I1", StepKind.INTEGRATION, at("2026-12-04 14:00")))
    assert asked(A_DAY_LATER) == ["dose"]
    come("I1", AppointmentState.CHECKED_IN)
    assert asked(A_DAY_LATER) == []


@pytest.mark.parametrize(("start", "kept"), [("2026-12-05 09:00", []), ("2026-12-05 13:00", ["dose"])])
def test_a_contact_of_the_protocol_within_that_time_asks_already_and_not_when_it_is_called_off(
    start: str, kept: list[str]
) -> None:
    keep_dose(("C1", StepKind.CONTACT, at(start)))
    assert asked(A_DAY_LATER) == kept
    cancel("C1", at=A_DAY_LATER)
    assert asked(A_DAY_LATER) == ["dose"]


def test_it_is_settled_once_with_when_and_by_whom() -> None:
    keep_dose()
    clock = StandingClock(A_DAY_LATER)
    desk = Actor("desk", AccountRole.FRONT_DESK, "site-1")
    assert settle_follow_up(SettleFollowUp("dose"), desk, clock) == NotAllowed(Permission.SETTLE_FOLLOW_UP)
    assert settle_follow_up(SettleFollowUp("dose"), NURSE, clock) is True
    assert settle_follow_up(SettleFollowUp("dose"), NURSE, StandingClock(A_DAY_LATER + timedelta(1))) is False
    done = followed_up("dose")
    assert done is not None and (done.at, done.by) == (A_DAY_LATER, "nurse")
    assert asked(A_DAY_LATER) == []
    assert [one.verb for one in history("appointment", "dose")] == ["settle_follow_up"]
