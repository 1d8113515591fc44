"""Random lives of series in a small clinic: whatever is done in whatever order, an independent look finds nothing wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from scheduler.domain.clock import StandingClock
from tests.booking.small_clinic import MONDAY, store_small_clinic
from tests.databases import PostgresShelf, SqliteShelf, let_go, make_app
from tests.journeys.lives_booked import Booked
from tests.journeys.lives_of_facts import OfFacts
from tests.journeys.lives_on_the_day import OnTheDay

SEQUENCES, STEPS = int(os.environ.get("SEQUENCES", "3")), int(os.environ.get("STEPS", "10"))
"""How many lives, and how many deeds in each: a few with all other tests, many with `make lives`."""


class Lives(Booked, OnTheDay, OfFacts):
    """Everybody who changes anything, at once."""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_whatever_is_done_in_whatever_order_the_clinic_stays_right(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @contextmanager
    def fresh() -> Iterator[Flask]:
        folder = tmp_path_factory.mktemp("lives")
        app = make_app(_database(kind, request, folder), folder, StandingClock(MONDAY))
        with app.app_context():
            yield app
        let_go(app)

    run_state_machine_as_test(
        type("LivesOnDatabase", (Lives,), {"fresh": staticmethod(fresh)}),
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            # A life that went wrong once is lived again by its seed.
            database=None,
            # A shorter example would be nice to have, and take minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def _database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "sqlite":
        sqlite: SqliteShelf = request.getfixturevalue("sqlite_shelf")
        return sqlite.copy_to(folder, store_small_clinic)
    postgres: PostgresShelf = request.getfixturevalue("postgres_shelf")
    return postgres.hand_out(store_small_clinic)
