"""A lost race is tried again on the new state of affairs, a small number of times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scheduler.booking.outcomes import Refused
from scheduler.booking.request import nonsense
from scheduler.domain.errors import Conflict

RETRIES = 2

Outcome = TypeVar("Outcome")


def retried(attempt: Callable[[], Outcome]) -> Outcome:
    """Run one whole transaction, and again when it lost a race, at most twice more.

    `attempt` opens its own unit of work. Raises the last `Conflict` when every attempt lost.
    """
    for _ in range(RETRIES):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()


def retried_or_refused(attempt: Callable[[], Outcome], mend: str) -> Outcome | Refused:
    """Do the same, and where every attempt lost return a refusal that says so, with what to do about it."""
    try:
        return retried(attempt)
    except Conflict as conflict:
        return Refused(reasons=(nonsense("race_lost", str(conflict), mend),), race_lost=True)
