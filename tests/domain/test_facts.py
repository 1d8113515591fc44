"""Each change of the facts makes exactly what it says, and nonsense is refused in words."""

from __future__ import annotations

from datetime import date, time

import pytest

from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.facts import FactChange, Facts
from scheduler.domain.people import Credential, Role
from scheduler.domain.place_changes import (
    OpeningHoursChanged,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure, WeeklyHours
from scheduler.domain.staff_changes import (
    CredentialRecorded,
    CredentialWithdrawn,
    HoursChanged,
    RolesChanged,
    TimeOffAdded,
    TimeOffRemoved,
)
from scheduler.domain.weekly_hours import WeekChange
from tests.builders import a_diary, a_nurse, a_room, a_site, a_therapist, between

DENVER = "America/Denver"
WEEK = between("2026-12-07 00:00", "2026-12-12 00:00")
TUESDAY = between("2026-12-08 00:00", "2026-12-09 00:00")
SNOW = Closure(date(2026, 12, 10), date(2026, 12, 11), "Snow")


def facts() -> Facts:
    people = (a_therapist(), a_nurse())
    return Facts(a_site(), {"dosing-1": a_room()}, {person.id: person for person in people})


def test_time_off_is_joined_and_taken_back_in_parts() -> None:
    away = TimeOffAdded("therapist-1", WEEK).made_to(facts())
    assert away.person("therapist-1").time_off == (WEEK,)
    assert TimeOffAdded("therapist-1", TUESDAY).made_to(away) == away
    back = TimeOffRemoved("therapist-1", TUESDAY).made_to(away)
    assert back.person("therapist-1").time_off == (
        between("2026-12-07 00:00", "2026-12-08 00:00"),
        between("2026-12-09 00:00", "2026-12-12 00:00"),
    )
    assert TimeOffAdded("therapist-1", TUESDAY).during(DENVER) == TUESDAY


def test_hours_take_the_place_of_all_hours() -> None:
    mornings = tuple(WeeklyHours(day, time(8), time(12)) for day in (2, 0))
    after = HoursChanged("therapist-1", WeekChange(mornings)).made_to(facts())
    assert after.person("therapist-1").hours == tuple(sorted(mornings, key=lambda one: one.weekday))
    assert HoursChanged("therapist-1", WeekChange(mornings)).during(DENVER) is None


def test_a_credential_takes_the_place_of_all_of_its_kind() -> None:
    renewed = Credential("acls", date(2029, 1, 31))
    after = CredentialRecorded("nurse-1", renewed).made_to(facts())
    held = after.person("nurse-1").credentials
    assert [one for one in held if one.kind == "acls"] == [renewed]
    assert len(held) == len(facts().person("nurse-1").credentials)
    gone = CredentialWithdrawn("nurse-1", "acls").made_to(after)
    assert not gone.person("nurse-1").holds("acls", date(2027, 1, 1))


def test_roles_come_with_their_limits() -> None:
    after = RolesChanged("nurse-1", frozenset({Role.MEDICAL_MONITOR}), may_watch=1).made_to(facts())
    nurse = after.person("nurse-1")
    assert (set(nurse.roles), nurse.may_watch, nurse.may_supervise) == ({Role.MEDICAL_MONITOR}, 1, 0)


def test_a_room_goes_out_of_use_and_comes_back() -> None:
    out = RoomOutOfUse("dosing-1", WEEK).made_to(facts())
    assert out.room("dosing-1").out_of_use == (WEEK,)
    assert RoomBackInUse("dosing-1", WEEK).made_to(out) == facts()
    assert RoomOutOfUse("dosing-1", WEEK).during(DENVER) == WEEK


def test_a_site_is_open_by_another_week_for_a_time() -> None:
    known = facts()
    late = (WeeklyHours(2, time(12), time(20)),)
    change = OpeningHoursChanged("site-1", WeekChange(late, date(2026, 12, 7), date(2026, 12, 13)))
    after = change.made_to(known)
    week = between("2026-12-07 00:00", "2026-12-14 00:00")
    assert after.site.open_times(week) == (between("2026-12-09 12:00", "2026-12-09 20:00"),)
    for other in (
        between("2026-11-30 00:00", "2026-12-07 00:00"),
        between("2026-12-14 00:00", "2026-12-21 00:00"),
    ):
        assert after.site.open_times(other) == known.site.open_times(other) != ()
    assert change.during(DENVER) == week
    assert change.subject == ("site", "site-1")


def test_a_closure_is_added_and_taken_back() -> None:
    shut = SiteClosed("site-1", SNOW).made_to(facts())
    assert SNOW in shut.site.closures
    assert SiteOpenedAgain("site-1", SNOW).made_to(shut) == facts()
    assert SiteClosed("site-1", SNOW).during(DENVER) == between("2026-12-10 00:00", "2026-12-12 00:00")


@pytest.mark.parametrize(
    "change",
    [
        TimeOffAdded("nobody", WEEK),
        TimeOffRemoved("therapist-1", WEEK),
        HoursChanged("therapist-1", WeekChange((WeeklyHours(0, time(12), time(8)),))),
        OpeningHoursChanged("site-1", WeekChange((), date(2026, 12, 2), date(2026, 12, 1))),
        CredentialWithdrawn("therapist-1", "acls"),
        RolesChanged("therapist-1", frozenset()),
        RolesChanged("therapist-1", frozenset({Role.THERAPIST}), may_watch=-1),
        RoomOutOfUse("nowhere", WEEK),
        RoomBackInUse("dosing-1", WEEK),
        SiteClosed("site-1", Closure(date(2026, 12, 11), date(2026, 12, 10), "")),
        SiteClosed("site-1", a_site().closures[0]),
        SiteOpenedAgain("site-1", SNOW),
    ],
    ids=lambda change: f"{type(change).__name__}-{change.subject[1]}",
)
def test_nonsense_is_refused_in_words(change: FactChange) -> None:
    with pytest.raises((InvalidValue, NotFound)) as refusal:
        change.made_to(facts())
    assert str(refusal.value)


def test_a_diary_is_judged_under_other_facts() -> None:
    diary = a_diary()
    away = TimeOffAdded("therapist-1", WEEK).made_to(Facts(diary.site, diary.rooms, diary.staff))
    assert diary.working_times["therapist-1"].sharing(TUESDAY)
    assert not diary.under(away).working_times["therapist-1"].sharing(TUESDAY)
    assert diary.under(away).claims is diary.claims
