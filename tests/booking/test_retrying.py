"""A lost race is tried again, at most twice more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.booking.outcomes import Refused
from scheduler.booking.retrying import retried, retried_or_refused
from scheduler.domain.errors import Conflict


def losing(times: int) -> Callable[[], str]:
    left = [times]

    def attempt() -> str:
        if left[0]:
            left[0] -= 1
            raise Conflict("taken")
        return "done"

    return attempt


@pytest.mark.parametrize("times", [0, 1, 2])
def test_two_losses_are_made_good(times: int) -> None:
    assert retried(losing(times)) == "done"


def test_the_third_loss_is_told() -> None:
    with pytest.raises(Conflict):
        retried(losing(3))


def test_whoever_does_not_want_it_raised_is_refused_with_what_to_do() -> None:
    assert retried_or_refused(losing(2), "Look again.") == "done"
    refused = retried_or_refused(losing(3), "Look again.")
    assert isinstance(refused, Refused)
    assert refused.race_lost
    assert [(one.code, one.why, one.mend) for one in refused.reasons] == [
        ("race_lost", "taken", "Look again.")
    ]
