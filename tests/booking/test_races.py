"""Two clerks press at once, many processes want the same last places, a process dies: nothing is given away twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.request import ChosenVisit
from scheduler.store.ledger import all_claims
from scheduler.store.series import all_series
from tests.booking.clerks import Answer, as_processes, as_threads, killed_in_the_middle
from tests.booking.small_clinic import COURSE, INDUCTION, chosen_from, clock, previewed
from tests.journeys.check_export import faults_in

PATIENTS = [f"patient-{number}" for number in (1, 2, 3, 4)]


@pytest.fixture
def same_places(small_clinic: Flask) -> list[BookSeries]:
    """Give commands by which four patients want the very same rooms, people and times."""
    visits: tuple[ChosenVisit, ...] = chosen_from(previewed().options[0].proposal.series)
    return [BookSeries(patient, COURSE, visits=visits) for patient in PATIENTS]


@pytest.fixture
def best_places(small_clinic: Flask) -> list[BookSeries]:
    """Give commands by which four patients want the best there is."""
    return [BookSeries(patient, INDUCTION) for patient in PATIENTS]


def assert_one_won(answers: Sequence[Answer]) -> None:
    assert len([answer for answer in answers if answer.series]) == 1
    losers = [answer for answer in answers if not answer.series]
    assert all(answer.against > 0 and answer.something_free for answer in losers)
    assert len(all_series()) == 1
    assert faults_in(export_clinic(clock())) == []


def assert_all_won(answers: Sequence[Answer]) -> None:
    assert sorted(answer.series or "" for answer in answers) == sorted(series.id for series in all_series())
    assert faults_in(export_clinic(clock())) == []


def test_of_clerks_who_want_the_same_places_one_wins(
    small_clinic: Flask, same_places: list[BookSeries]
) -> None:
    assert_one_won(as_threads(small_clinic, same_places))


def test_of_processes_that_want_the_same_places_one_wins(
    database_url: str, tmp_path: Path, same_places: list[BookSeries]
) -> None:
    assert_one_won(as_processes(database_url, tmp_path, same_places))


def test_clerks_who_want_the_best_all_get_something(
    small_clinic: Flask, best_places: list[BookSeries]
) -> None:
    assert_all_won(as_threads(small_clinic, best_places))


def test_processes_that_want_the_best_all_get_something(
    database_url: str, tmp_path: Path, best_places: list[BookSeries]
) -> None:
    assert_all_won(as_processes(database_url, tmp_path, best_places))


def test_one_key_pressed_by_many_books_once(database_url: str, tmp_path: Path, small_clinic: Flask) -> None:
    command = BookSeries("patient-1", COURSE, idempotency_key="pressed-twice")
    answers = as_processes(database_url, tmp_path, [command] * 4)
    assert {answer.series for answer in answers} == {series.id for series in all_series()}
    assert len(all_series()) == 1


def test_a_process_killed_in_the_middle_leaves_nothing(
    database_url: str, tmp_path: Path, small_clinic: Flask
) -> None:
    killed_in_the_middle(database_url, tmp_path, BookSeries("patient-1", COURSE))
    assert all_series() == ()
    assert all_claims() == ()
    assert isinstance(book_series(BookSeries("patient-2", COURSE), SYSTEM, clock()), Booked)
