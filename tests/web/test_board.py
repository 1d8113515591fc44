"""The board: lanes by room, therapist and nurse, what is to be seen at a glance, and who is shown whom."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.appointment import AppointmentState as S
from scheduler.domain.clock import StandingClock, local, local_day
from scheduler.domain.people import Role
from scheduler.store import accounts, clinic
from scheduler.store.work import unit_of_work
from scheduler.web.words import clock_in
from tests.house.building import ROOT
from tests.web.going_on import goes_on, name_an_escort
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def dose(clinic_app: Flask) -> Appointment:
    """Give the first dose of a series of the accounts' own people."""
    found = booked_series(clinic_app)[0].visit("D1")
    assert found is not None
    return found


def address(visit: Appointment, by: str = "room") -> str:
    return f"/board/{local_day(visit.start, ZONE)}?by={by}"


def lanes(page: str) -> dict[str, str]:
    """Return the markup of each lane by its name."""
    parts = page.split('<li class="lane"')[1:]
    return {re.search(r"<h2>(.*?)</h2>", part)[1]: part for part in parts}  # type: ignore[index]  # each has one


def block(page: str, visit: Appointment) -> str:
    """Return the markup of a visit's first block, without tags."""
    part = next(part for part in page.split('<li class="block ') if f"/visits/{visit.id}" in part)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part.split("</li>")[0]))


def test_a_visit_stands_in_its_room_with_everything_at_a_glance(
    clinic_app: Flask, dose: Appointment, desk: Visitor
) -> None:
    page = desk.text(address(dose))
    with clinic_app.app_context():
        rooms = {room.id: room.name for room in clinic.rooms(dose.site)}
        patient = clinic.patient(dose.patient).name
        people = {person.id: person.name for person in clinic.staff(dose.site)}
    assert set(rooms.values()) <= set(lanes(page))
    assert dose.room is not None
    assert dose.id in lanes(page)[rooms[dose.room]]
    told = block(page, dose)
    assert patient in told
    assert f"{clock_in(dose.start, ZONE)}–{clock_in(dose.discharge, ZONE)}" in told
    assert f"may leave from {clock_in(dose.discharge, ZONE)}" in told
    for person in dose.people:
        assert people[person] in told
    assert "MST, America/Denver" in page


@pytest.mark.parametrize(("by", "role"), [("therapist", Role.THERAPIST), ("nurse", Role.MEDICAL_MONITOR)])
def test_lanes_are_people_too(
    clinic_app: Flask, dose: Appointment, desk: Visitor, by: str, role: Role
) -> None:
    found = lanes(desk.text(address(dose, by)))
    with clinic_app.app_context():
        people = {person.id: person for person in clinic.staff(dose.site)}
    assert dose.id in found[people[dose.staff[role]].name]
    assert all(
        any(person.name == name and role in person.roles for person in people.values()) for name in found
    )


def test_what_is_missing_and_the_escort_are_signs_with_words(
    clinic_app: Flask, clock: StandingClock, desk: Visitor
) -> None:
    with clinic_app.app_context():
        series = next(
            one
            for one in booked_series(clinic_app)
            if not any(gate.kind == "escort" for gate in clinic.patient(one.patient).gates)
        )
    dose = series.visit("D1")
    assert dose is not None
    assert "○ Still needed: escort named" in block(desk.text(address(dose)), dose)
    name_an_escort(clinic_app, clock, dose.patient)
    assert "✓ Escort named" in block(desk.text(address(dose)), dose)


def test_late_visits_doses_and_releases_are_told_by_the_facts(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    given = dose.phase("administration")
    assert given is not None
    name_an_escort(clinic_app, clock, dose.patient)

    def seen() -> str:
        return block(visitor(clinic_app, "desk").text(address(dose)), dose)

    clock.instant = dose.start + 4 * MINUTE
    assert "Late" not in seen(), "nobody is noted to the second"
    clock.instant = dose.start + 5 * MINUTE
    assert f"Late, was to begin at {clock_in(dose.start, ZONE)}" in seen()
    goes_on(clinic_app, clock, dose, S.CHECKED_IN)
    assert "● Checked in" in seen()
    clock.instant = given.start + 10 * MINUTE
    assert f"Dose was due at {clock_in(given.start, ZONE)}" in seen()
    goes_on(clinic_app, clock, dose, S.CLEARED, S.DOSING)
    release = dose.discharge + 10 * MINUTE
    assert f"may leave from {clock_in(release, ZONE)}, planned {clock_in(dose.discharge, ZONE)}" in seen()
    assert "10 min later, the dose began late" in seen()
    goes_on(clinic_app, clock, dose, S.OBSERVING, S.RECOVERING)
    clock.instant = release
    assert "Overrunning" not in seen()
    clock.instant = release + MINUTE
    assert f"Overrunning, planned until {clock_in(dose.discharge, ZONE)}" in seen()
    goes_on(clinic_app, clock, dose, S.DISCHARGED)
    assert f"Discharged, left {clock_in(release + MINUTE, ZONE)}" in seen()


def test_who_watches_how_many_of_how_many_is_told(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    name_an_escort(clinic_app, clock, dose.patient)
    clock.instant = dose.start + MINUTE
    goes_on(clinic_app, clock, dose, S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING)
    recovery = dose.phase("recovery")
    assert recovery is not None
    clock.instant = recovery.start
    page = visitor(clinic_app, "desk").text(address(dose, "nurse"))
    with clinic_app.app_context():
        nurse = next(one for one in clinic.staff(dose.site) if one.id == dose.staff[Role.MEDICAL_MONITOR])
        patient = clinic.patient(dose.patient).name
    watching = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.split("Watching now")[1].split("</ul>")[0]))
    assert re.search(rf"{nurse.name} [1-{nurse.may_watch}] of {nurse.may_watch}: [^:]*{patient}", watching)
    assert f"of {nurse.may_watch} now" in lanes(page)[nurse.name]


def test_a_therapist_sees_own_patients_alone_and_a_nurse_the_floor(
    clinic_app: Flask, dose: Appointment, signed_in: Callable[[str], Visitor]
) -> None:
    with clinic_app.app_context(), unit_of_work():
        account = accounts.account("therapist")
        assert account is not None
        others = next(person.id for person in clinic.staff(dose.site) if person.id not in dose.people)
        accounts.save_account(
            type(account)("stranger", account.role, others, account.site, account.password_hash)
        )
    assert dose.id in signed_in("therapist").text(address(dose))
    assert dose.id in signed_in("nurse").text(address(dose))
    assert dose.id not in signed_in("stranger").text(address(dose))


def test_today_leads_to_the_day_at_the_clinic_and_keeps_the_lanes(desk: Visitor) -> None:
    assert desk.get("/board").headers["Location"] == "/board/2026-11-23"
    assert desk.get("/board?by=nurse").headers["Location"] == "/board/2026-11-23?by=nurse"
    assert "By room</a>" in desk.text("/board/2026-11-23?by=nonsense")


def test_a_closed_day_says_why_and_a_past_one_leads_to_today(desk: Visitor) -> None:
    assert "The clinic is closed:" in desk.text("/board/2026-11-26")
    assert "This day is over." in desk.text("/board/2026-11-20")


def test_the_first_page_is_small(dose: Appointment, desk: Visitor) -> None:
    page = desk.text(address(dose))
    files = re.findall(r'(?:href|src)="/static/([^"?]+)', page)
    assert "board.js" in files
    sent = [page.encode(), *((ROOT / "static" / name).read_bytes() for name in files)]
    assert sum(len(gzip.compress(one)) for one in sent) < 100_000


def test_the_board_says_which_visits_can_be_dragged_and_from_when(
    clinic_app: Flask, dose: Appointment, desk: Visitor, clock: StandingClock
) -> None:
    start = f"{local(dose.start, ZONE):%H:%M}"
    marked = rf'data-visit="{dose.id}"[^>]*data-code="D1 of [^"]+" data-at="{start}"'
    assert re.search(marked, desk.text(address(dose)))
    assert "board-dragging.js" in desk.text(address(dose))
    assert "board-dragging.js" not in visitor(clinic_app, "nurse").text(address(dose))
    clock.instant = dose.start
    later = visitor(clinic_app, "desk").text(address(dose))
    assert not re.search(marked, later), "what has begun is not moved"


def test_a_visit_that_is_called_off_leaves_its_lane_and_is_counted(dose: Appointment, desk: Visitor) -> None:
    desk.send(f"/visits/{dose.id}/cancel", {"by": "clinic", "reason": "staff_absent"})
    page = desk.text(address(dose))
    assert f"/visits/{dose.id}" not in page
    assert "1 visit called off" in page


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2027, 11, 7)])
def test_days_on_which_the_clocks_change_are_drawn(desk: Visitor, day: date) -> None:
    assert "08:00" in desk.text(f"/board/{day}")
