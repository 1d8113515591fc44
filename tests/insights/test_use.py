"""How rooms and people are used, by hour of the week and by person."""

from __future__ import annotations

import pytest

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.insights.figure import Hours
from scheduler.insights.hours_of_week import minutes_by_hour
from scheduler.insights.use import chairs_by_hour, load_by_nurse, load_by_person, therapists_by_hour
from tests.builders import a_claim, a_nurse, a_room, a_site, at, between
from tests.insights.clinic_of_figures import DURING, facts, row


def room_claim(begin: str, end: str, room: str = "dosing-1", visit: str = "one") -> Claim:
    return a_claim(room, Purpose.OCCUPY, between(begin, end), appointment=visit)


def test_an_hour_is_counted_where_the_clocks_of_the_clinic_show_it() -> None:
    counted = minutes_by_hour([between("2026-12-03 09:40", "2026-12-03 11:10")], "America/Denver")
    assert counted == {(3, 9): 20, (3, 10): 60, (3, 11): 10}


@pytest.mark.parametrize(
    ("day", "minutes"), [("2026-11-01", 120), ("2027-03-14", 0), ("2026-12-06", 60)], ids=str
)
def test_an_hour_that_comes_twice_or_never_counts_so(day: str, minutes: int) -> None:
    whole = between(f"{day} 00:00", f"{day} 06:00")
    counted = minutes_by_hour([whole], "America/Denver")
    # The clocks go back at two, so that one o'clock comes twice; they go forward at two, so that it never comes.
    hour = 1 if day == "2026-11-01" else 2
    assert counted[6, hour] == minutes
    assert counted.total() == whole.duration.total_seconds() / 60


def test_an_hour_of_a_zone_with_half_hours_begins_on_its_own_clock() -> None:
    start = at("2026-12-03 10:00", "Asia/Kolkata")
    counted = minutes_by_hour(
        [Interval.lasting(start, at("2026-12-03 11:30", "Asia/Kolkata") - start)], "Asia/Kolkata"
    )
    assert counted == {(3, 10): 60, (3, 11): 30}


def test_chairs_are_taken_out_of_the_hours_at_which_they_are_there() -> None:
    two_thursdays = [
        room_claim("2026-12-03 10:00", "2026-12-03 11:00"),
        room_claim("2026-12-10 10:30", "2026-12-10 11:00", visit="two"),
    ]
    figure = chairs_by_hour(facts(claims=two_thursdays))
    assert isinstance(figure.drawing, Hours)
    # Of the four Thursdays one is Christmas Eve, on which the site is shut.
    assert figure.drawing.shares[3, 10] == pytest.approx(1.5 / 3)
    assert figure.drawing.shares[3, 11] == 0
    assert figure.drawing.shares[0, 10] == 0
    assert (5, 10) not in figure.drawing.shares
    assert figure.drawing.hours == tuple(range(8, 18))


def test_offices_are_no_chairs_and_a_room_out_of_use_is_not_there() -> None:
    room = a_room(out_of_use=(between("2026-12-03 00:00", "2026-12-04 00:00"),))
    claims = [room_claim("2026-12-03 10:00", "2026-12-03 11:00", room="office-1")]
    figure = chairs_by_hour(facts(claims=claims, rooms=(room,)))
    thursday_at_ten = next(cells for cells in figure.rows if cells[:2] == ("Thursday", "10:00"))
    assert thursday_at_ten[2:] == (0.0, 2.0, 0.0)


def test_a_room_for_several_counts_once_for_each_place() -> None:
    room = a_room(places=3)
    claims = [room_claim("2026-12-03 10:00", "2026-12-03 11:00")]
    figure = chairs_by_hour(facts(claims=claims, rooms=(room,)))
    thursday_at_ten = next(cells for cells in figure.rows if cells[:2] == ("Thursday", "10:00"))
    assert thursday_at_ten[2:4] == (3.0, 9.0)


def test_a_visit_outside_of_opening_hours_is_seen_all_the_same() -> None:
    claims = [room_claim("2026-12-05 10:00", "2026-12-05 11:00")]
    figure = chairs_by_hour(facts(claims=claims))
    assert isinstance(figure.drawing, Hours)
    assert figure.drawing.shares[5, 10] == 1


def test_only_what_lies_in_the_stretch_is_counted() -> None:
    claim = a_claim("therapist-1", Purpose.OCCUPY, Interval(at("2026-11-29 23:00"), at("2026-11-30 01:00")))
    figure = therapists_by_hour(facts(claims=[claim]))
    taken = [cells for cells in figure.rows if cells[2]]
    assert taken == [("Monday", "00:00", 1.0, 0.0, None)]
    assert DURING.start == at("2026-11-30 00:00")


def test_a_nurse_who_watches_two_at_once_is_counted_once_for_her_hours() -> None:
    nurse = a_nurse(may_watch=2)
    watching = [
        a_claim(
            nurse.id, Purpose.WATCH, between(*times), appointment=visit, role=Role.MEDICAL_MONITOR, lane=lane
        )
        for lane, visit, times in (
            (0, "one", ("2026-12-03 10:00", "2026-12-03 12:00")),
            (1, "two", ("2026-12-03 11:00", "2026-12-03 13:00")),
        )
    ]
    known = facts(claims=watching, staff=(nurse,))
    load = row(load_by_nurse(known), nurse.name)
    assert (load["Patients"], load["Hours with one"], load["Hours with more"]) == (2, 2.0, 1.0)
    assert (load["Most at once"], load["Allowed at once"]) == (2, 2)
    person = row(load_by_person(known), nurse.name)
    # Nineteen weekdays of ten hours, less Christmas Eve and Christmas Day.
    assert (person["Visits"], person["Hours with patients"], person["Hours at work"]) == (2, 3.0, 180.0)


def test_two_lanes_of_one_visit_are_one_patient() -> None:
    nurse = a_nurse()
    both = [
        a_claim(nurse.id, purpose, between("2026-12-03 10:00", "2026-12-03 11:00"), role=Role.MEDICAL_MONITOR)
        for purpose in (Purpose.OCCUPY, Purpose.WATCH)
    ]
    load = row(load_by_nurse(facts(claims=both, staff=(nurse,))), nurse.name)
    assert (load["Patients"], load["Hours with one"], load["Most at once"]) == (1, 1.0, 1)


def test_a_site_without_hours_is_told_so() -> None:
    figure = chairs_by_hour(facts(site=a_site(hours=())))
    assert figure.rows == ()
    assert figure.summed == "Nothing is open then."
