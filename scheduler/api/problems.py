"""From refusals and failures to `application/problem+json` (RFC 9457): the one place of the API that knows HTTP's errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from scheduler.api.answers import Answer, FindingAnswer, ReasonAnswer, findings_told, reasons_told
from scheduler.api.answers_about_series import ProposalAnswer, WayAnswer
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import WantedSeries
from scheduler.domain.errors import (
    Conflict,
    Fault,
    FaultyDocument,
    InvalidValue,
    NotFound,
    StoreNotReady,
    TrellisError,
)
from scheduler.planner.proposal import Reason

MEDIA_TYPE = "application/problem+json"

Outcome = TypeVar("Outcome")

_TYPE = "urn:trellis:problem:"


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of problem is: its status, and what it says of itself."""

    status: int
    title: str
    detail: str


class Kind(Enum):
    """The kinds of problem, by the stable name that their `type` ends with."""

    NOT_UNDERSTOOD = "not-understood"
    KEY_MISSING = "key-missing"
    NOT_SIGNED = "not-signed"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    WRONG_METHOD = "wrong-method"
    RACE_LOST = "race-lost"
    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    REFUSED = "refused"
    KEY_USED_OTHERWISE = "key-used-otherwise"
    FAILURE = "failure"
    NOT_READY = "not-ready"

    @property
    def words(self) -> Words:
        """Its status and sentences."""
        return _WORDS[self]


_WORDS: Mapping[Kind, Words] = {
    Kind.NOT_UNDERSTOOD: Words(
        400,
        "The request could not be understood",
        "Each of the errors names a place and what would be right.",
    ),
    Kind.KEY_MISSING: Words(
        400,
        "The request needs an Idempotency-Key",
        "Send a header Idempotency-Key with a new value for each booking that is meant, such as a random UUID, "
        "and the same value when the same booking is sent again.",
    ),
    Kind.NOT_SIGNED: Words(
        401,
        "The request is not signed with a token that stands",
        "Send a header 'Authorization: Bearer TOKEN'; `token create` makes a token.",
    ),
    Kind.NOT_ALLOWED: Words(
        403,
        "The token's role does not include this",
        "Use a token of a role that does; see docs/reference/api.md.",
    ),
    Kind.NOT_FOUND: Words(
        404, "There is nothing here", "It does not exist, or it is out of the token's reach."
    ),
    Kind.WRONG_METHOD: Words(
        405, "This cannot be done that way", "The header Allow names the methods that this path knows."
    ),
    Kind.RACE_LOST: Words(
        409,
        "Somebody else was quicker",
        "What was wanted was taken or changed in the meantime. Nothing was written: "
        "look at what is free now, and ask again.",
    ),
    Kind.TOO_LARGE: Words(413, "The request is too large", "Send less at once."),
    Kind.NOT_JSON: Words(
        415, "The request is not JSON", "Send JSON with the header 'Content-Type: application/json'."
    ),
    Kind.REFUSED: Words(
        422, "Refused; nothing was written", "The findings and reasons say why, and what would mend it."
    ),
    Kind.KEY_USED_OTHERWISE: Words(
        422,
        "This Idempotency-Key stands for another request",
        "Another request was answered under this key. Nothing was written: use a new key for a new request.",
    ),
    Kind.FAILURE: Words(
        500,
        "Something went wrong on our side",
        "The failure was recorded, and nothing was written. Try again with the same Idempotency-Key.",
    ),
    Kind.NOT_READY: Words(503, "The service is not ready", "Try again in a few minutes."),
}

_OF_STATUS = {words.status: kind for kind, words in reversed(list(_WORDS.items()))}

_OF_ERROR: Mapping[type[TrellisError], Kind] = {
    NotFound: Kind.NOT_FOUND,
    Conflict: Kind.RACE_LOST,
    InvalidValue: Kind.NOT_UNDERSTOOD,
    FaultyDocument: Kind.NOT_UNDERSTOOD,
    StoreNotReady: Kind.NOT_READY,
}

_TELLING = (Conflict, InvalidValue, StoreNotReady)
"""Failures whose own sentence is meant for whoever asked."""

_WHAT_BELONGS_HERE = "openapi.json says what belongs here"

#: The field of a request that a reason is about, by the reason's code; a visit is named by its step.
_FIELDS: Mapping[str, str] = {
    "unknown_patient": "patient",
    "unknown_protocol": "protocol",
    "unknown_therapist": "therapist",
    "not_a_therapist": "therapist",
    "two_therapists": "rather",
    "until_before_from": "until",
    "until_is_past": "until",
    "no_time_between": "until_time",
    "unknown_preference": "first",
    "nothing_to_keep": "first",
    "not_declinable": "declined",
    "not_optional": "included",
    "limit": "limit",
    "hold": "held_until",
    "unknown_room": "visits[{step}].room",
    "unknown_staff": "visits[{step}].staff",
    "unknown_step": "visits[{step}].step",
    "unknown_gate": "gate",
    "changed_meanwhile": "version",
}


class FaultAnswer(Answer):
    """One thing wrong with the request: where, what, and what would be right."""

    path: str
    problem: str
    mend: str


class ProblemAnswer(Answer):
    """Why nothing was done.

    `errors` name places in the request. `rules` are the ids of the rules that were broken, `findings` say each breach, and
    `reasons` what else is against it. `instead` is what could be booked now, `ways` how a series could be changed instead.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FaultAnswer, ...] = ()
    rules: tuple[str, ...] = ()
    findings: tuple[FindingAnswer, ...] = ()
    reasons: tuple[ReasonAnswer, ...] = ()
    instead: tuple[ProposalAnswer, ...] = ()
    ways: tuple[WayAnswer, ...] = ()


class ProblemRaised(Exception):
    """A request that ends with a problem instead of an answer."""

    def __init__(self, kind: Kind, detail: str = "", faults: tuple[Fault, ...] = ()) -> None:
        self.answer = _problem(kind, detail, errors=_faults_told(faults))
        super().__init__(self.answer.title)


def not_allowed(outcome: NotAllowed) -> ProblemRaised:
    """Return the problem of whoever may not do this."""
    return ProblemRaised(Kind.NOT_ALLOWED, f"This needs the permission {outcome.permission}.")


def refused(outcome: Refused, wanted: WantedSeries | None = None) -> ProblemRaised:
    """Return the problem that tells a refusal whole; `wanted` is what the series that are free instead were asked by."""
    kind = _kind_of(outcome)
    raised = ProblemRaised(kind)
    errors = (
        Fault(place, one.why, one.mend)
        for one in outcome.reasons
        if (place := _place_of(one, wanted)) is not None
    )
    raised.answer = _problem(
        kind,
        errors=_faults_told(tuple(errors)),
        rules=tuple(sorted({finding.rule for finding in outcome.findings})),
        findings=findings_told(outcome.findings),
        reasons=reasons_told(outcome.reasons),
        instead=tuple(ProposalAnswer.of(option, wanted) for option in outcome.instead if wanted),
        ways=tuple(WayAnswer.of(way) for way in outcome.ways),
    )
    return raised


def granted(outcome: Outcome | Refused | NotAllowed, wanted: WantedSeries | None = None) -> Outcome:
    """Return what was done or found. Raises the problem of what was refused or is not allowed; `wanted` as in `refused`."""
    if isinstance(outcome, NotAllowed):
        raise not_allowed(outcome)
    if isinstance(outcome, Refused):
        raise refused(outcome, wanted)
    return outcome


def _place_of(reason: Reason, wanted: WantedSeries | None) -> str | None:
    """Return where in the request a reason is about, `None` for what is about the state of affairs."""
    place = _FIELDS.get(reason.code)
    if reason.code == "unknown_step" and not reason.step:
        return "declined, included"
    if place is not None and place.startswith("visits"):
        return place.format(step=reason.step)
    if place == "therapist" and wanted is not None:
        is_rather = wanted.therapist is None or f"'{wanted.rather}'" in reason.why
        return "rather" if is_rather else place
    return place


def _kind_of(outcome: Refused) -> Kind:
    if outcome.race_lost:
        return Kind.RACE_LOST
    if any(reason.code == "key_used_otherwise" for reason in outcome.reasons):
        return Kind.KEY_USED_OTHERWISE
    return Kind.REFUSED


def _problem(kind: Kind, detail: str = "", **more: object) -> ProblemAnswer:
    words = kind.words
    return ProblemAnswer.model_validate(
        {
            "type": f"{_TYPE}{kind.value}",
            "title": words.title,
            "status": words.status,
            "detail": detail or words.detail,
            **more,
        }
    )


def _faults_told(faults: tuple[Fault, ...]) -> tuple[FaultAnswer, ...]:
    return tuple(
        FaultAnswer(
            path=fault.path.replace("the document", "the request"),
            problem=fault.problem,
            mend=fault.mend or _WHAT_BELONGS_HERE,
        )
        for fault in faults
    )


def register_problems(blueprint: Blueprint) -> None:
    """Turn every failure inside a blueprint into a problem."""
    blueprint.register_error_handler(ProblemRaised, lambda raised: _response(raised.answer))
    blueprint.register_error_handler(TrellisError, _known_failure)
    blueprint.register_error_handler(HTTPException, http_problem)
    blueprint.register_error_handler(Exception, _surprise)


def http_problem(error: HTTPException) -> Response:
    """Return the problem for a failure of HTTP itself."""
    response = _response(_problem(_OF_STATUS.get(error.code or 500, Kind.NOT_UNDERSTOOD)))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _known_failure(error: TrellisError) -> Response:
    kind = next((kind for failure, kind in _OF_ERROR.items() if isinstance(error, failure)), None)
    if kind is None:
        return _surprise(error)
    faults = error.faults if isinstance(error, FaultyDocument) else ()
    detail = str(error) if isinstance(error, _TELLING) else ""
    return _response(ProblemRaised(kind, detail, faults).answer)


def _surprise(error: Exception) -> Response:
    # The endpoint and not the address, and nothing of the body: both may name a patient.
    current_app.logger.error("unexpected failure in %s", request.endpoint, exc_info=error)
    return _response(_problem(Kind.FAILURE))


def _response(answer: ProblemAnswer) -> Response:
    response = Response(answer.model_dump_json(), answer.status, content_type=MEDIA_TYPE)
    if answer.status == Kind.NOT_SIGNED.words.status:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Trellis"'
    return response
