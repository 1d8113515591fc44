"""A visit that took longer than planned: what follows counts from its real end, for the planner as for the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import Appointment, AppointmentState, phases_at
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Protocol, WindowMeaning
from scheduler.planner.change import Change
from scheduler.planner.reschedule import reschedule, ways_to_reschedule
from scheduler.planner.windows import allowed_windows
from scheduler.rules.evaluate import evaluate, refuses
from tests.builders import DAY, SMALL_EXAMPLE, ZONE, a_diary, a_small_protocol, a_visit, at
from tests.planner.standing_series import saved

NOW = at("2026-12-04 06:00")
SLOT, QUARTER = timedelta(minutes=5), timedelta(minutes=15)
MINUTE = timedelta(minutes=1)

LATE = st.timedeltas(timedelta(0), timedelta(hours=11))
LONGER = st.integers(0, 48).map(lambda slots: slots * SLOT)


def by_date(protocol: Protocol) -> Protocol:
    """Return the protocol with its integrations on the next day or the day after, whatever the hour."""
    windows = tuple(
        replace(window, at_least=DAY, at_most=2 * DAY, counted=Counting.CALENDAR)
        if window.meaning is WindowMeaning.INTEGRATION
        else window
        for window in protocol.windows
    )
    return replace(protocol, windows=windows)


def with_first_dose(
    protocol: Protocol, longer: timedelta = timedelta(0), late: timedelta = timedelta(0), start: str = "10:00"
) -> Series:
    """Return the small series with its first dose given: extended by so much, and let go so much later still."""
    series = saved(protocol, **{**SMALL_EXAMPLE, "D1": f"2026-12-03 {start}"})
    dose = series.visit("D1")
    assert dose is not None
    minutes = {
        **dose.minutes_by_phase,
        "observation": dose.minutes_by_phase["observation"] + longer // MINUTE,
    }
    given_so = replace(
        dose,
        state=AppointmentState.CLOSED,
        interval=Interval(dose.start, dose.discharge + longer),
        phases=phases_at(protocol.step("D1").stretched_to(minutes), dose.start),
        began_at=dose.start,
        released_at=dose.discharge + longer + late,
    )
    return with_visit(series, given_so)


def with_visit(series: Series, changed: Appointment) -> Series:
    visits = (changed if visit.step == changed.step else visit for visit in series.appointments)
    return replace(series, appointments=tuple(sorted(visits, key=lambda visit: visit.start)))


def best_alone(protocol: Protocol, series: Series, asked: Change) -> datetime | None:
    """Return where the rules let the first integration go by itself with the least way, by trying every start."""
    talk, diary = series.visit("I1"), a_diary(as_of=NOW)
    assert talk is not None
    good = []
    for opening in diary.site.open_times(Interval(NOW, at("2026-12-07 11:00"))):
        for quarter in range(opening.duration // QUARTER):
            start = opening.start + quarter * QUARTER
            there = a_visit(protocol.step("I1"), start, diary=diary, id=talk.id, series=talk.series)
            found = evaluate(diary, protocol, with_visit(series, there))
            # That it comes too late only warns, and the planner keeps it all the same.
            late = any(one.rule == "INTEG-2" and "I1" in one.steps for one in found)
            if asked.allows(there.interval) and not refuses(found) and not late:
                good.append((abs(start - talk.start), start))
    return min(good)[1] if good else None


@settings(max_examples=40)
@given(longer=LONGER, late=LATE, start=st.sampled_from(["10:00", "09:58"]), days=st.booleans())
def test_what_follows_goes_where_the_rules_let_it_and_no_further(
    longer: timedelta, late: timedelta, start: str, days: bool
) -> None:
    protocol = by_date(a_small_protocol()) if days else a_small_protocol()
    series = with_first_dose(protocol, longer, late, start)
    talk = series.visit("I1")
    assert talk is not None
    asked = Change("I1", not_during=(Interval.lasting(talk.start, MINUTE),), fixed=frozenset({"D2", "I2"}))
    found = reschedule(a_diary(as_of=NOW), protocol, series, asked)
    assert [move.after for move in found.moves] == [
        best for best in [best_alone(protocol, series, asked)] if best
    ]


def test_the_later_a_dose_is_over_the_later_the_next_day_may_begin() -> None:
    protocol, starts = a_small_protocol(), []
    for late in (0, 1, 15, 16, 110):
        series = with_first_dose(protocol, late=late * MINUTE)
        window = allowed_windows(protocol, series, ZONE)["I1"]
        assert window.start == at("2026-12-04 12:45") + late * MINUTE
        starts.append(_earliest(protocol, series))
    assert starts == [at(f"2026-12-04 {time}") for time in ("12:45", "13:00", "13:00", "13:15", "14:45")]


def _earliest(protocol: Protocol, series: Series) -> datetime:
    asked = Change("I1", no_later=at("2026-12-04 14:55"))
    ways = ways_to_reschedule(a_diary(as_of=NOW), protocol, series, asked)
    return min(move.after for way in ways for move in way.rescheduling.moves)
