"""Windows in calendar days as a protocol document writes them: read, put in order, and compared with elapsed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.clinic_file import read_protocol
from scheduler.clinic_file.protocol_contradictions import (
    faults_of_contradiction,
    limits_of_dates,
    limits_of_instants,
)
from scheduler.domain.clock import days_between, first_moment
from scheduler.domain.treatment import Counting, Phase, Point, Step, StepKind, Window, WindowMeaning
from tests.builders import DAY
from tests.clinic_file.documents import protocol_faults, small_protocol

CHANGES = (
    ("America/Denver", "2027-03-14"),
    ("America/Denver", "2026-11-01"),
    ("Australia/Sydney", "2026-10-04"),
    ("Australia/Sydney", "2027-04-04"),
)


def by_date(document: dict[str, Any], **values: float) -> dict[str, Any]:
    """Return the document with these quantities in calendar days; a name is written with _ for its dot."""
    for name, value in values.items():
        document["quantities"][name.replace("_", ".")] = {
            "value": value,
            "unit": "calendar_days",
            "source": "clinic policy",
        }
    return document


def test_limits_in_calendar_days_make_a_window_by_date() -> None:
    protocol = read_protocol(by_date(small_protocol(), talk_from=1, talk_until=3))
    talks = [w for w in protocol.windows if w.meaning is WindowMeaning.INTEGRATION]
    assert {(w.at_least, w.at_most, w.counted) for w in talks} == {(DAY, 3 * DAY, Counting.CALENDAR)}
    others = [w for w in protocol.windows if w not in talks]
    assert {w.counted for w in others} == {Counting.ELAPSED}


def test_the_two_kinds_of_limit_do_not_mix_in_one_window() -> None:
    document = by_date(small_protocol(), talk_from=1)
    assert protocol_faults(document) == [
        "windows[1]: some of its limits are in calendar days and some in elapsed time (make two windows of it, one for each)"
    ]
    document["windows"][1].pop("at_most")
    document["windows"].append(
        {"from": "D[i].end", "to": "I[i].start", "at_most": "talk.until", "meaning": "integration"}
    )
    kinds = {w.counted for w in read_protocol(document).windows if w.meaning is WindowMeaning.INTEGRATION}
    assert kinds == set(Counting)


@pytest.mark.parametrize("value", [1.5, 5000])
def test_calendar_days_are_whole_and_not_endless(value: float) -> None:
    (fault,) = protocol_faults(by_date(small_protocol(), talk_from=1, talk_until=value))
    assert fault.startswith("quantities.talk.until.value: ")
    assert "calendar_days is not a whole number of days up to 3660" in fault


def test_lengths_and_spacing_cannot_be_given_in_calendar_days() -> None:
    document = by_date(small_protocol(), dosing_gap=7, talk_length=1)
    document["windows"][0]["at_least"] = "dosing.late"
    assert protocol_faults(document)[:2] == [
        "steps[0].holds_dose_spacing: 'dosing.gap' is counted in calendar_days (a quantity in min, h, d is wanted here)",
        "steps[1].phases[0].length: 'talk.length' is counted in calendar_days (a quantity in min, h, d is wanted here)",
    ]


def test_a_limit_below_another_is_named_in_calendar_days_too() -> None:
    assert protocol_faults(by_date(small_protocol(), talk_from=4, talk_until=3)) == [
        "windows[1]: at most talk.until is less than at least talk.from"
    ]


def test_the_next_date_keeps_visits_apart_and_the_same_date_does_not() -> None:
    read_protocol(by_date(small_protocol(), talk_from=1, talk_until=3))
    faults = protocol_faults(by_date(small_protocol(), talk_from=0, talk_until=3))
    assert [fault.partition(" (")[0] for fault in faults] == [
        "windows: nothing decides whether D1 or D2 comes first",
        "windows: nothing decides whether D1 or I1 comes first",
        "windows: nothing decides whether D1 or I2 comes first",
        "windows: nothing decides whether D2 or I2 comes first",
        "windows: nothing decides whether I1 or I2 comes first",
    ]


def test_dates_that_contradict_each_other_are_named() -> None:
    """A talk a date after each dose, and the next dose a date after the talk, do not fit into one date."""
    document = by_date(small_protocol(), talk_from=1, talk_until=3, dosing_late=1, next_dose=1)
    document["windows"][0].pop("at_least")
    document["steps"][0].pop("holds_dose_spacing")
    document["windows"][2]["at_least"] = "next.dose"
    assert protocol_faults(document) == [
        "windows: these cannot be kept together: I1.end to D2.start at least 1 calendar day; "
        "D1.end to I1.start at least 1 calendar day; D1.start to D2.start at most 1 calendar day "
        "(together they ask for at least 1 calendar day more than there is: lower a minimum or raise a limit)"
    ]


def test_dates_that_contradict_hours_are_named_and_those_that_only_might_are_not() -> None:
    """From a dose to the date two days on pass 22 hours at the least (were the clocks to go on by two), 26 to the next."""
    document = by_date(small_protocol(), talk_from=2, talk_until=3)
    quantities, windows = document["quantities"], document["windows"]
    windows[0].pop("at_least")
    document["steps"][0].pop("holds_dose_spacing")
    quantities["dosing.late"].update(value=24, unit="h")
    (fault,) = protocol_faults(document)
    assert "I1.end to D2.start at least 0 min; D1.end to I1.start at least 2 calendar days; " in fault
    assert (
        "D1.start to D2.start at most 24 h (together they ask for at least 50 min more than there is" in fault
    )
    quantities["dosing.late"].update(value=25, unit="h")
    read_protocol(document)


_KEYS = ("A", "B", "C")


@dataclass(frozen=True)
class _Placed:
    """Three visits where they stand, their moments by name, and windows that they keep, most of them exactly."""

    steps: list[Step]
    windows: list[Window]
    moments: dict[str, datetime]
    zone: str


@st.composite
def _kept_windows(draw: st.DrawFn) -> _Placed:
    zone, day = draw(st.sampled_from(CHANGES))
    steps: list[Step] = []
    moments: dict[str, datetime] = {}
    for key in _KEYS:
        step = Step(key, StepKind.REVIEW, key, (Phase("visit", 15 * draw(st.integers(1, 36))),), None)
        morning = first_moment(date.fromisoformat(day) + draw(st.integers(-1, 3)) * DAY, zone)
        quarters = draw(st.sampled_from((-1, 0, 1)) | st.integers(0, 95))
        start = morning + quarters * timedelta(minutes=15)
        steps.append(step)
        moments |= {f"{key}.start": start, f"{key}.end": start + step.length}
    windows = []
    for _ in range(draw(st.integers(1, 5))):
        one, other = sorted(
            (f"{key}.{draw(st.sampled_from(Point))}" for key in draw(st.permutations(_KEYS))[:2]),
            key=lambda name: moments[name],
        )
        counted = draw(st.sampled_from(Counting))
        by_date = days_between(moments[one], moments[other], zone)
        found = by_date if counted is Counting.CALENDAR else moments[other] - moments[one]
        most = draw(st.none() | st.just(found))
        (first, begin), (second, end) = one.split("."), other.split(".")
        windows.append(
            Window(WindowMeaning.ORDER, first, Point(begin), second, Point(end), found, most, None, counted)
        )
    return _Placed(steps, windows, moments, zone)


@given(_kept_windows())
def test_what_is_inferred_of_windows_holds_wherever_they_are_kept(placed: _Placed) -> None:
    """Visits that keep some windows keep every limit that is inferred from those, in instants and in dates."""
    for limit in limits_of_instants(placed.steps, placed.windows):
        assert placed.moments[limit.second] - placed.moments[limit.first] <= limit.most
    for limit in limits_of_dates(placed.steps, placed.windows):
        first, second = placed.moments[limit.first], placed.moments[limit.second]
        assert days_between(first, second, placed.zone) <= limit.most
    assert faults_of_contradiction(placed.steps, placed.windows) == []


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_dates_and_hours_bound_each_other_at_every_midnight_around_a_clock_change(
    zone: str, day: str
) -> None:
    quarter = timedelta(minutes=15)
    moments = [
        first_moment(date.fromisoformat(day) + k * DAY, zone) + offset
        for k in range(-1, 4)
        for offset in (-quarter, timedelta(0), quarter, 48 * quarter)
    ]
    steps = [Step(key, StepKind.REVIEW, key, (Phase("visit", 15),), None) for key in ("A", "B")]
    for first, second in ((a, b) for a in moments for b in moments if a <= b):
        elapsed, dates = second - first, days_between(first, second, zone)
        for counted, found in ((Counting.ELAPSED, elapsed), (Counting.CALENDAR, dates)):
            window = Window(
                WindowMeaning.ORDER, "A", Point.START, "B", Point.START, found, found, None, counted
            )
            for limits, distance in ((limits_of_instants, elapsed), (limits_of_dates, dates)):
                between = [limit for limit in limits(steps, [window]) if limit.words]
                assert -between[0].most <= distance <= between[1].most
