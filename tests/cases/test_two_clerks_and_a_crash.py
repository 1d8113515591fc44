"""Two clerks press at the same moment, and a program dies in the middle: no chair twice, and no half of a series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.store.ledger import all_claims
from scheduler.store.series import all_series
from tests.booking.clerks import Answer, as_processes, as_threads, killed_in_the_middle
from tests.booking.small_clinic import COURSE, chosen_from, previewed
from tests.booking.small_clinic import clock as clerks_clock
from tests.builders import a_room, an_office
from tests.cases.clinic_of_the_cases import store_clinic


@pytest.fixture
def last_chair(app_context: Flask) -> list[BookSeries]:
    """Give the wishes of two clerks for the only chair of a clinic at the same hours, for two patients."""
    store_clinic(rooms=(a_room("dosing-1"), an_office("office-1"), an_office("office-2")))
    visits = chosen_from(previewed().options[0].proposal.series)
    return [BookSeries(patient, COURSE, visits=visits) for patient in ("patient-1", "patient-2")]


def assert_one_has_it(answers: Sequence[Answer]) -> None:
    """Fail unless one clerk has the chair, and the other was told what is against it and what is free."""
    assert sorted(answer.series is None for answer in answers) == [False, True]
    [loser] = [answer for answer in answers if answer.series is None]
    assert loser.against > 0
    assert loser.something_free
    [series] = all_series()
    assert {claim.appointment for claim in all_claims()} <= {one.id for one in series.appointments}


def test_of_two_clerks_at_one_program_one_has_the_last_chair(
    app_context: Flask, last_chair: list[BookSeries]
) -> None:
    """Case 14: "Two clerks booking the last chair at once", in one process."""
    assert_one_has_it(as_threads(app_context, last_chair))


def test_of_two_clerks_at_two_programs_one_has_the_last_chair(
    database_url: str, tmp_path: Path, last_chair: list[BookSeries]
) -> None:
    """Case 14: the same, in two processes that share nothing but the database."""
    assert_one_has_it(as_processes(database_url, tmp_path, last_chair))


def test_a_program_that_dies_with_everything_written_and_nothing_committed_leaves_no_half_of_a_series(
    database_url: str, tmp_path: Path, last_chair: list[BookSeries]
) -> None:
    """Case 14: "half-booked series after a crash (must not exist)"."""
    first, second = last_chair
    killed_in_the_middle(database_url, tmp_path, first)
    assert all_series() == ()
    assert all_claims() == ()
    outcome = book_series(second, SYSTEM, clerks_clock())
    assert isinstance(outcome, Booked), "the chair is free for the next one"
    assert len(outcome.series.appointments) == len(second.visits or ())
