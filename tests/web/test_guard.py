"""Nobody gets anywhere without a sign-in and a permission, save where a page is listed as public."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import ALLOWED, AccountRole, Permission
from scheduler.web.guard import (
    OWN_GUARD_BLUEPRINTS,
    PUBLIC_ENDPOINTS,
    SIGNED_IN_ENDPOINTS,
    permissions_of,
)
from tests.web.small_clinic import ACCOUNTS, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

DESK = {"desk", "admin"}
CLINICAL = {"therapist", "nurse", "prescriber"}
EVERYBODY = DESK | CLINICAL

#: Who may open which page: written by hand, so that a change of the table of permissions is seen here.
MAY_OPEN = {
    "patients.patients": EVERYBODY,
    "patients.patient": EVERYBODY,
    "cohorts.groups": EVERYBODY,
    "cohorts.group": EVERYBODY,
    "cohorts.find": DESK | {"prescriber"},
    "cohorts.join": DESK | {"prescriber"},
    "cohorts.leave": DESK | {"prescriber"},
    "cohorts.own_visits": EVERYBODY - {"nurse"},
    "book.book": EVERYBODY - {"nurse"},
    "book.maintenance": EVERYBODY - {"nurse"},
    "book.proposals": EVERYBODY - {"nurse"},
    "proposals.start": EVERYBODY - {"nurse"},
    "book_for.somebody_else": EVERYBODY - {"nurse"},
    "book.book_chosen": EVERYBODY - {"nurse"},
    "series.series": EVERYBODY,
    "series.cancel": DESK | {"prescriber"},
    "series.cancel_visit": EVERYBODY - {"nurse"},
    **{
        page: EVERYBODY - {"nurse"}
        for page in (
            "move.move",
            "move.ways",
            "move.moved",
            "move.starts",
            "undo.undo",
            "offers.offer",
            "offers.make",
            "offers.settle",
            "replan.replan",
            "replan.ways",
            "replan.replanned",
            "replan.decline",
            "extend.extend",
            "extend.ways",
            "extend.extended",
        )
    },
    "versions.version": {"admin", "prescriber"},
    "versions.adopt": {"admin", "prescriber"},
    "hand_out.hand_out": EVERYBODY,
    "hand_out.with_calendar": DESK,
    "hand_out.send": EVERYBODY - {"nurse"},
    "hold.book": EVERYBODY - {"nurse"},
    "hold.release": EVERYBODY - {"nurse"},
    "visits.visit": EVERYBODY,
    "visit_files.visit_file": EVERYBODY,
    "visits.advance": EVERYBODY,
    "visits.undo": EVERYBODY,
    "visits.decide": EVERYBODY,
    "visits.override": EVERYBODY - {"desk", "nurse"},
    "visits.withdraw": EVERYBODY - {"desk", "nurse"},
    "vital_signs.note": CLINICAL,
    "vital_signs.take_back": CLINICAL,
    "stays.stay": CLINICAL,
    "stays.extend": CLINICAL,
    "day.my_day": EVERYBODY,
    "day.day": EVERYBODY,
    "board.today": EVERYBODY,
    "board.day": EVERYBODY,
    "board.live": EVERYBODY,
    "board.week": EVERYBODY,
    "substitute.choose": EVERYBODY - {"nurse"},
    "substitute.take": EVERYBODY - {"nurse"},
    "conflicts.conflicts": DESK | {"prescriber"},
    "conflicts.conflict": DESK | {"prescriber"},
    "patient_details.new": DESK,
    "patient_details.details": DESK,
    "search.search": EVERYBODY,
    "needs.to_do": DESK | {"prescriber"},
    "insights.insights": {"admin"},
    "insights.file": {"admin"},
    "unconfirmed.unconfirmed": DESK | {"prescriber"},
    "open_gates.gates": EVERYBODY,
    "conflicts.accept": DESK | {"prescriber"},
    "conflicts.mend": DESK,
    "busy.calendars": DESK,
    "busy.change": DESK,
    "busy.my_calendars": CLINICAL,
    "busy.change_mine": CLINICAL,
    "subscriptions.of_patient": DESK,
    "invitations.choose": DESK,
    "contact.keep": DESK,
    "contact.called": DESK,
    "contact.stop": DESK,
    "escorts.keep": DESK,
    "follow_ups.settle": CLINICAL,
    "answers.settle": DESK,
    "waiting.waiting": DESK,
    "waiting.put": DESK,
    "waiting.off": DESK,
    "waiting.leave": DESK,
    "waiting.earlier": DESK,
    "subscriptions.of_person": DESK,
    "subscriptions.of_room": DESK,
    "subscriptions.of_site": DESK,
    "subscriptions.my_own": CLINICAL,
    "staff.staff": DESK,
    "staff.person": DESK,
    "staff.add_time_off": DESK,
    "staff.remove_time_off": DESK,
    "staff.change_hours": {"admin"},
    "staff.change_roles": {"admin"},
    "staff.record_credential": {"admin"},
    "staff.withdraw_credential": {"admin"},
    "places.places": DESK,
    "places.take_out_of_use": DESK,
    "places.take_back_in_use": DESK,
    "places.change_opening_hours": DESK,
    "places.close": DESK,
    "places.open_again": DESK,
    "holidays.proposed": DESK,
    "holidays.take": DESK,
    "holidays.choose_region": DESK,
    "calendar_words.words": {"admin"},
    "reminder_times.times": {"admin"},
    "settings.settings": {"admin"},
    "urgent_help.urgent_help": {"admin"},
    "message_words.overview": {"admin"},
    "message_words.speak": {"admin"},
    "message_words.words": {"admin"},
    "message_words.shown": {"admin"},
    "rules.rules": EVERYBODY,
    "manner.language": EVERYBODY,
    "home.home": EVERYBODY,
    "sign_in.sign_out": EVERYBODY,
}


def test_every_route_is_guarded_or_listed_as_public(clinic_app: Flask) -> None:
    with clinic_app.app_context():
        open_ones = [
            rule.endpoint
            for rule in clinic_app.url_map.iter_rules()
            if rule.endpoint not in PUBLIC_ENDPOINTS | SIGNED_IN_ENDPOINTS
            and not _guards_itself(rule)
            and not permissions_of(rule.endpoint)
        ]
    assert not open_ones, f"these pages are neither guarded by @needs nor listed as public: {open_ones}"


def test_the_lists_name_no_page_that_is_gone(clinic_app: Flask) -> None:
    known = {rule.endpoint for rule in clinic_app.url_map.iter_rules()}
    assert not (PUBLIC_ENDPOINTS | SIGNED_IN_ENDPOINTS) - known


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_from_everywhere(clinic_app: Flask) -> None:
    nobody = clinic_app.test_client()
    for rule in _guarded(clinic_app):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            response = nobody.open(_address(clinic_app, rule), method=method)
            assert response.status_code == 303, (rule.rule, method)
            assert response.headers["Location"].startswith("/sign-in"), rule.rule


def test_who_is_sent_to_the_sign_in_with_a_form_is_told_so_and_comes_back(clinic_app: Flask) -> None:
    series = booked_series(clinic_app)[0]
    one = visitor(clinic_app)
    response = one.client.post(f"/series/{series.id}/cancel", data={"by": "patient"})
    assert response.headers["Location"] == f"/sign-in?next=/series/{series.id}/cancel"
    assert "nothing was saved" in one.text(response.headers["Location"])
    response = one.client.post(f"/patients/{series.patient}/proposals", data={})
    assert response.headers["Location"] == "/sign-in", (
        "a page that cannot be asked for is nowhere to come back to"
    )


def test_where_there_is_nothing_whoever_is_signed_in_keeps_the_navigation(
    clinic_app: Flask, desk: Visitor
) -> None:
    for response in (desk.get("/nowhere"), desk.client.put("/rules")):
        assert response.status_code in {404, 405}
        assert 'aria-label="Main"' in response.text
        assert "Sign out" in response.text
    assert 'aria-label="Main"' not in visitor(clinic_app).get("/nowhere").text


@pytest.mark.parametrize("username", ACCOUNTS)
def test_each_role_opens_exactly_its_pages(clinic_app: Flask, username: str) -> None:
    one = visitor(clinic_app, username)
    for rule in _guarded(clinic_app):
        if rule.endpoint == "sign_in.sign_out":
            continue
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        response = (
            one.get(_address(clinic_app, rule))
            if method == "GET"
            else one.send(_address(clinic_app, rule), {})
        )
        assert (response.status_code == 403) == (username not in MAY_OPEN[rule.endpoint]), (
            rule.endpoint,
            response.status_code,
        )


def test_every_permission_is_in_the_table_and_none_is_for_nobody() -> None:
    assert set(ALLOWED) == set(Permission)
    assert all(ALLOWED.values())
    assert {role for role, _ in ACCOUNTS.values()} == set(AccountRole) - {AccountRole.SYSTEM}


@pytest.mark.parametrize("path", ["/series/a%00b", "/patients/a%00b", "/feeds/%00.ics", "/%00"])
def test_nothing_is_called_by_what_is_no_text(desk: Visitor, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_what_is_no_text_is_not_understood(desk: Visitor) -> None:
    assert desk.get("/patients?q=a%00b").status_code == 400


def test_a_form_without_its_token_is_refused(desk: Visitor) -> None:
    response = desk.client.post("/patients", data={"wanted": "a"})
    assert response.status_code == 400
    assert "form was open for too long" in response.text


def test_a_form_that_another_site_sends_is_refused(desk: Visitor) -> None:
    response = desk.client.post("/patients", data={"wanted": "a"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 400


def test_a_page_without_a_declared_permission_is_nobodys(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    clinic_app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    response = signed_in("admin").get("/forgotten")
    assert response.status_code == 403
    assert "secret" not in response.text


def _guarded(app: Flask) -> Iterator[Rule]:
    return (
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC_ENDPOINTS and not _guards_itself(rule)
    )


def _guards_itself(rule: Rule) -> bool:
    """Say whether a route has a guard and a truth table of its own (tests/api/test_roles.py)."""
    return rule.endpoint.partition(".")[0] in OWN_GUARD_BLUEPRINTS


def _address(app: Flask, rule: Rule) -> str:
    """Return an address of a route that exists in the clinic, on the therapist's own patient."""
    series = booked_series(app)[0]
    ahead = series.visit("R1")
    dose = series.visit("D1")
    assert ahead is not None
    assert dose is not None
    assert dose.room is not None
    values = {
        "patient": series.patient,
        "series": series.id,
        "appointment": ahead.id,
        "conflict": "none",
        "entry": "none",
        "cohort": "none",
        "person": ahead.people[0],
        "room": dose.room,
        "day": "2026-12-03",
        "key": "attendance",
        "language": "en",
        "form": "mail",
        "kind": "one_day",
    }
    address = rule.rule.replace("<day:day>", "<day>")
    for name, value in values.items():
        address = address.replace(f"<{name}>", value)
    assert "<" not in address, f"give {rule.rule} a value here"
    return address
