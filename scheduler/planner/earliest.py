"""When the earliest complete series would be over: all that is asked of a question in which one thing is conceded."""

from __future__ import annotations

from scheduler.planner.network import Choices, Network, Stuck
from scheduler.planner.question import NOBODY, Question


def earliest(question: Question, network: Network | None = None, before: int | None = None) -> int | None:
    """Return the slot at which the earliest series is over, by these windows instead of the protocol's if any are given.

    `None` when there is no series, or none that is over before a slot.
    """
    windows = question.network if network is None else network
    last = None if before is None else before - 1
    not_before = question.lower
    if len(question.therapists) > 1:
        # What does not fit if every visit may have another therapist fits with no single one; and none is sooner.
        anybody = windows.least(_over_by(question, question.choices(NOBODY), last), not_before)
        if isinstance(anybody, Stuck):
            return None
        not_before = tuple(anybody)
    best: int | None = None
    for therapist in question.therapists:
        found = windows.least(_over_by(question, question.choices(therapist), last), not_before)
        if not isinstance(found, Stuck):
            # Whoever comes next need not be looked at any further than this.
            best = last = question.outline.finish(found)
    return best


def _over_by(question: Question, choices: Choices, last: int | None) -> Choices:
    """Return the starts from which a visit is over by a slot, `None` for any."""
    if last is None:
        return choices
    lengths = question.outline.lengths
    upper = (min(u, last - length) for u, length in zip(choices.upper, lengths, strict=True))
    return choices._replace(upper=tuple(upper))
