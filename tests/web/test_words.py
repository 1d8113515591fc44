"""Times are local and name their zone, also in the night in which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.clinic_file.bundled import bundled_keys
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.web.words import (
    GATES,
    KINDS,
    ROLES,
    absence_in,
    count_words,
    gate_words,
    length_words,
    moment_in,
    phase_words,
    state_words,
    visit_in,
    window_in,
)
from tests.builders import between
from tests.bundled_protocols import a_bundled_protocol

ZONE = "America/Denver"
VISIT = Interval(datetime(2026, 12, 3, 17, 0, tzinfo=UTC), datetime(2026, 12, 3, 19, 45, tzinfo=UTC))


def test_a_visit_names_day_times_and_zone() -> None:
    assert visit_in(VISIT, ZONE) == "Thu 3 Dec 2026, 10:00–12:45 MST"
    assert moment_in(VISIT.start, ZONE) == "Thu 3 Dec 2026, 10:00 MST"


def test_both_zones_are_named_when_the_clocks_change_meanwhile() -> None:
    back = Interval(datetime(2026, 11, 1, 7, 0, tzinfo=UTC), datetime(2026, 11, 1, 9, 0, tzinfo=UTC))
    assert visit_in(back, ZONE) == "Sun 1 Nov 2026, 01:00 MDT–02:00 MST"


def test_windows_name_what_differs() -> None:
    assert window_in(VISIT, ZONE) == "Thu 3 Dec 10:00–12:45 MST"
    days = Interval(VISIT.start, VISIT.start + timedelta(days=2))
    assert window_in(days, ZONE) == "Thu 3 Dec 10:00 – Sat 5 Dec 10:00 MST"
    years = Interval(VISIT.start, VISIT.start + timedelta(days=40))
    assert window_in(years, ZONE) == "Thu 3 Dec 2026 10:00 – Tue 12 Jan 2027 10:00 MST"
    change = Interval(datetime(2026, 10, 31, 18, 0, tzinfo=UTC), datetime(2026, 11, 2, 18, 0, tzinfo=UTC))
    assert window_in(change, ZONE) == "Sat 31 Oct 12:00 MDT – Mon 2 Nov 11:00 MST"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (10, "10 min"),
        (60, "1 h"),
        (165, "2 h 45 min"),
        (47 * 60, "47 h"),
        (48 * 60, "2 days"),
        (49 * 60, "3 days"),
    ],
)
def test_lengths_are_said_as_people_say_them(minutes: int, words: str) -> None:
    assert length_words(timedelta(minutes=minutes)) == words


def test_every_kind_and_role_has_words_and_letters_differ() -> None:
    assert set(KINDS) == set(StepKind)
    assert set(ROLES) == set(Role)
    assert len({words.letter for words in KINDS.values()}) == len(KINDS)


def test_what_has_no_words_of_its_own_is_made_readable() -> None:
    assert phase_words("check_in") == "Check-in"
    assert phase_words("second_dose") == "Second dose"
    assert gate_words("rems.enrolled") == "Rems: enrolled"
    assert state_words(AppointmentState.CHECKED_IN) == "Checked in"
    assert count_words(1, "visit") == "1 visit"
    assert count_words(22, "visit") == "22 visits"


@pytest.mark.parametrize("protocol", bundled_keys())
def test_every_gate_of_a_protocol_that_comes_along_has_a_name_of_its_own(protocol: str) -> None:
    steps = a_bundled_protocol(protocol).steps
    assert {gate.kind for step in steps for gate in step.gates} <= GATES.keys()


def test_absences_of_whole_days_are_told_by_their_days() -> None:
    zone = ZONE
    one = between("2026-12-07 00:00", "2026-12-08 00:00")
    assert absence_in(one, zone) == "Mon 7 Dec 2026"
    assert absence_in(between("2026-12-07 00:00", "2026-12-10 00:00"), zone) == "Mon 7 Dec – Wed 9 Dec 2026"
    assert absence_in(between("2026-12-31 00:00", "2027-01-02 00:00"), zone) == (
        "Thu 31 Dec 2026 – Fri 1 Jan 2027"
    )
    assert absence_in(between("2026-12-07 13:00", "2026-12-07 15:00"), zone) == "Mon 7 Dec 13:00–15:00 MST"
