"""When messages are due: lead times, quiet hours, clock changes and what is too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import instant_at, local
from scheduler.reminders.policy import (
    POLICY,
    MessageKind,
    PlannedMessage,
    Verdict,
    confirmation_for,
    is_quiet,
    next_attempt,
    quiet_ends,
    reminders_for,
    verdict,
)

DENVER = "America/Denver"
SANTIAGO = "America/Santiago"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def denver(day: date, at: time) -> datetime:
    return instant_at(day, at, DENVER)


def planned(
    start: datetime, kind: MessageKind, set_at: datetime = LONG_AGO, zone: str = DENVER
) -> PlannedMessage:
    return next(message for message in reminders_for(start, set_at, zone) if message.kind is kind)


def test_reminders_are_due_three_days_and_one_day_before_at_ten_on_the_patients_clock() -> None:
    three, one = reminders_for(denver(date(2026, 12, 3), time(14)), LONG_AGO, DENVER)
    assert (three.kind, three.due) == (MessageKind.THREE_DAYS, denver(date(2026, 11, 30), time(10)))
    assert (one.kind, one.due) == (MessageKind.ONE_DAY, denver(date(2026, 12, 2), time(10)))


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (DENVER, date(2026, 11, 2)),
        (DENVER, date(2027, 3, 15)),
        (SANTIAGO, date(2026, 9, 7)),
        (SANTIAGO, date(2027, 4, 5)),
    ],
)
def test_a_clock_change_between_reminder_and_visit_does_not_move_the_hour(zone: str, day: date) -> None:
    for message in reminders_for(instant_at(day, time(9), zone), LONG_AGO, zone):
        assert local(message.due, zone).time() == time(10)


def test_the_patients_zone_counts_where_it_is_not_the_sites() -> None:
    start = denver(date(2026, 12, 3), time(14))
    assert planned(start, MessageKind.ONE_DAY, zone="America/New_York").due == instant_at(
        date(2026, 12, 2), time(10), "America/New_York"
    )


def test_a_reminder_already_past_when_the_visit_was_booked_is_missed_and_one_at_that_instant_is_not() -> None:
    start = denver(date(2026, 12, 3), time(14))
    due = planned(start, MessageKind.ONE_DAY).due
    assert planned(start, MessageKind.ONE_DAY, set_at=due + timedelta(seconds=1)).missed
    assert not planned(start, MessageKind.ONE_DAY, set_at=due).missed
    missed = planned(start, MessageKind.ONE_DAY, set_at=due + timedelta(hours=2))
    assert verdict(missed, due + timedelta(hours=2), DENVER) is Verdict.TOO_LATE


def test_the_first_reminder_is_of_use_until_the_second_is_due_and_that_until_two_hours_before() -> None:
    start = denver(date(2026, 12, 3), time(14))
    three, one = reminders_for(start, LONG_AGO, DENVER)
    second = timedelta(seconds=1)
    assert verdict(three, three.due - second, DENVER) is Verdict.WAIT
    assert verdict(three, three.due, DENVER) is Verdict.SEND
    assert verdict(three, one.due - second, DENVER) is Verdict.SEND
    assert verdict(three, one.due, DENVER) is Verdict.TOO_LATE
    assert verdict(one, start - timedelta(hours=2) - second, DENVER) is Verdict.SEND
    assert verdict(one, start - timedelta(hours=2), DENVER) is Verdict.TOO_LATE


def test_quiet_hours_run_from_nine_in_the_evening_included_to_eight_in_the_morning_not_included() -> None:
    day = date(2026, 12, 2)
    assert not is_quiet(denver(day, time(20, 59, 59)), DENVER)
    assert is_quiet(denver(day, time(21)), DENVER)
    assert is_quiet(denver(day, time(7, 59, 59)), DENVER)
    assert not is_quiet(denver(day, time(8)), DENVER)


def test_a_confirmation_answers_a_booking_at_once_whatever_the_hour() -> None:
    evening = denver(date(2026, 12, 2), time(22, 30))
    message = confirmation_for(evening, evening + timedelta(days=30))
    assert verdict(message, evening, DENVER) is Verdict.SEND
    afternoon = denver(date(2026, 12, 2), time(15))
    assert verdict(confirmation_for(afternoon, evening), afternoon, DENVER) is Verdict.SEND
    assert verdict(confirmation_for(afternoon, evening), evening, DENVER) is Verdict.TOO_LATE


def test_failed_attempts_wait_longer_each_time_and_end() -> None:
    now = LONG_AGO
    waits = [next_attempt(attempts, now) for attempts in range(1, len(POLICY.retry_after) + 2)]
    assert waits[-1] is None
    reached = [wait for wait in waits if wait is not None]
    assert len(reached) == len(POLICY.retry_after)
    assert reached == sorted(reached)
    assert reached[0] > now


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    booked_before=st.timedeltas(timedelta(0), timedelta(days=10)),
    asked_before=st.timedeltas(timedelta(days=-1), timedelta(days=10)),
    zone=st.sampled_from([DENVER, SANTIAGO, "Australia/Lord_Howe", "Europe/Berlin", "Asia/Kathmandu"]),
)
def test_nothing_is_ever_sent_in_quiet_hours_or_before_it_is_due_or_after_the_visit(
    start: datetime, booked_before: timedelta, asked_before: timedelta, zone: str
) -> None:
    now = start - asked_before
    for message in reminders_for(start, start - booked_before, zone):
        if verdict(message, now, zone) is Verdict.SEND:
            assert time(8) <= local(now, zone).time() < time(21)
            assert message.due <= now < start
            assert message.due >= start - booked_before


@given(
    instant=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from([DENVER, SANTIAGO, "Europe/Berlin"]),
)
def test_quiet_hours_end_at_their_end_and_within_a_night(instant: datetime, zone: str) -> None:
    if is_quiet(instant, zone):
        ends = quiet_ends(instant, zone)
        assert not is_quiet(ends, zone)
        assert is_quiet(ends - timedelta(seconds=1), zone)
        assert timedelta(0) < ends - instant <= timedelta(hours=12)
