"""When messages are due: lead times, quiet hours, clock changes and what is too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import instant_at, local
from scheduler.domain.interval import Interval
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.domain.treatment import StepKind
from scheduler.reminders.policy import (
    POLICY,
    MessageKind,
    Occasion,
    PlannedMessage,
    Verdict,
    confirmation_for,
    is_quiet,
    next_attempt,
    policy_for,
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
    return next(message for message in reminders_for(Occasion(start, set_at, zone)) if message.kind is kind)


def test_reminders_are_due_three_days_and_one_day_before_at_ten_on_the_patients_clock() -> None:
    three, one = reminders_for(Occasion(denver(date(2026, 12, 3), time(14)), LONG_AGO, DENVER))
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
    for message in reminders_for(Occasion(instant_at(day, time(9), zone), LONG_AGO, zone)):
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
    three, one = reminders_for(Occasion(start, LONG_AGO, DENVER))
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


def test_a_confirmation_answers_a_booking_after_the_time_to_undo_it_whatever_the_hour() -> None:
    evening = denver(date(2026, 12, 2), time(22, 30))
    message = confirmation_for(evening, evening + timedelta(days=30))
    assert verdict(message, evening + timedelta(minutes=4, seconds=59), DENVER) is Verdict.WAIT
    assert verdict(message, evening + timedelta(minutes=5), DENVER) is Verdict.SEND
    afternoon = denver(date(2026, 12, 2), time(15))
    soon = afternoon + POLICY.undo_delay
    assert verdict(confirmation_for(afternoon, evening), soon, DENVER) is Verdict.SEND
    assert verdict(confirmation_for(afternoon, evening), evening, DENVER) is Verdict.TOO_LATE


def test_failed_attempts_wait_longer_each_time_and_end() -> None:
    now = LONG_AGO
    waits = [next_attempt(attempts, now) for attempts in range(1, len(POLICY.retry_after) + 2)]
    assert waits[-1] is None
    reached = [wait for wait in waits if wait is not None]
    assert len(reached) == len(POLICY.retry_after)
    assert reached == sorted(reached)
    assert reached[0] > now


def dues(occasion: Occasion, times: ReminderTimes | None = None) -> dict[MessageKind, datetime]:
    planned = reminders_for(occasion, policy_for(times or ReminderTimes()))
    return {message.kind: message.due for message in planned}


def a_dose(start: datetime, act_by: datetime | None = None) -> Occasion:
    return Occasion(start, LONG_AGO, DENVER, StepKind.DOSING, act_by)


def test_a_dosing_visit_alone_has_a_note_a_week_before_and_where_wanted_a_reminder_on_its_day() -> None:
    start = denver(date(2026, 12, 10), time(14))
    assert dues(a_dose(start))[MessageKind.PREPARATION] == denver(date(2026, 12, 3), time(10))
    assert MessageKind.SAME_DAY not in dues(a_dose(start))
    wanted = dues(a_dose(start), ReminderTimes(same_day_hours=3))
    assert list(wanted) == [
        MessageKind.PREPARATION,
        MessageKind.THREE_DAYS,
        MessageKind.ONE_DAY,
        MessageKind.SAME_DAY,
    ]
    assert wanted[MessageKind.SAME_DAY] == denver(date(2026, 12, 10), time(11))
    for kind in set(StepKind) - {StepKind.DOSING}:
        other = dues(Occasion(start, LONG_AGO, DENVER, kind), ReminderTimes(same_day_hours=3))
        assert set(other) == {MessageKind.THREE_DAYS, MessageKind.ONE_DAY}


def test_a_reminder_on_the_day_that_falls_into_the_quiet_hours_leaves_the_evening_before() -> None:
    start = denver(date(2026, 12, 10), time(9))
    wanted = dues(a_dose(start), ReminderTimes(same_day_hours=2))
    assert wanted[MessageKind.SAME_DAY] == denver(date(2026, 12, 9), time(20))
    early = dues(a_dose(start), ReminderTimes(same_day_hours=1))
    assert early[MessageKind.SAME_DAY] == denver(date(2026, 12, 10), time(8))


def test_the_second_reminder_of_a_dose_comes_in_time_to_begin_to_fast() -> None:
    start = denver(date(2026, 12, 10), time(9))
    as_usual = a_dose(start, act_by=start - timedelta(hours=6))
    assert dues(as_usual)[MessageKind.ONE_DAY] == denver(date(2026, 12, 9), time(10))
    late = ReminderTimes(hour=17, notice_hours=12)
    # Twelve hours before three in the morning.
    assert dues(as_usual, late)[MessageKind.ONE_DAY] == denver(date(2026, 12, 9), time(15))
    # And where that is in the night, the evening before it.
    assert dues(a_dose(start, start - timedelta(hours=15)), late)[MessageKind.ONE_DAY] == denver(
        date(2026, 12, 8), time(20)
    )


def test_of_integration_nobody_is_reminded_until_six_hours_after_the_dose_is_over() -> None:
    dose = Interval(denver(date(2026, 12, 9), time(8)), denver(date(2026, 12, 9), time(11)))
    start = denver(date(2026, 12, 10), time(15))
    integration = Occasion(start, LONG_AGO, DENVER, StepKind.INTEGRATION, doses=(dose,))
    [_, one] = reminders_for(integration)
    assert one.due == denver(date(2026, 12, 9), time(17))
    assert verdict(one, one.due - timedelta(seconds=1), DENVER) is Verdict.WAIT
    assert verdict(one, one.due, DENVER) is Verdict.SEND
    unmoved = Occasion(start, LONG_AGO, DENVER, StepKind.REVIEW, doses=(dose,))
    assert dues(unmoved)[MessageKind.ONE_DAY] == denver(date(2026, 12, 9), time(10))


def test_a_rest_that_lasts_into_the_night_ends_in_the_morning_and_one_too_long_is_preceded() -> None:
    dose = Interval(denver(date(2026, 12, 9), time(12)), denver(date(2026, 12, 9), time(16)))
    afternoon = Occasion(
        denver(date(2026, 12, 10), time(15)), LONG_AGO, DENVER, StepKind.INTEGRATION, doses=(dose,)
    )
    assert dues(afternoon)[MessageKind.ONE_DAY] == denver(date(2026, 12, 9), time(10))
    earlier = Interval(denver(date(2026, 12, 9), time(9)), denver(date(2026, 12, 9), time(16)))
    rested = Occasion(afternoon.start, LONG_AGO, DENVER, StepKind.INTEGRATION, doses=(earlier,))
    assert dues(rested)[MessageKind.ONE_DAY] == denver(date(2026, 12, 10), time(8))
    morning = Occasion(
        denver(date(2026, 12, 10), time(9)), LONG_AGO, DENVER, StepKind.INTEGRATION, doses=(earlier,)
    )
    assert dues(morning)[MessageKind.ONE_DAY] == denver(date(2026, 12, 9), time(8))


@pytest.mark.parametrize(
    ("zone", "day"),
    [(DENVER, date(2026, 11, 1)), (DENVER, date(2027, 3, 14)), (SANTIAGO, date(2026, 9, 6))],
)
def test_on_the_day_of_a_clock_change_the_same_day_counts_hours_that_elapse(zone: str, day: date) -> None:
    start = instant_at(day, time(13), zone)
    occasion = Occasion(start, LONG_AGO, zone, StepKind.DOSING)
    assert dues(occasion, ReminderTimes(same_day_hours=4))[MessageKind.SAME_DAY] == start - timedelta(hours=4)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    booked_before=st.timedeltas(timedelta(0), timedelta(days=10)),
    asked_before=st.timedeltas(timedelta(days=-1), timedelta(days=10)),
    zone=st.sampled_from([DENVER, SANTIAGO, "Australia/Lord_Howe", "Europe/Berlin", "Asia/Kathmandu"]),
    kind=st.sampled_from(StepKind),
    fasting=st.none() | st.timedeltas(timedelta(0), timedelta(hours=20)),
    times=st.sampled_from([ReminderTimes(), ReminderTimes(same_day_hours=4, hour=17, quiet_from=20)]),
)
def test_nothing_is_ever_sent_in_quiet_hours_or_before_it_is_due_or_after_the_visit(
    start: datetime,
    booked_before: timedelta,
    asked_before: timedelta,
    zone: str,
    kind: StepKind,
    fasting: timedelta | None,
    times: ReminderTimes,
) -> None:
    now, policy = start - asked_before, policy_for(times)
    act_by = None if fasting is None or kind is not StepKind.DOSING else start - fasting
    for message in reminders_for(Occasion(start, start - booked_before, zone, kind, act_by), policy):
        if verdict(message, now, zone, policy) is Verdict.SEND:
            assert policy.quiet_until <= local(now, zone).time() < policy.quiet_from
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
