"""Programs that ask at the same moment: one key books once, and no place is given twice."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from scheduler.store.series import all_series
from tests.api.program import Program, Told
from tests.booking.small_clinic import COURSE
from tests.processes import PATIENCE

if TYPE_CHECKING:
    from flask import Flask

WANTED = {"patient": "patient-1", "protocol": COURSE}


def at_once(program: Program, requests: Sequence[tuple[str, dict[str, Any]]]) -> list[Told]:
    """Send bookings, each with its key, at the same moment."""
    gate = Barrier(len(requests))

    def send(request: tuple[str, dict[str, Any]]) -> Told:
        key, body = request
        gate.wait(PATIENCE)
        return program.book(key, **body)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def count_series(app: Flask) -> int:
    with app.app_context():
        return len(all_series())


def test_racers_with_one_key_get_one_series_and_one_answer(app: Flask, desk: Program) -> None:
    answers = at_once(desk, [("one-key", WANTED)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert all(answer.json == answers[0].json for answer in answers)
    assert count_series(app) == 1


def test_of_racers_with_one_key_and_other_wishes_one_is_meant(app: Flask, desk: Program) -> None:
    others = {**WANTED, "patient": "patient-2"}
    answers = at_once(desk, [("one-key", WANTED), ("one-key", others)])
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert refused.json["type"].endswith(":key-used-otherwise")
    assert count_series(app) == 1


def test_of_racers_for_the_same_places_one_wins_and_the_others_hear_what_is_free(
    app: Flask, desk: Program
) -> None:
    found = desk.post("/series/proposals", WANTED).json
    booking = found["proposals"][0]["booking"]
    bodies = [{**booking, "patient": f"patient-{number}"} for number in (1, 2, 3)]
    answers = at_once(desk, [(f"key-{number}", body) for number, body in enumerate(bodies)])
    assert [answer.status_code for answer in answers].count(201) == 1
    losers = [answer for answer in answers if answer.status_code != 201]
    assert all(answer.status_code in {409, 422} for answer in losers)
    assert all(answer.json["instead"] for answer in losers)
    assert count_series(app) == 1


def test_racers_with_keys_of_their_own_all_get_something(app: Flask, desk: Program) -> None:
    bodies = [{**WANTED, "patient": f"patient-{number}"} for number in (1, 2, 3)]
    answers = at_once(desk, [(f"key-{number}", body) for number, body in enumerate(bodies)])
    assert [answer.status_code for answer in answers] == [201] * 3
    assert count_series(app) == 3
