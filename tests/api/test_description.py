"""The description of the API: valid, complete, and for everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi_spec_validator import OpenAPIV31SpecValidator

from scheduler.api.routes import OPERATIONS, PREFIX
from tests.api.program import description
from tests.house.building import ROOT

if TYPE_CHECKING:
    from flask import Flask


def test_it_is_a_valid_description() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(description()).iter_errors()] == []


def test_it_is_given_to_everybody(app: Flask) -> None:
    response = app.test_client().get(f"{PREFIX}/openapi.json")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.json == description()


def test_it_describes_every_path_that_is_answered_and_no_other(app: Flask) -> None:
    described = {(method.upper(), path) for path, ways in description()["paths"].items() for method in ways}
    answered = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == answered


def test_every_operation_says_what_it_does_and_who_may() -> None:
    told = [way for ways in description()["paths"].values() for way in ways.values()]
    assert len({way["operationId"] for way in told}) == len(told) == len(OPERATIONS)
    assert all(way["summary"].endswith(".") and "Needs the permission" in way["description"] for way in told)


def test_every_operation_stands_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "api.md").read_text()
    assert not [one.path for one in OPERATIONS if f"`{one.method} {one.path}`" not in reference]
