"""The JSON Schema says the same as the reader about the form of a clinic file."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
import pytest

from scheduler.clinic_file import bundled_keys, bundled_protocol, json_schema
from scheduler.clinic_file.demo import demo_document
from tests.clinic_file.documents import small_clinic, small_protocol

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"].endswith("2020-12/schema")


def test_the_demo_clinic_fits_it() -> None:
    VALIDATOR.validate(demo_document(date(2026, 11, 23)))


def test_protocols_fit_it_inside_a_clinic_file() -> None:
    VALIDATOR.validate({**small_clinic(), "protocols": [small_protocol()]})
    VALIDATOR.validate({"protocols": [bundled_protocol(key) for key in bundled_keys()]})


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"sites": [{"id": "maple"}]},
        {"rooms": [{"id": "r", "site": "maple", "name": "R", "capabilities": []}]},
        {"staff": [{"id": "s", "site": "maple", "name": "S", "roles": ["doctor"]}]},
        {"patients": 5},
        {"protocols": [{"use": 5}]},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**small_clinic(), **change})


def test_every_entry_is_explained() -> None:
    unexplained = [name for name, entry in json_schema()["$defs"].items() if not entry.get("description")]
    assert unexplained == []
