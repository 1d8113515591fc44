"""Every operation of the API on one page, and what makes an application answer them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from scheduler.access.permissions import Permission
from scheduler.api import appointments, series
from scheduler.api.answers import AppointmentAnswer
from scheduler.api.answers_about_series import (
    AppointmentsAnswer,
    CancellationAnswer,
    ChangeAnswer,
    ProposalsAnswer,
    SeriesStanding,
)
from scheduler.api.asked import (
    AppointmentCancellation,
    AppointmentMove,
    DayQuestion,
    SeriesBooking,
    SeriesReplan,
    SeriesSearch,
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
    ),
    Operation(
        "POST",
        "/series/{series}/hold/release",
        series.release_held_series,
        Permission.BOOK_SERIES,
        Nothing,
        SeriesStanding,
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
        AppointmentAnswer,
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
