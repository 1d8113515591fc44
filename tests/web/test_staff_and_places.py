"""Staff and places: what a change would break is shown before it is saved, and what was entered is kept when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.facts import Facts
from scheduler.domain.people import Role
from scheduler.domain.weekly_hours import week_on
from scheduler.store.conflicts import open_conflicts
from scheduler.store.site_facts import facts_of
from scheduler.web.hours_forms import parsed_hours
from tests.web.small_clinic import TODAY, ZONE, Visitor, booked_series

if TYPE_CHECKING:
    from flask import Flask

SITE = "maple"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def dose(clinic_app: Flask) -> Appointment:
    visit = booked_series(clinic_app)[0].visit("D2")
    assert visit is not None
    return visit


@pytest.fixture
def therapist(dose: Appointment) -> str:
    return dose.staff[Role.THERAPIST]


def facts(app: Flask) -> Facts:
    with app.app_context():
        return facts_of(SITE)


def whole_day(visit: Appointment) -> dict[str, str]:
    day = local_day(visit.start, ZONE).isoformat()
    return {"first_day": day, "last_day": day, "from_time": "", "until_time": ""}


def again(page: str) -> dict[str, str]:
    """Return what the button on the page of broken visits sends."""
    return {name: value for name, value in HIDDEN.findall(page) if name != "csrf_token"}


def test_time_off_that_breaks_visits_is_shown_and_saved_anyway(
    clinic_app: Flask, desk: Visitor, dose: Appointment, therapist: str
) -> None:
    shown = desk.send(f"/staff/{therapist}/time-off", whole_day(dose))
    assert shown.status_code == 200
    assert "would break a rule" in shown.text
    assert "Save anyway" in shown.text
    assert "is not at work" in shown.text
    assert facts(clinic_app).person(therapist).time_off == ()
    saved = desk.send(f"/staff/{therapist}/time-off", again(shown.text))
    assert saved.status_code == 303
    assert saved.headers["Location"] == f"/staff/{therapist}"
    page = desk.text(f"/staff/{therapist}")
    assert "Among the conflicts now" in page
    assert "Not away after all" in page
    assert facts(clinic_app).person(therapist).time_off
    with clinic_app.app_context():
        assert len(open_conflicts(SITE)) > 0
    assert re.search(r'class="waiting">\d+<span class="unseen"> open', page)
    back = desk.send(f"/staff/{therapist}/back", _times(page))
    assert back.status_code == 303
    assert "Resolved by this" in desk.text(f"/staff/{therapist}")
    with clinic_app.app_context():
        assert open_conflicts(SITE) == ()


def _times(page: str) -> dict[str, str]:
    return {name: value for name, value in HIDDEN.findall(page) if name in {"start", "end"}}


def test_time_off_that_breaks_nothing_is_saved_at_once(
    desk: Visitor, clinic_app: Flask, therapist: str
) -> None:
    day = (TODAY + timedelta(days=300)).isoformat()
    form = {"first_day": day, "last_day": day, "from_time": "13:00", "until_time": "15:00"}
    assert desk.send(f"/staff/{therapist}/time-off", form).status_code == 303
    assert "No booked visit is affected" in desk.text(f"/staff/{therapist}")
    [time] = facts(clinic_app).person(therapist).time_off
    assert time.duration == timedelta(hours=2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_day": ""}, "Enter the first day"),
        ({"last_day": "2026-11-01"}, "not before the first"),
        ({"last_day": "2199-11-01"}, "at most 800 days"),
        ({"first_day": "0001-01-01"}, "between 2000 and 2200"),
        ({"from_time": "15:00", "until_time": "13:00"}, "later than the beginning"),
    ],
)
def test_what_is_entered_wrong_is_said_beside_it_and_kept(
    desk: Visitor, therapist: str, wrong: dict[str, str], said: str
) -> None:
    today = TODAY.isoformat()
    page = desk.send(f"/staff/{therapist}/time-off", {"first_day": today, "last_day": today, **wrong})
    assert page.status_code == 422
    assert said in page.text
    assert "There is a problem" in page.text
    assert all(f'value="{value}"' in page.text for value in wrong.values() if value)


def test_roles_that_break_visits_are_shown_and_saved_anyway(
    clinic_app: Flask, desk: Visitor, signed_in: Callable[[str], Visitor], therapist: str
) -> None:
    assert "Change the roles" not in desk.text(f"/staff/{therapist}")
    admin = signed_in("admin")
    page = admin.text(f"/staff/{therapist}")
    assert re.search(r'name="roles" value="therapist"[^>]* checked', page)
    form: dict[str, object] = {"roles": ["medical_monitor", "care_coordinator"], "may_watch": "2"}
    shown = admin.send(f"/staff/{therapist}/roles", form)
    assert "serves as care coordinator and medical monitor" in shown.text
    assert "is named therapist of" in shown.text
    assert facts(clinic_app).person(therapist).roles == {Role.THERAPIST}
    sent = {**again(shown.text), **form}
    assert admin.send(f"/staff/{therapist}/roles", sent).status_code == 303
    after = facts(clinic_app).person(therapist)
    assert after.roles == {Role.MEDICAL_MONITOR, Role.CARE_COORDINATOR}
    assert (after.may_watch, after.may_supervise) == (2, 0)
    with clinic_app.app_context():
        assert "COVER-7" in {one.rule for one in open_conflicts(SITE)}


def test_both_roles_stay_chosen_from_the_page_of_broken_visits(
    desk: Visitor, signed_in: Callable[[str], Visitor], therapist: str
) -> None:
    form: dict[str, object] = {"roles": ["medical_monitor", "care_coordinator"], "may_watch": "2"}
    shown = signed_in("admin").send(f"/staff/{therapist}/roles", form)
    assert [value for name, value in HIDDEN.findall(shown.text) if name == "roles"] == form["roles"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["magician"]}, "not a valid choice"),
        ({"roles": ["medical_monitor"], "may_watch": ""}, "Enter how many patients, 1 to 20"),
        ({"roles": ["prescriber"], "may_supervise": "21"}, "Enter how many patients, 1 to 20"),
        ({"roles": ["medical_monitor"], "may_watch": "two"}, "Enter how many patients, 1 to 20"),
        ({"roles": ["medical_monitor"], "may_watch": "0"}, 'id="may_watch-error"'),
    ],
)
def test_roles_that_make_no_sense_are_said(
    signed_in: Callable[[str], Visitor], therapist: str, wrong: dict[str, object], said: str
) -> None:
    page = signed_in("admin").send(f"/staff/{therapist}/roles", wrong)
    assert page.status_code == 422
    assert said in page.text


def test_a_prescriber_who_stands_behind_visits_stays_one(
    clinic_app: Flask, signed_in: Callable[[str], Visitor], dose: Appointment
) -> None:
    prescriber = dose.staff[Role.PRESCRIBER]
    before = facts(clinic_app).person(prescriber)
    # The numbers of roles that are not chosen are not asked about.
    form: dict[str, object] = {"roles": ["care_coordinator"], "may_watch": "many", "may_supervise": ""}
    refused = signed_in("admin").send(f"/staff/{prescriber}/roles", form)
    assert refused.status_code == 303
    assert facts(clinic_app).person(prescriber) == before


def test_hours_and_credentials_are_for_administrators(
    clinic_app: Flask, desk: Visitor, signed_in: Callable[[str], Visitor], therapist: str
) -> None:
    assert "Change the hours" not in desk.text(f"/staff/{therapist}")
    admin = signed_in("admin")
    page = admin.text(f"/staff/{therapist}")
    assert "Change the hours" in page
    form = {f"hours-day_{number}": "" for number in range(7)} | {"hours-day_0": "08:00-12:00, 13:00–17:00"}
    shown = admin.send(f"/staff/{therapist}/hours", form)
    assert "Save anyway" in shown.text
    assert admin.send(f"/staff/{therapist}/hours", again(shown.text)).status_code == 303
    kept = week_on(facts(clinic_app).person(therapist).hours, TODAY)
    assert [(one.weekday, one.opens.hour, one.closes.hour) for one in kept] == [(0, 8, 12), (0, 13, 17)]
    wrong = admin.send(f"/staff/{therapist}/hours", {**form, "hours-day_1": "late"})
    assert wrong.status_code == 422
    assert 'value="late"' in wrong.text
    assert "Enter times such as" in wrong.text
    renewed = {"kind": "bls", "valid_until": "2030-01-31"}
    assert admin.send(f"/staff/{therapist}/credentials", renewed).status_code == 303
    assert "Thu 31 Jan 2030" in admin.text(f"/staff/{therapist}")
    gone = admin.send(f"/staff/{therapist}/credentials/withdraw", {"kind": "kap_training"})
    assert "would break a rule" in gone.text
    assert admin.send(f"/staff/{therapist}/credentials", {"kind": "", "valid_until": ""}).status_code == 422


def test_the_list_says_who_is_away_and_what_has_expired(
    desk: Visitor, signed_in: Callable[[str], Visitor], therapist: str
) -> None:
    assert f"/staff/{therapist}" in desk.text("/staff")
    admin = signed_in("admin")
    for form in ({"kind": "bls", "valid_until": "2026-11-22"},):
        shown = admin.send(f"/staff/{therapist}/credentials", form)
        if shown.status_code == 200:
            admin.send(f"/staff/{therapist}/credentials", again(shown.text))
    assert "Expired: BLS" in desk.text("/staff")
    assert desk.get("/staff/nobody").status_code == 404


def test_a_room_goes_out_of_use_and_the_site_is_shut(
    clinic_app: Flask, desk: Visitor, dose: Appointment
) -> None:
    assert dose.room is not None
    shown = desk.send("/places/rooms", {"room": dose.room, **whole_day(dose)})
    assert "Save anyway" in shown.text
    assert "is out of use" in shown.text
    assert desk.send("/places/rooms", again(shown.text)).status_code == 303
    page = desk.text("/places")
    assert "Back in use" in page
    assert desk.send("/places/rooms/back", {"room": dose.room, **_times(page)}).status_code == 303
    assert facts(clinic_app).room(dose.room).out_of_use == ()
    day = local_day(dose.start, ZONE).isoformat()
    closure = {"closure-first_day": day, "closure-last_day": day, "closure-reason": "Burst pipe"}
    shown = desk.send("/places/closures", closure)
    assert "Burst pipe" in shown.text
    assert "Save anyway" in shown.text
    assert desk.send("/places/closures", again(shown.text)).status_code == 303
    assert "Burst pipe" in desk.text("/places")
    form = {"first_day": day, "last_day": day, "reason": "Burst pipe"}
    assert desk.send("/places/closures/open", form).status_code == 303
    assert "Resolved by this" in desk.text("/places")


def test_what_is_entered_wrong_about_places_is_said(desk: Visitor) -> None:
    page = desk.send(
        "/places/closures", {"closure-first_day": "2026-12-02", "closure-last_day": "2026-12-01"}
    )
    assert page.status_code == 422
    assert "not before the first" in page.text
    assert "Say why" in page.text
    assert desk.send("/places/rooms", {"room": "nowhere"}).status_code == 422
    assert desk.send("/places/rooms/back", {"room": "nowhere"}).status_code == 400
    assert desk.send("/places/closures/open", {"first_day": "soon"}).status_code == 400
    assert (
        desk.send("/places/closures/open", {"first_day": "2026-12-02", "last_day": "2026-12-02"}).status_code
        == 303
    )
    assert "has no such closure" in desk.text("/places")


@pytest.mark.parametrize(
    "text", ["8", "08:00", "12:00-08:00", "08:00-12:00, 11:00-13:00", "25:00-26:00", "a-b"]
)
def test_hours_that_cannot_be_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed_hours(text)


def hours_sent(first_day: str, last_day: str, **days: str) -> dict[str, str]:
    """A form of weekly hours: days that are not named are shut."""
    named = {f"hours-day_{number}": days.get(f"day_{number}", "") for number in range(7)}
    return {**named, "hours-first_day": first_day, "hours-last_day": last_day}


def test_the_site_is_open_at_other_hours_for_a_time_and_that_is_taken_back(
    clinic_app: Flask, desk: Visitor
) -> None:
    before = facts(clinic_app).site.hours
    # A week so far ahead that nothing is booked in it.
    sent = hours_sent("2027-09-06", "2027-09-12", day_0="07:00–12:00", day_2="07:00–19:30")
    assert desk.send("/places/hours", sent).status_code == 303
    site = facts(clinic_app).site
    assert sorted(f"{one.opens:%H:%M}" for one in week_on(site.hours, date(2027, 9, 6))) == ["07:00"] * 2
    assert week_on(site.hours, date(2027, 9, 13)) == week_on(before, TODAY)
    page = desk.text("/places")
    assert "From Mon 6 Sep 2027 through Sun 12 Sep 2027" in page
    assert "From Mon 13 Sep 2027" in page
    # The usual week that goes on afterwards is no plan of its own.
    assert page.count("Take back the hours") == 1
    # What is planned can be changed from its own day on; until then nothing is entered anew.
    there = desk.text("/places?from=2027-09-06")
    assert re.search(r'id="hours-day_2"[^>]*value="07:00–19:30"', there)
    assert re.search(r'id="hours-first_day"[^>]*value="2027-09-06"', there)
    assert re.search(r'id="hours-last_day"[^>]*value="2027-09-12"', there)
    assert re.search(r'<details id="change-hours" open>', there)
    assert re.search(r'id="hours-last_day"[^>]*value="2027-09-05"', page)
    form = page[page.index("From Mon 6 Sep 2027") :]
    back = dict(HIDDEN.findall(form[form.index("<form") : form.index("</form>")]))
    assert desk.send("/places/hours", back).status_code == 303
    assert facts(clinic_app).site.hours == tuple(sorted(before))


def test_other_opening_hours_tell_first_which_visits_they_break(
    clinic_app: Flask, desk: Visitor, dose: Appointment
) -> None:
    day = local_day(dose.start, ZONE)
    others = {f"day_{(day.weekday() + 1) % 7}": "08:00-17:00"}
    shown = desk.send("/places/hours", hours_sent(day.isoformat(), day.isoformat(), **others))
    assert "Save anyway" in shown.text
    assert "The site is open at other hours from" in shown.text
    assert desk.send("/places/hours", again(shown.text)).status_code == 303
    with clinic_app.app_context():
        assert {one.rule for one in open_conflicts(SITE)} == {"HOURS-1"}
    assert "since the opening hours were changed" in desk.text("/conflicts")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hours-day_0": ""}, "Enter hours for one day at least"),
        ({"hours-first_day": "2020-01-01"}, "Enter today or a later day"),
        ({"hours-last_day": "2020-01-01"}, "not before the first"),
        ({"hours-first_day": "soon"}, "Not a valid date"),
        ({"hours-day_3": "17:00–08:00"}, "ends before it begins"),
    ],
)
def test_opening_hours_that_make_no_sense_are_said_and_kept(
    clinic_app: Flask, desk: Visitor, wrong: dict[str, str], said: str
) -> None:
    before = facts(clinic_app).site.hours
    page = desk.send("/places/hours", {**hours_sent("", "", day_0="08:00–17:00"), **wrong})
    assert page.status_code == 422
    assert said in page.text
    assert '<details id="change-hours" open>' in page.text
    assert all(f'value="{value}"' in page.text for value in wrong.values() if value)
    assert facts(clinic_app).site.hours == before
