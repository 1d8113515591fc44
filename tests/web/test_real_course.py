"""How a visit really goes: a late dose moves what comes after it, an overrun is drawn, who left early is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scheduler.domain.appointment import Appointment, PhaseTime
from scheduler.domain.appointment import AppointmentState as S
from scheduler.domain.interval import Interval
from scheduler.web.real_course import OVERRUN, Course, course_of
from tests.web.visits import a_visit

START = datetime(2026, 12, 2, 16, tzinfo=UTC)
LENGTHS = (("check_in", 15), ("settle", 15), ("administration", 40), ("observation", 20), ("recovery", 45))


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def a_dose(state: S = S.BOOKED) -> Appointment:
    visit = a_visit("D1", START, sum(length for _, length in LENGTHS))
    phases, begin = [], 0
    for name, length in (*LENGTHS, ("turnover", 15)):
        phases.append(PhaseTime(name, Interval(minute(begin), minute(begin + length))))
        begin += length
    return replace(visit, state=state, phases=tuple(phases))


def told(course: Course) -> list[tuple[str, int, int]]:
    return [
        (phase.name, _minutes(phase.interval.start), _minutes(phase.interval.end)) for phase in course.phases
    ]


def _minutes(instant: datetime) -> int:
    return (instant - START) // timedelta(minutes=1)


def test_a_visit_to_come_goes_as_planned() -> None:
    course = course_of(a_dose(), None, minute(200))
    assert [(one.name, one.interval) for one in course.phases] == [
        (one.name, one.interval) for one in a_dose().phases
    ]
    assert course.release == a_dose().discharge
    assert course.whole == Interval(START, minute(150))


def test_a_late_dose_lets_what_comes_before_wait_and_what_comes_after_keep_its_length() -> None:
    course = course_of(a_dose(S.OBSERVING), minute(50), minute(92))
    assert told(course) == [
        ("check_in", 0, 15),
        ("settle", 15, 50),
        ("administration", 50, 90),
        ("observation", 90, 110),
        ("recovery", 110, 155),
        ("turnover", 155, 170),
    ]
    assert course.delay == timedelta(minutes=20)
    assert course.as_it_goes(Interval(minute(30), minute(135))) == Interval(minute(50), minute(155))
    assert course.as_it_goes(Interval(minute(0), minute(30))) == Interval(minute(0), minute(30))
    assert course.as_it_goes(Interval(START, minute(150))) == Interval(START, minute(170)), (
        "the room with its turnover"
    )
    assert not course.is_overrunning


def test_whoever_is_there_past_the_release_overruns_until_now() -> None:
    course = course_of(a_dose(S.RECOVERING), None, minute(150))
    assert told(course)[-2:] == [(OVERRUN, 135, 150), ("turnover", 150, 165)]
    assert course.is_overrunning
    assert course.as_it_goes(Interval(minute(70), minute(135))) == Interval(minute(70), minute(150))


def test_after_a_late_dose_nobody_overruns_before_the_later_release() -> None:
    assert not course_of(a_dose(S.RECOVERING), minute(50), minute(150)).is_overrunning


def test_whoever_left_early_is_gone_and_the_room_is_made_ready_from_then_on() -> None:
    left = replace(a_dose(S.LEFT_BEFORE_RELEASE), released_at=minute(80))
    course = course_of(left, None, minute(100))
    assert told(course)[-2:] == [("observation", 70, 80), ("turnover", 80, 95)]
    assert course.as_it_goes(Interval(minute(90), minute(135))) is None


def test_a_visit_without_phases_is_one() -> None:
    talk = a_visit("I1", START, 50)
    assert told(course_of(talk, None, START)) == [("visit", 0, 50)]
