"""The database itself refuses to give a lane away twice, whoever writes the row and with whatever program."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from scheduler.store.columns import instant_text
from scheduler.store.ledger import all_claims, take
from scheduler.store.work import unit_of_work
from tests.store.stored_clinic import NOON, REFUSALS, behind_the_back, watching

COLUMNS = ("site_id", "resource_id", "purpose", "lane", "starts_at", "ends_at", "appointment_id", "phases")
INSERT = f"INSERT INTO claim ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


@pytest.fixture
def database(clinic_context: object, database_url: str) -> Any:
    """Give a plain connection to a database in which `nurse-1` is watching from noon to two, on lane 0."""
    with unit_of_work():
        take([watching(0, 2)])
    with behind_the_back(database_url) as connection:
        yield connection


def row(begin: float, end: float, **fields: object) -> tuple[object, ...]:
    """Return the values of a claim on `nurse-1` from so many hours after noon to so many."""
    plain = {
        "site_id": "site-1",
        "resource_id": "nurse-1",
        "purpose": "watch",
        "lane": 0,
        "starts_at": instant_text(NOON + timedelta(hours=begin)),
        "ends_at": instant_text(NOON + timedelta(hours=end)),
        "appointment_id": "call-1",
        "phases": "[]",
    }
    return tuple({**plain, **fields}[name] for name in COLUMNS)


@pytest.mark.parametrize(
    ("begin", "end"),
    [(0, 2), (0.5, 1), (-1, 0.25), (1.75, 3), (-1, 3), (-1, 2), (0, 3), (1.999, 2.001)],
)
def test_a_second_claim_on_a_lane_is_refused(database: Any, begin: float, end: float) -> None:
    with pytest.raises(REFUSALS, match="claim_lane_taken_twice"):
        database.execute(INSERT, row(begin, end))


@pytest.mark.parametrize(("begin", "end"), [(-1, 0), (2, 3), (-3, -2), (5, 6)])
def test_claims_that_merely_touch_are_welcome(database: Any, begin: float, end: float) -> None:
    database.execute(INSERT, row(begin, end))
    assert len(all_claims_of_the_nurse()) == 2


@pytest.mark.parametrize("fields", [{"lane": 1}, {"purpose": "occupy"}, {"resource_id": "nurse-2"}])
def test_another_lane_purpose_or_resource_is_free(database: Any, fields: dict[str, object]) -> None:
    database.execute(INSERT, row(0, 2, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"lane": 2},
        {"lane": -1},
        {"purpose": "spacing"},
        {"resource_id": "nobody"},
        {"resource_id": "therapist-1"},
    ],
)
def test_a_claim_beyond_the_capacity_is_refused(database: Any, fields: dict[str, object]) -> None:
    # The nurse may watch two, so there are lanes 0 and 1; the therapist may watch nobody.
    with pytest.raises(REFUSALS, match=r"claim_lane_beyond_capacity|claim_lane_fk"):
        database.execute(INSERT, row(5, 6, **fields))


@pytest.mark.parametrize(("begin", "end"), [(5, 5), (6, 5)])
def test_an_empty_claim_is_refused(database: Any, begin: float, end: float) -> None:
    # A range that ends before it starts does not even exist on PostgreSQL.
    with pytest.raises(Exception, match=r"claim_not_empty|range lower bound"):
        database.execute(INSERT, row(begin, end))


def test_a_claim_cannot_be_moved_onto_another(database: Any) -> None:
    database.execute(INSERT, row(3, 4))
    move = "UPDATE claim SET starts_at = ?, ends_at = ? WHERE resource_id = 'nurse-1' AND starts_at = ?"
    onto, beside = row(1, 2.5)[4:6], row(2, 3)[4:6]
    with pytest.raises(REFUSALS, match="claim_lane_taken_twice"):
        database.execute(move, (*onto, row(3, 4)[4]))
    database.execute(move, (*beside, row(3, 4)[4]))
    # Onto its own old time it may move.
    database.execute(move, (*row(2.5, 3.5)[4:6], beside[0]))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("lane = 0", "claim_lane_taken_twice"),
        ("lane = 2", "claim_lane_beyond_capacity|claim_lane_fk"),
        ("purpose = 'spacing'", "claim_lane_beyond_capacity|claim_lane_fk"),
        ("ends_at = starts_at", "claim_not_empty"),
    ],
)
def test_a_claim_cannot_be_changed_into_a_bad_one(database: Any, change: str, name: str) -> None:
    database.execute(INSERT, row(0, 2, lane=1))
    with pytest.raises(REFUSALS, match=name):
        database.execute(f"UPDATE claim SET {change} WHERE resource_id = 'nurse-1' AND lane = 1")


def test_a_lane_that_is_claimed_cannot_go(database: Any) -> None:
    with pytest.raises(REFUSALS, match=r"lane_still_claimed|claim_lane_fk"):
        database.execute("DELETE FROM lane WHERE resource_id = 'nurse-1' AND purpose = 'watch' AND lane = 0")
    with pytest.raises(REFUSALS, match=r"lane_still_claimed|claim_lane_fk"):
        database.execute(
            "UPDATE lane SET lane = 7 WHERE resource_id = 'nurse-1' AND purpose = 'watch' AND lane = 0"
        )
    database.execute("DELETE FROM lane WHERE resource_id = 'nurse-1' AND purpose = 'watch' AND lane = 1")


@pytest.mark.parametrize("written", ["2026-12-04 12:00:00", "2026-12-04T12:00:00+01:00", "tomorrow", ""])
def test_sqlite_takes_instants_in_one_form_only(database: Any, database_url: str, written: str) -> None:
    """Texts are compared as times there, so one of another form would be in the wrong place."""
    if database_url.startswith("sqlite"):
        with pytest.raises(REFUSALS, match=r"claim_instants|claim_not_empty"):
            database.execute(INSERT, row(5, 6, ends_at=written))
    elif re.match(r"\d", written):
        database.execute(INSERT, row(5, 6, ends_at=written))
        assert max(claim.interval.end for claim in all_claims_of_the_nurse()).utcoffset() == timedelta(0)


def all_claims_of_the_nurse() -> list[Any]:
    return [claim for claim in all_claims() if claim.resource == "nurse-1"]
