"""A program that speaks with the API: signs its requests, and knows what must be true of every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jsonschema import Draft202012Validator

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.api.openapi import openapi_document
from scheduler.api.routes import OPERATIONS, PREFIX
from scheduler.booking.create_token import CreateToken, TokenCreated, create_token
from tests.booking.small_clinic import clock

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

#: The members of staff for whom the programs of these roles act.
STAFF = {"therapist": "therapist-1", "nurse": "nurse-1", "prescriber": "prescriber-1"}


@dataclass(frozen=True)
class Told:
    """What came back."""

    status_code: int
    json: Any
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Program:
    """A program with a token. Every answer is checked against the description of the API."""

    app: Flask
    token: str

    def get(self, path: str, **headers: str) -> Told:
        """Ask with GET."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> Told:
        """Ask with POST, and a body of JSON; underscores in names of headers stand for dashes."""
        return self.send("POST", path, json.dumps(body or {}).encode(), headers)

    def book(self, key: str | None = None, **body: object) -> Told:
        """Book a series under a key, a new one when none is given."""
        return self.post("/series", body, Idempotency_Key=key or uuid4().hex)

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Told:
        """Send whatever it is."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        response = self.app.test_client().open(
            PREFIX + path,
            method=method,
            data=body,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                **named,
            },
        )
        check_against_description(method, path, response)
        return Told(response.status_code, response.json, dict(response.headers), response.text)


def a_program(app: Flask, role: str, name: str = "", site: str | None = "site-1") -> Program:
    """Return a program with a new token of a role."""
    with app.app_context():
        command = CreateToken(name or f"for-{role}", AccountRole(role), site, STAFF.get(role))
        outcome = create_token(command, SYSTEM, clock())
    assert isinstance(outcome, TokenCreated), outcome
    return Program(app, outcome.secret)


@cache
def description() -> dict[str, Any]:
    """Return the description of the API."""
    return openapi_document(OPERATIONS, PREFIX)


def check_against_description(method: str, path: str, response: TestResponse) -> None:
    """Make sure that an answer is one that its operation describes, to the last field."""
    described = _operation_at(method, path.partition("?")[0])
    if described is None:
        assert response.status_code in {404, 405}, (method, path, response.status_code)
        shape: dict[str, Any] = {"$ref": "#/components/schemas/ProblemAnswer"}
        media = "application/problem+json"
    else:
        told = described["responses"].get(str(response.status_code))
        assert told, f"{method} {path} is not described to answer {response.status_code}: {response.text}"
        ((media, content),) = told["content"].items()
        shape = content["schema"]
    assert response.mimetype == media, (method, path, response.mimetype)
    validator = Draft202012Validator({**shape, "components": description()["components"]})
    faults = [f"{list(fault.path)}: {fault.message}" for fault in validator.iter_errors(response.json)]
    assert not faults, (method, path, faults[:3])


def _operation_at(method: str, path: str) -> dict[str, Any] | None:
    parts = path.strip("/").split("/")
    for template, operations in description()["paths"].items():
        wanted = template.strip("/").split("/")
        fits = len(wanted) == len(parts) and all(
            one.startswith("{") or one == part for one, part in zip(wanted, parts, strict=True)
        )
        if fits and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    return None
