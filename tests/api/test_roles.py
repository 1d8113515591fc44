"""Who may what through the API: the same table as for people, written out by hand once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import ALLOWED, AccountRole
from scheduler.api.operations import Operation
from scheduler.api.routes import OPERATIONS
from scheduler.store.series import all_series
from tests.api.program import Program, a_program
from tests.booking.small_clinic import COURSE

if TYPE_CHECKING:
    from flask import Flask

EVERYBODY = {"front_desk", "administrator", "therapist", "nurse", "prescriber"}
NO_NURSE = EVERYBODY - {"nurse"}

#: Who may ask for which operation.
MAY_ASK = {
    "search_series": EVERYBODY,
    "book_whole_series": NO_NURSE,
    "read_series": EVERYBODY,
    "book_held_series": NO_NURSE,
    "release_held_series": NO_NURSE,
    "replan_rest_of_series": NO_NURSE,
    "list_appointments": EVERYBODY,
    "read_appointment": EVERYBODY,
    "move_a_visit": NO_NURSE,
    "cancel_a_visit": NO_NURSE,
    "advance_a_visit": EVERYBODY,
    "search_patients": EVERYBODY,
    "read_patient": EVERYBODY,
    "decide_about_patient": EVERYBODY,
    "list_protocols": EVERYBODY,
    "list_conflicts": {"front_desk", "administrator", "prescriber"},
    "resolve_a_conflict": {"front_desk", "administrator"},
}


def test_the_table_names_every_operation() -> None:
    assert set(MAY_ASK) == {one.name for one in OPERATIONS}


def test_the_description_says_what_the_table_of_permissions_says() -> None:
    roles = {one.name: {role.value for role in ALLOWED[one.needs]} - {"system"} for one in OPERATIONS}
    assert roles == MAY_ASK


@pytest.mark.usefixtures("with_course")
@pytest.mark.parametrize("role", [role.value for role in AccountRole if role is not AccountRole.SYSTEM])
def test_each_role_is_answered_exactly_where_it_may_ask(app: Flask, role: str) -> None:
    program = a_program(app, role)
    for operation, response in _asked(app, program):
        is_refused = response == 403
        assert is_refused == (role not in MAY_ASK[operation.name]), (operation.name, response)


def _asked(app: Flask, program: Program) -> Iterator[tuple[Operation, int]]:
    with app.app_context():
        (series,) = all_series()
    for one in OPERATIONS:
        names = {"patient": series.patient, "conflict": "none"}
        path = one.path.format(series=series.id, appointment=series.appointments[0].id, **names)
        if one.name == "list_appointments":
            path += "?from=2027-01-04&to=2027-01-04"
        body = b"" if one.method == "GET" else b'{"patient": "patient-1", "protocol": "none"}'
        yield one, program.send(one.method, path, body, {"Idempotency_Key": "a-key"}).status_code


@pytest.mark.usefixtures("with_two_sites")
def test_a_token_of_one_site_reaches_nothing_of_another(app: Flask, desk: Program) -> None:
    with app.app_context():
        (series,) = all_series()
    day = (
        f"/appointments?from={series.appointments[0].start.date()}&to={series.appointments[-1].start.date()}"
    )
    visit = series.appointments[0].id
    stranger = a_program(app, "front_desk", "stranger", site="site-2")
    assert desk.get(f"/series/{series.id}").status_code == 200
    assert stranger.get(f"/series/{series.id}").status_code == 404
    assert desk.get(day).json["appointments"]
    assert stranger.get(day).json["appointments"] == []
    assert stranger.get(f"{day}&site=site-1").status_code == 404
    assert stranger.get(f"/appointments/{visit}").status_code == 404
    assert stranger.post(f"/appointments/{visit}/move", {"preview": True}).status_code == 404
    assert stranger.post(f"/appointments/{visit}/cancel", {"preview": True}).status_code == 404
    unknown = stranger.post("/series/proposals", {"patient": "nobody", "protocol": COURSE}).json
    out_of_reach = stranger.post("/series/proposals", {"patient": "patient-1", "protocol": COURSE}).json
    assert out_of_reach["errors"][0]["path"] == unknown["errors"][0]["path"] == "patient"
    told = [one["detail"] + one["errors"][0]["mend"] for one in (out_of_reach, unknown)]
    assert told[0] == told[1]


@pytest.mark.usefixtures("with_course")
def test_a_therapists_token_reaches_the_therapists_own_patients(app: Flask) -> None:
    with app.app_context():
        (series,) = all_series()
        therapists = {person for visit in series.appointments for person in visit.people}
    program = a_program(app, "therapist")
    expected = 200 if "therapist-1" in therapists else 404
    assert program.get(f"/series/{series.id}").status_code == expected
    wanted = {"patient": "patient-4", "protocol": COURSE}
    assert program.post("/series/proposals", wanted).status_code == 422
    assert program.book(**wanted).json["errors"][0]["path"] == "patient"
