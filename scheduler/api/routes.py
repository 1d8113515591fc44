"""Every operation of the API on one page, and what makes an application answer them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from scheduler.access.permissions import Permission
from scheduler.api import appointments, conflicts, patients, series
from scheduler.api.answers_about_series import (
    AppointmentsAnswer,
    CancellationAnswer,
    ChangeAnswer,
    ProposalsAnswer,
    SeriesStanding,
)
from scheduler.api.answers_about_the_clinic import (
    AdvanceAnswer,
    AppointmentStanding,
    ConflictsAnswer,
    PatientAnswer,
    PatientsAnswer,
    ProtocolsAnswer,
)
from scheduler.api.asked import (
    AppointmentAdvance,
    AppointmentCancellation,
    AppointmentMove,
    DayQuestion,
    Decision,
    PatientSearchAsked,
    SeriesBooking,
    SeriesChange,
    SeriesReplan,
    SeriesSearch,
    SiteQuestion,
)
from scheduler.api.openapi import openapi_text
from scheduler.api.operations import Keyed, Nothing, Operation
from scheduler.api.problems import Kind, ProblemRaised, http_problem, register_problems
from scheduler.booking.recognise_token import recognise_token

PREFIX = "/api/v1"

_OPENAPI = "openapi"


def _place_of_series(answer: SeriesStanding) -> str:
    return f"{PREFIX}/series/{answer.series.id}"


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/series/proposals",
        series.search_series,
        Permission.PREVIEW_SERIES,
        SeriesSearch,
        ProposalsAnswer,
    ),
    Operation(
        "POST",
        "/series",
        series.book_whole_series,
        Permission.BOOK_SERIES,
        SeriesBooking,
        SeriesStanding,
        201,
        Keyed.ALWAYS,
        _place_of_series,
    ),
    Operation(
        "GET", "/series/{series}", series.read_series, Permission.SEE_PATIENTS, Nothing, SeriesStanding
    ),
    Operation(
        "POST",
        "/series/{series}/hold/book",
        series.book_held_series,
        Permission.BOOK_SERIES,
        Nothing,
        SeriesStanding,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "POST",
        "/series/{series}/hold/release",
        series.release_held_series,
        Permission.BOOK_SERIES,
        Nothing,
        SeriesStanding,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "POST",
        "/series/{series}/replan",
        series.replan_rest_of_series,
        Permission.MOVE_APPOINTMENT,
        SeriesReplan,
        ChangeAnswer,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "GET",
        "/appointments",
        appointments.list_appointments,
        Permission.SEE_DAY,
        DayQuestion,
        AppointmentsAnswer,
    ),
    Operation(
        "GET",
        "/appointments/{appointment}",
        appointments.read_appointment,
        Permission.SEE_PATIENTS,
        Nothing,
        AppointmentStanding,
    ),
    Operation(
        "POST",
        "/appointments/{appointment}/advance",
        appointments.advance_a_visit,
        Permission.ADVANCE_APPOINTMENT,
        AppointmentAdvance,
        AdvanceAnswer,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "POST",
        "/appointments/{appointment}/move",
        appointments.move_a_visit,
        Permission.MOVE_APPOINTMENT,
        AppointmentMove,
        ChangeAnswer,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "POST",
        "/appointments/{appointment}/cancel",
        appointments.cancel_a_visit,
        Permission.CANCEL_APPOINTMENT,
        AppointmentCancellation,
        CancellationAnswer,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "POST",
        "/patients/search",
        patients.search_patients,
        Permission.SEE_PATIENTS,
        PatientSearchAsked,
        PatientsAnswer,
    ),
    Operation(
        "GET", "/patients/{patient}", patients.read_patient, Permission.SEE_PATIENTS, Nothing, PatientAnswer
    ),
    Operation(
        "POST",
        "/patients/{patient}/decisions",
        patients.decide_about_patient,
        Permission.DECIDE_GATE,
        Decision,
        PatientAnswer,
        key=Keyed.IF_GIVEN,
    ),
    Operation(
        "GET", "/protocols", patients.list_protocols, Permission.PREVIEW_SERIES, Nothing, ProtocolsAnswer
    ),
    Operation(
        "GET",
        "/conflicts",
        conflicts.list_conflicts,
        Permission.SEE_CONFLICTS,
        SiteQuestion,
        ConflictsAnswer,
    ),
    Operation(
        "POST",
        "/conflicts/{conflict}/resolve",
        conflicts.resolve_a_conflict,
        Permission.RESOLVE_CONFLICT,
        SeriesChange,
        ChangeAnswer,
        key=Keyed.IF_GIVEN,
    ),
)


def register_api(app: Flask) -> None:
    """Let an application answer the operations, and nothing under their prefix in any other way than as JSON."""
    app.register_blueprint(blueprint())
    app.before_request(_say_where_nothing_is)


@cache
def blueprint() -> Blueprint:
    """Return the blueprint: it knows who asks by the token alone, never by a cookie."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    api.before_request(_recognise)
    register_problems(api)
    api.add_url_rule("/openapi.json", _OPENAPI, _openapi)
    for one in OPERATIONS:
        path = one.path.replace("{", "<").replace("}", ">")
        api.add_url_rule(path, one.name, _view(one), methods=[one.method])
    return api


def _view(operation: Operation) -> Callable[..., Response]:
    return operation.respond


def _openapi() -> Response:
    """Describe all of this; the description tells nothing of any clinic, so it is for everybody."""
    return Response(openapi_text(OPERATIONS, PREFIX), mimetype="application/json")


def _recognise() -> None:
    if request.endpoint == f"api.{_OPENAPI}":
        return
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    actor = recognise_token(secret.strip(), current_app.extensions["trellis_clock"])
    if scheme.lower() != "bearer" or actor is None:
        raise ProblemRaised(Kind.NOT_SIGNED)
    g.api_actor = actor


def _say_where_nothing_is() -> Response | None:
    """Answer in the API's own way where a path beneath it does not exist, or not for this method."""
    failure = request.routing_exception
    if not request.path.startswith("/api/") or not isinstance(failure, HTTPException):
        return None
    return http_problem(failure) if (failure.code or 500) >= 400 else None
