"""Whatever is sent is answered as described: never with a failure of ours, and never with half a change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.api.routes import OPERATIONS
from scheduler.domain.clock import StandingClock
from scheduler.store.series import all_series
from tests.api.program import Program, a_program, description
from tests.booking.small_clinic import COURSE, MONDAY
from tests.databases import let_go, make_app

if TYPE_CHECKING:
    from flask import Flask

EXAMPLES = 150

ODD_TEXTS = st.sampled_from(
    [
        "",
        " ",
        "\u0000",
        "'; --",
        "patient-1",
        "P1",
        "D1",
        "2027-01-11",
        "2027-01-11T17:00:00Z",
        "2199-12-31T23:59:59-14:00",
        "1900-01-01T00:00:00+14:00",
        "24:00",
        "therapist-1",
        "dosing-1",
        "１",
        "x" * 300,
    ]
)
TEXTS = ODD_TEXTS | st.text(max_size=12)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def nonsense_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an application that keeps its database from one example to the next."""
    app = make_app(database_url, tmp_path, StandingClock(MONDAY))
    yield app
    let_go(app)


def _places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from _places(value, (*path, key))


def _spoiled(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """Return a request that makes sense with one or two values of it replaced, or with names that mean nothing."""
    body = deepcopy(body)
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(body))
        *way, last = draw(st.sampled_from(places)) if places else ("x",)
        node: Any = body
        for part in way:
            node = node[part]
        node[last] = draw(ANYTHING)
    return body


@st.composite
def _requests(draw: st.DrawFn, good: dict[str, list[dict[str, Any]]]) -> tuple[str, str, bytes]:
    one = draw(st.sampled_from([one for one in OPERATIONS if one.method == "POST"]))
    bodies = good.get(one.name, [{}])
    body: object
    if draw(st.booleans()):
        body = _spoiled(draw, draw(st.sampled_from(bodies)))
    else:
        names = st.sampled_from(sorted(one.asks.model_json_schema(by_alias=True)["properties"] or {"x": 0}))
        body = draw(st.dictionaries(names | TEXTS, ANYTHING, max_size=4) | ANYTHING)
    return one.name, one.path, json.dumps(body).encode()


@pytest.mark.usefixtures("with_course")
def test_no_body_makes_it_fail(nonsense_app: Flask) -> None:
    program = a_program(nonsense_app, "administrator", site=None)
    good, ids = _good_bodies(nonsense_app, program)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(_requests(good), TEXTS.filter(lambda text: text.isprintable() and text.isascii()))
    def send(request: tuple[str, str, bytes], key: str) -> None:
        _, path, body = request
        response = program.send("POST", path.format(**ids), body, {"Idempotency_Key": key})
        assert response.status_code < 500, (request, response.text)

    send()
    with nonsense_app.app_context():
        assert all(series.appointments for series in all_series())


def _good_bodies(app: Flask, program: Program) -> tuple[dict[str, list[dict[str, Any]]], dict[str, str]]:
    """Return requests that make sense, by operation, and the ids of something that stands."""
    with app.app_context():
        (series,) = all_series()
    wanted = {
        "patient": "patient-2",
        "protocol": COURSE,
        "from": "2027-01-11",
        "until": "2027-04-30",
        "rather": "therapist-1",
        "weekdays": ["mon"],
        "from_time": "08:00",
        "first": ["wished_therapist"],
        "declined": ["I1b"],
    }
    found = program.post("/series/proposals", wanted).json
    dose = next(visit for visit in series.appointments if visit.step == "D1")
    path = f"/appointments/{dose.id}/move"
    way = program.post(path, {"preview": True, "not_on": "2027-01-11"}).json["ways"][0]
    bodies: dict[str, list[dict[str, Any]]] = {
        "search_series": [{**wanted, "limit": 1}],
        "book_whole_series": [{**found["proposals"][0]["booking"], "held_until": "2027-01-05T12:00:00Z"}],
        "move_a_visit": [
            {"visits": way["visits"]},
            {"preview": True, "no_earlier": "2027-01-12T00:00:00Z", "stay": ["P1"]},
        ],
        "cancel_a_visit": [{"preview": True, "by": "patient", "reason": "illness"}],
        "advance_a_visit": [{"to": "confirmed", "version": 1, "reason": "other"}],
        "search_patients": [{"wanted": "ann", "limit": 3, "site": "site-1"}],
        "decide_about_patient": [
            {"gate": "consent.treatment", "decision": "pass", "valid_until": "2027-03-01", "covers_visits": 3}
        ],
        "replan_rest_of_series": [{"preview": True, "not_before": "2027-01-12", "stay": ["P1"]}],
    }
    ids = {"series": series.id, "appointment": dose.id, "patient": "patient-3", "conflict": "none"}
    return bodies, ids


@pytest.mark.usefixtures("with_course")
def test_no_path_and_no_question_makes_it_fail(nonsense_app: Flask) -> None:
    program = a_program(nonsense_app, "administrator", site=None)
    templates = st.sampled_from([one.path for one in OPERATIONS if one.method == "GET"])
    pieces = st.text(
        st.characters(exclude_characters="/?#%", exclude_categories=["Cs"]), min_size=1, max_size=20
    )
    days = ODD_TEXTS | pieces

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(templates, pieces, days, days)
    def send(template: str, piece: str, begin: str, end: str) -> None:
        path = template.format(**dict.fromkeys(("series", "appointment", "patient"), quote(piece)))
        if template == "/appointments":
            path += f"?from={quote(begin)}&to={quote(end)}"
        response = nonsense_app.test_client().get(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {program.token}"}
        )
        assert response.status_code < 500, (path, response.text)
        assert response.is_json or response.mimetype == "application/problem+json"

    send()


def test_every_operation_is_described_with_what_it_may_refuse() -> None:
    for ways in description()["paths"].values():
        for way in ways.values():
            assert {"400", "401", "403", "404", "500", "503"} <= set(way["responses"])
