"""The pages of a group: who belongs to it, times for all, its visits, and on a visit's page who else takes part."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import AccountRole
from scheduler.booking.passwords import hashed
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import SeriesState
from scheduler.reminders.dispatch import dispatch
from scheduler.store import accounts
from scheduler.store import series as stored
from scheduler.store.accounts import Account
from scheduler.store.cohorts import cohort
from scheduler.store.ledger import all_claims
from scheduler.store.series import series_of_patient
from scheduler.store.told import Saying, take_as_known
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import MONDAY
from tests.cases.groups.group_clinic import (
    COHORT,
    GROUP,
    NAMES,
    booked_group,
    store_group_clinic,
    visit_of,
)
from tests.cases.groups.group_floor import group_visit
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import PASSWORD, Visitor, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask

PAGE = f"/cohorts/{COHORT}"


def with_accounts(app: Flask) -> None:
    """Make an account for the desk, one for each therapist, and one for a nurse."""
    kept = hashed(PASSWORD)
    people = (
        ("desk", AccountRole.FRONT_DESK, None),
        ("therapist", AccountRole.THERAPIST, "therapist-1"),
        ("nurse", AccountRole.NURSE, "nurse-1"),
    )
    with app.app_context(), unit_of_work():
        for name, role, person in people:
            accounts.save_account(Account(name, role, person, "site-1", kept))


@pytest.fixture
def desk(group_with_pages: Flask) -> Visitor:
    """Give the front desk, signed in where the group is booked."""
    with_accounts(group_with_pages)
    return visitor(group_with_pages, "desk")


@pytest.fixture
def desk_of_two(app: Flask) -> Visitor:
    """Give the front desk where the cohort has two members and nothing is booked."""
    with app.app_context():
        store_group_clinic(members=2)
    with_accounts(app)
    return visitor(app, "desk")


def test_the_list_names_the_groups_and_the_patients_page_leads_to_it(desk: Visitor) -> None:
    assert 'href="/cohorts"' in desk.text("/patients")
    page = desk.text("/cohorts")
    assert "Tuesday group" in page
    assert "✓ Booked" in page
    assert "Group KAP ×3, closed cohort" in page
    assert desk.get(f"/patients/{COHORT}").headers["Location"] == PAGE
    assert "Tuesday group" in desk.text("/patients/patient-3")
    assert "Tuesday" not in desk.text("/patients")


def test_a_group_is_made_filled_and_booked_without_a_script(desk_of_two: Visitor) -> None:
    desk = desk_of_two
    assert "Enter a name" in desk.send("/cohorts", {"protocol": GROUP}).text
    made = desk.send("/cohorts", {"name": "Friday group", "protocol": GROUP})
    page = made.headers["Location"]
    for number in (3, 4, 5):
        found = desk.send(f"{page}/find", {"wanted": NAMES[number - 1]}, seen_on=page)
        assert f"Let {NAMES[number - 1][:2]}rin {NAMES[number - 1]} join" in found.text
        form = {"patient": f"patient-{number}", **({"high_dose": "y"} if number == 4 else {})}
        assert desk.send(f"{page}/join", form).status_code == 303
    text = desk.text(page)
    assert "3 members of at most 6" in text
    assert "△ High dose" in text
    desk.send(f"{page}/leave", {"patient": "patient-4"})
    assert NAMES[3] not in desk.text(page)
    desk.send(f"{page}/join", {"patient": "patient-6"})
    id = page.rsplit("/", 1)[1]
    wishes = {"protocol": f"{GROUP}.group", "earliest": "2027-01-11", "latest": "", "therapist": ""}
    proposals = desk.send(f"/patients/{id}/proposals", wishes)
    assert "Only hold it" not in proposals.text
    seal = re.search(r'id="proposal-1" value="([^"]+)"', proposals.text)
    assert seal, proposals.text
    booked = desk.send(f"/patients/{id}/series", {"choice": seal.group(1)})
    assert booked.status_code == 303
    assert "Closed: the visits are booked." in desk.text(page)
    assert "Leaves" not in desk.text(page)
    with desk.app.app_context():
        assert len(series_of_patient("patient-6")) == 1


def test_a_patient_is_offered_no_protocol_for_groups(desk: Visitor) -> None:
    assert GROUP not in desk.text("/patients/patient-7/book")
    page = desk.text(f"/patients/{COHORT}/book")
    assert f"{GROUP}.group" in page
    assert "im_kap_3" not in page


def test_the_page_of_a_visit_shows_staff_the_others(desk: Visitor) -> None:
    with desk.app.app_context():
        mine, of_group = visit_of(2, "GD1").id, group_visit().id
    page = desk.text(f"/visits/{mine}")
    for name in NAMES[:6]:
        assert name in page
    assert f"/visits/{of_group}" in page
    assert "For staff alone" in page
    assert "Move the visit" not in page
    whole = desk.text(f"/visits/{of_group}")
    assert "goes as its members go" in whole
    assert "Did not come" not in whole


def test_the_members_own_visits_are_booked_from_the_page(desk: Visitor) -> None:
    assert desk.send(f"{PAGE}/own-visits", {}).status_code == 303
    assert "Booked: 12 visits of the members." in desk.text(PAGE)
    desk.send(f"{PAGE}/own-visits", {})
    assert "Every member has every visit already." in desk.text(PAGE)


def test_whoever_leads_the_group_reaches_its_members(desk: Visitor) -> None:
    with desk.app.app_context():
        mine = visit_of(5, "GP1").id
    therapist = visitor(desk.app, "therapist")
    assert NAMES[4] in therapist.text(PAGE)
    assert NAMES[4] in therapist.text(f"/visits/{mine}")
    assert NAMES[4] in therapist.text("/patients")
    assert NAMES[6] not in therapist.text("/patients")
    assert therapist.get("/patients/patient-7").status_code == 404


def test_a_therapist_sees_no_group_of_others(desk_of_two: Visitor) -> None:
    therapist = visitor(desk_of_two.app, "therapist")
    assert "Tuesday group" not in therapist.text("/cohorts")
    assert therapist.get(PAGE).status_code == 404
    assert therapist.send("/cohorts", {"name": "Mine", "protocol": GROUP}).status_code == 403


def test_what_keeps_somebody_from_joining_is_said(desk: Visitor) -> None:
    desk.send(f"{PAGE}/join", {"patient": "patient-7"})
    assert "so the group is closed" in desk.text(PAGE)
    with desk.app.app_context():
        assert cohort(COHORT).member("patient-7") is None


def test_the_day_shows_the_group_and_each_member(desk: Visitor) -> None:
    with desk.app.app_context():
        day = group_visit().start.date()
    page = desk.text(f"/day/{day}")
    assert "Tuesday group" in page
    assert page.count("<b>with the group</b>") == 6


def test_an_inbox_of_a_group_leads_to_its_page(app: Flask) -> None:
    with app.app_context():
        store_group_clinic(members=3)
        booked_group()
    with_accounts(app)
    desk = visitor(app, "desk")
    with app.app_context():
        day, person = group_visit().start.date(), "therapist-2"
    shown = desk.send(f"/staff/{person}/time-off", {"first_day": f"{day}", "last_day": f"{day}"}).text
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown)
    desk.send(f"/staff/{person}/time-off", {name: value for name, value in hidden if name != "csrf_token"})
    inbox = desk.text("/conflicts")
    assert "Tuesday group" in inbox
    assert "at least 2 are asked for" in inbox


def test_a_group_that_is_too_small_says_so_on_the_pages_of_its_members(app: Flask) -> None:
    with app.app_context():
        store_group_clinic(members=2)
        booked_group()
        mine, whole = visit_of(1, "GD1").id, group_visit().id
    with_accounts(app)
    desk = visitor(app, "desk")
    for page in (desk.text(f"/visits/{mine}"), desk.text(f"/visits/{whole}")):
        assert "2 members take part in GD1" in page
        assert "GROUP-2" in page


def test_a_booked_group_is_told_in_spanish_to_whoever_chose_it(desk: Visitor) -> None:
    assert desk.send("/language", {"manner": "es"}, "/language").status_code == 303
    page = desk.text(PAGE)
    assert '<html lang="es">' in page
    assert all(words in page for words in ("Integrantes", "Cerrado: las visitas", "Visitas del grupo"))
    assert not any(words in page for words in ("Members", "Closed:", "The series of the group"))


def test_a_group_that_is_open_is_told_in_spanish_to_whoever_chose_it(desk_of_two: Visitor) -> None:
    desk = desk_of_two
    assert desk.send("/language", {"manner": "es"}, "/language").status_code == 303
    page = desk.text(PAGE)
    assert all(words in page for words in ("Abierto: los pacientes", "Buscar horas para todos", "Deja el"))
    assert not any(words in page for words in ("Open:", "Who joins?", "Nothing is booked", "Leaves"))
    found = desk.send(f"{PAGE}/find", {"wanted": NAMES[3]}, seen_on=PAGE).text
    assert "Dosis alta" in found
    assert "born" not in found


DEED = re.compile(r'name="deed" value="([^"]+)"')


class Undoing:
    """The desk that has just booked a group, before any member is written to."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.desk = visitor(app, "desk")
        with app.app_context():
            self.series = booked_group()

    @property
    def page(self) -> str:
        return self.desk.text(f"/series/{self.series.id}")

    def undoes(self) -> str:
        deed = DEED.search(self.page)
        assert deed, "the page offers nothing to undo"
        answer = self.desk.send(
            f"/series/{self.series.id}/undo", {"deed": deed[1], "key": f"key of {deed[1]}"}
        )
        assert answer.status_code == 303
        return self.desk.text(answer.headers["Location"])

    def state_of_all(self) -> set[tuple[AppointmentState, SeriesState]]:
        with self.app.app_context():
            series = [self.series, *(one for n in (1, 2) for one in series_of_patient(f"patient-{n}"))]
            now = [stored.series(one.id) for one in series]
            return {(visit.state, one.state) for one in now for visit in one.appointments}

    def sent_until(self, days: int) -> list[str]:
        channel = RecordingChannel()
        with self.app.app_context():
            for hours in range(1, days * 24, 9):
                dispatch(MONDAY + timedelta(hours=hours), channel)
        return [str(message["Subject"]) for message in channel.sent]


@pytest.fixture
def undoing(desk_of_two: Visitor, app: Flask, standing_clock: StandingClock) -> Undoing:
    """Give the desk where a cohort of two was booked a moment ago."""
    standing_clock.advance(MONDAY - standing_clock.now())
    return Undoing(app)


def test_an_undone_booking_of_a_group_leaves_nothing_to_its_members(undoing: Undoing) -> None:
    assert "Undo the booking" in undoing.page
    said = undoing.undoes()
    assert "Undone: nothing is booked, and nobody is told." in said
    assert "Who joins?" in said, "the group is open again, and its visits can be booked rightly"
    assert undoing.state_of_all() == {(AppointmentState.LAPSED, SeriesState.CANCELLED)}
    assert not undoing.sent_until(30)


def test_what_its_members_have_alone_is_undone_with_the_group(undoing: Undoing) -> None:
    undoing.desk.send(f"{PAGE}/own-visits", {})
    with undoing.app.app_context():
        assert visit_of(1, "P0").state is AppointmentState.BOOKED
    undoing.undoes()
    assert undoing.state_of_all() == {(AppointmentState.LAPSED, SeriesState.CANCELLED)}
    assert not undoing.sent_until(30)
    with undoing.app.app_context():
        assert not all_claims()


def test_a_booking_of_which_one_member_knows_is_not_undone(undoing: Undoing) -> None:
    with undoing.app.app_context(), unit_of_work():
        visit = visit_of(2, "GD1")
        take_as_known([Saying("site-1", visit.id, visit.start, True, 0)])
    assert "Undo the booking" not in undoing.page


def test_an_undone_move_of_a_group_takes_its_members_back_with_it(undoing: Undoing) -> None:
    with undoing.app.app_context():
        dose, before = group_visit(), visit_of(1, "GD1").start
    shown = undoing.desk.send(f"/visits/{dose.id}/ways", {"where": "another_day"})
    undoing.desk.send(f"/visits/{dose.id}/move", {"way": ways_on(shown.text)[0]})
    with undoing.app.app_context():
        assert visit_of(1, "GD1").start != before
    assert "Undo the move" in undoing.page
    assert "everything is where it was" in undoing.undoes()
    with undoing.app.app_context():
        assert visit_of(1, "GD1").start == before == group_visit().start
