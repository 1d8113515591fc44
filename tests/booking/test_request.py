"""What a request for a series may say, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from scheduler.booking.request import Asked, ChosenVisit, SeriesRequest, WantedSeries
from scheduler.domain.errors import InvalidValue
from scheduler.planner.wishes import EVERY_WEEKDAY
from tests import builders


def asked(earliest: date, latest: date, **wishes: Any) -> Asked:
    request = SeriesRequest(WantedSeries("patient-1", "k", earliest, latest, **wishes), limit=3)
    protocol = builders.a_small_protocol()
    return Asked(request, builders.a_patient(), builders.a_site(), protocol, earliest, latest)


def test_wishes_begin_with_the_first_local_day_and_end_with_the_last() -> None:
    wishes = asked(date(2026, 12, 1), date(2026, 12, 31)).wishes(builders.AS_OF)
    assert wishes.earliest == builders.at("2026-12-01 00:00")
    assert wishes.latest == builders.at("2027-01-01 00:00")


def test_wishes_never_begin_before_now() -> None:
    assert asked(date(2026, 11, 23), date(2026, 12, 31)).wishes(builders.AS_OF).earliest == builders.AS_OF


def test_a_day_on_which_the_clocks_change_is_whole() -> None:
    wishes = asked(date(2027, 3, 14), date(2027, 3, 14)).wishes(builders.AS_OF)
    assert (wishes.latest - wishes.earliest).total_seconds() == 23 * 3600


def test_what_would_suit_is_handed_on() -> None:
    what: dict[str, Any] = {
        "rather": "therapist-2",
        "weekdays": frozenset({0, 3}),
        "from_time": time(9),
        "until_time": time(12, 30),
        "first": ("wished_therapist", "fewest_trips"),
    }
    wishes = asked(date(2026, 12, 1), date(2026, 12, 31), **what).wishes(builders.AS_OF)
    assert {name: getattr(wishes, name) for name in what} == what
    assert wishes.therapist is None


def test_no_weekday_named_means_any() -> None:
    wishes = asked(date(2026, 12, 1), date(2026, 12, 31)).wishes(builders.AS_OF)
    assert wishes.weekdays == EVERY_WEEKDAY
    assert not wishes.prefers_times


def test_a_chosen_start_needs_a_zone() -> None:
    with pytest.raises(InvalidValue):
        ChosenVisit("P1", datetime(2026, 12, 1, 10, 0), None, {})
    assert ChosenVisit("P1", datetime(2026, 12, 1, 10, 0, tzinfo=UTC), None, {}).start.tzinfo is UTC
