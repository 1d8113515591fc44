"""Two requests are the same when they ask the same, in whatever order their sets stand and whatever their keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from scheduler.booking.book_series import BookSeries
from scheduler.booking.once import digest_of

COMMAND = BookSeries(
    "patient-1",
    "course",
    earliest=date(2026, 12, 1),
    declined=frozenset({"I1", "I2", "I3", "I4"}),
    weekdays=frozenset({0, 3}),
    from_time=time(9),
)


def test_the_key_and_the_order_of_sets_do_not_matter() -> None:
    other = replace(COMMAND, idempotency_key="k", declined=frozenset(["I4", "I3", "I2", "I1"]))
    assert digest_of(other) == digest_of(COMMAND)


def test_whatever_is_asked_otherwise_matters() -> None:
    others = [
        replace(COMMAND, patient="patient-2"),
        replace(COMMAND, earliest=date(2026, 12, 2)),
        replace(COMMAND, declined=frozenset({"I1"})),
        replace(COMMAND, from_time=time(9, 15)),
        replace(COMMAND, visits=()),
        replace(COMMAND, first=("weekdays",)),
    ]
    assert len({digest_of(COMMAND), *map(digest_of, others)}) == len(others) + 1
