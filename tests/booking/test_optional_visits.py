"""Optional visits: left out unless asked for, by name or by being chosen."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import Refused
from scheduler.booking.preview_series import SeriesPreview
from scheduler.booking.recheck import RecheckCommand, recheck
from tests.booking.small_clinic import CHOICE, COURSE, booked, chosen_from, clock, previewed

pytestmark = pytest.mark.usefixtures("small_clinic")

SECOND = frozenset({"I2b"})


def _steps(shown: SeriesPreview) -> list[str]:
    return [visit.step for visit in shown.options[0].proposal.series.appointments]


def test_an_optional_visit_is_there_when_it_is_asked_for_and_only_then() -> None:
    usual = _steps(previewed(protocol=CHOICE, limit=1))
    assert not {"I1b", "I2b", "I3b"} & set(usual)
    asked = _steps(previewed(protocol=CHOICE, included=SECOND, limit=1))
    assert asked == [*usual[: usual.index("I2") + 1], "I2b", *usual[usual.index("I2") + 1 :]]


def test_a_series_without_optional_visits_is_whole_now_and_later() -> None:
    series = booked(protocol=CHOICE)
    assert series.visit("I2b") is None
    (judged,) = recheck(RecheckCommand("site-1"), SYSTEM, clock())  # type: ignore[misc]  # it is allowed
    assert not {finding.rule for finding in judged.findings} & {"WHOLE-1", "INTEG-4"}


def test_choosing_an_optional_visit_is_asking_for_it() -> None:
    proposed = previewed(protocol=CHOICE, included=SECOND, limit=1).options[0].proposal.series
    outcome = book_series(BookSeries("patient-1", CHOICE, visits=chosen_from(proposed)), SYSTEM, clock())
    assert isinstance(outcome, Booked)
    assert outcome.series.visit("I2b") is not None
    without = tuple(visit for visit in chosen_from(proposed) if visit.step != "I2b")
    again = BookSeries("patient-2", CHOICE, visits=without, included=SECOND)
    refused = book_series(again, SYSTEM, clock())
    assert isinstance(refused, Refused), "the times are taken"
    assert "WHOLE-1" not in {finding.rule for finding in refused.findings}


@pytest.mark.parametrize(
    ("protocol", "included", "code"),
    [(CHOICE, "I9b", "unknown_step"), (CHOICE, "I1", "not_optional"), (COURSE, "I1b", "not_optional")],
)
def test_what_cannot_be_asked_for_is_refused_in_words(protocol: str, included: str, code: str) -> None:
    shown = previewed(protocol=protocol, included=frozenset({included}))
    assert [reason.code for reason in shown.reasons] == [code]
    assert included in shown.reasons[0].why
