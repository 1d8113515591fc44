"""Hours are elapsed hours through every clock change; days and opening hours follow the wall clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding
from tests.builders import DAY, HOUR, a_diary, a_patient, a_site, a_small_protocol, at, passed, t1_like_series

MINUTE = timedelta(minutes=1)

# The zone, a dose on the Saturday before the change, and the wall time on Monday that is 48 real hours later.
every_change = pytest.mark.parametrize(
    ("zone", "saturday", "monday"),
    [
        pytest.param("America/Denver", "2027-03-13 10:00", "2027-03-15 11:00", id="Denver, forward"),
        pytest.param("America/Denver", "2026-10-31 10:00", "2026-11-02 09:00", id="Denver, back"),
        pytest.param("Australia/Sydney", "2026-10-03 10:00", "2026-10-05 11:00", id="Sydney, forward"),
        pytest.param("Australia/Sydney", "2027-04-03 10:00", "2027-04-05 09:00", id="Sydney, back"),
    ],
)


def _diary(zone: str, saturday: str, paid_until: date | None = None) -> Diary:
    """Build a clinic in the zone whose horizon lies around the change."""
    horizon = Interval(at(saturday, zone) - 20 * DAY, at(saturday, zone) + 40 * DAY)
    paid = passed("payment", on=horizon.start.date(), until=paid_until)
    return a_diary(
        site=a_site(zone=zone, closures=()),
        horizon=horizon,
        as_of=horizon.start,
        patient=a_patient(gates=paid),
    )


def _found(diary: Diary, rule: str, starts: Mapping[str, datetime]) -> list[Finding]:
    """Ask one rule; visits that are not given stand where D1 does."""
    protocol = a_small_protocol()
    all_starts = {step.key: starts.get(step.key, starts["D1"]) for step in protocol.steps}
    series = t1_like_series(protocol, all_starts, diary=diary)
    return [finding for finding in evaluate(diary, protocol, series) if finding.rule == rule]


@every_change
def test_doses_are_spaced_by_48_real_hours(zone: str, saturday: str, monday: str) -> None:
    diary, first, second = _diary(zone, saturday), at(saturday, zone), at(monday, zone)
    assert second - first == 48 * HOUR
    assert not _found(diary, "SPACE-1", {"D1": first, "D2": second})
    early = _found(diary, "SPACE-1", {"D1": first, "D2": second - MINUTE})
    assert [finding.steps for finding in early] == [("D1", "D2")]
    assert early[0].why.startswith("D2 starts 47 h 59 min after the start of D1; at least 48 h are asked for")


@every_change
def test_the_same_wall_time_two_days_later_is_not_48_hours(zone: str, saturday: str, monday: str) -> None:
    first = at(saturday, zone)
    same_wall_time = at(monday[:11] + saturday[11:], zone)
    assert same_wall_time - first in (47 * HOUR, 49 * HOUR)
    found = _found(_diary(zone, saturday), "SPACE-1", {"D1": first, "D2": same_wall_time})
    assert bool(found) == (same_wall_time - first < 48 * HOUR)


@every_change
@pytest.mark.parametrize(
    ("rule", "after_discharge", "one_step_worse"),
    [
        ("INTEG-1", 24 * HOUR, -MINUTE),
        ("INTEG-2", 72 * HOUR, MINUTE),
        ("DRIVE-1", 24 * HOUR + 15 * MINUTE, -MINUTE),
    ],
)
def test_what_is_counted_from_discharge_is_counted_in_real_hours(
    zone: str, saturday: str, monday: str, rule: str, after_discharge: timedelta, one_step_worse: timedelta
) -> None:
    diary, first = _diary(zone, saturday), at(saturday, zone)
    discharge = first + a_small_protocol().step("D1").length
    for shift, breaks in ((timedelta(0), False), (one_step_worse, True)):
        found = _found(
            diary, rule, {"D1": first, "I1": discharge + after_discharge + shift, "D2": at(monday, zone)}
        )
        assert (("D1", "I1") in {finding.steps for finding in found}) is breaks


@every_change
def test_opening_hours_follow_the_wall_clock(zone: str, saturday: str, monday: str) -> None:
    diary, first = _diary(zone, saturday), at(saturday, zone)
    opening = at(f"{monday[:10]} 08:00", zone)
    for start, steps in ((opening, set()), (opening - MINUTE, {("D2",)})):
        found = [f for f in _found(diary, "HOURS-1", {"D1": first, "D2": start}) if f.steps == ("D2",)]
        assert {finding.steps for finding in found} == steps
        assert all(f" {monday[8:10].lstrip('0')} " in f.why and " 07:59 " in f.why for f in found)


@every_change
def test_a_decision_holds_through_its_last_local_day(zone: str, saturday: str, monday: str) -> None:
    first, evening = at(saturday, zone), at(f"{monday[:10]} 23:59", zone)
    for last_day, steps in (
        (date.fromisoformat(monday[:10]), set()),
        (date.fromisoformat(saturday[:10]), {("D2",)}),
    ):
        found = _found(_diary(zone, saturday, last_day), "GATE-6", {"D1": first, "D2": evening})
        assert {finding.steps for finding in found} == steps
