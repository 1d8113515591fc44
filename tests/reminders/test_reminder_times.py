"""When a site lets reminders leave: numbers within their ranges, in the clinic file, the export and every pass."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.change_reminder_times import (
    ChangeReminderTimes,
    change_reminder_times,
    who_chose,
)
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.site_choice import SiteChosen
from scheduler.clinic_file import read_clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import InvalidValue
from scheduler.domain.reminder_times import QUANTITIES, USUAL_TIMES, Quantity, ReminderTimes, times_from
from scheduler.domain.treatment import StepKind
from scheduler.reminders.dispatch import dispatch
from scheduler.store.clinic import sites
from tests.builders import at
from tests.clinic_file.documents import clinic_faults, small_clinic
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel

EARLY = ReminderTimes(first_days=4, hour=9, same_day_hours=2)


def test_the_table_tells_what_holds_where_nothing_is_chosen() -> None:
    assert {one.name: one.usual for one in QUANTITIES} == USUAL_TIMES.plain()
    assert USUAL_TIMES.chosen() == {}
    assert times_from(EARLY.chosen()) == EARLY
    assert times_from(None) == USUAL_TIMES


@pytest.mark.parametrize("one", QUANTITIES, ids=lambda one: one.name)
def test_each_number_has_its_range(one: Quantity) -> None:
    name, least, most = one.name, one.least, one.most
    for outside in (least - 1, most + 1):
        with pytest.raises(InvalidValue, match=f"outside of {least} to {most}"):
            ReminderTimes(**{name: outside})


def test_numbers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InvalidValue, match="earlier than the first reminder"):
        ReminderTimes(preparation_days=3, first_days=3)
    with pytest.raises(InvalidValue, match="within the quiet hours"):
        ReminderTimes(hour=8, quiet_until=9)


def test_a_clinic_file_chooses_them() -> None:
    document = small_clinic()
    assert read_clinic(document).sites[0].reminder_times == USUAL_TIMES
    document["sites"][0]["reminder_times"] = {"first_days": 4, "hour": 9, "same_day_hours": 2}
    assert read_clinic(document).sites[0].reminder_times == EARLY
    document["sites"][0]["reminder_times"] = {"first_days": 4, "preparation_days": 4}
    [fault] = clinic_faults(document)
    assert fault.startswith("sites[0].reminder_times")
    assert "earlier than the first reminder" in fault


@pytest.mark.usefixtures("app_context")
def test_what_a_site_chose_holds_from_the_next_pass_on_and_says_who_chose_it() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(at("2026-12-10 14:00"), kind=StepKind.DOSING))
    dispatch(CONFIRMED_AT, RecordingChannel())
    clock = StandingClock(BOOKED_AT)
    outcome = change_reminder_times(ChangeReminderTimes("site-1", EARLY), SYSTEM, clock)
    assert outcome == SiteChosen("site-1", "site-1")
    assert sites()[0].reminder_times == EARLY
    assert set(who_chose("site-1")) == set(EARLY.chosen())
    assert who_chose("site-1")["hour"].by == SYSTEM.id
    assert export_clinic(clock)["sites"][0]["reminder_times"] == EARLY.chosen()
    for due in ("2026-12-03 09:00", "2026-12-06 09:00", "2026-12-09 09:00", "2026-12-10 12:00"):
        channel = RecordingChannel()
        dispatch(at(due), channel)
        assert len(channel.sent) == 1, due


@pytest.mark.usefixtures("app_context")
def test_nobody_but_an_administrator_chooses() -> None:
    keep_clinic()
    desk = Actor("desk", AccountRole.FRONT_DESK, "site-1")
    outcome = change_reminder_times(ChangeReminderTimes("site-1", EARLY), desk, StandingClock(BOOKED_AT))
    assert isinstance(outcome, NotAllowed)
    assert sites()[0].reminder_times == USUAL_TIMES
