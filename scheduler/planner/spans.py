"""The shortest way from the first dose to the last: besides the finish the one measure that is made as small as can be."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.treatment import StepKind
from scheduler.planner.narrowing import Narrowing
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.outline import Outline, distance


def ends_of_treatment(outline: Outline) -> tuple[int, int]:
    """Return the numbers of the first and the last dose; of the first and last visit where there is no dose."""
    doses = outline.of_kind(StepKind.DOSING) or tuple(range(len(outline.steps)))
    return doses[0], doses[-1]


def narrowed_to_shortest(left: Narrowing) -> Narrowing:
    """Return the series with the least time between the starts of the first dose and the last."""
    first, last = ends_of_treatment(left.question.outline)
    if first == last:
        return left
    floor = distance(left.question.outline, first, last) or 0
    spans = {
        therapist: shortest(left.network, left.choices(therapist), (first, last, floor), starts)
        for therapist, starts in left.least.items()
    }
    best = min(spans.values())
    within = Arc(last, first, -best)
    network = left.network.plus([within])
    found = {}
    for therapist, span in spans.items():
        if span == best:
            solution = network.least(left.choices(therapist), left.least[therapist])
            assert not isinstance(solution, Stuck), "a series of this span was just found"
            found[therapist] = solution
    return replace(left, network=network, least=found)


def shortest(network: Network, choices: Choices, ends: tuple[int, int, int], least: list[int]) -> int:
    """Return the least distance between two steps in any solution, given the least solution.

    `ends` are the steps, and a distance below which none can be.

    Going up to the next least solution and back down to the latest begin for its end, again and again, visits every
    solution that none beats at both ends.
    """
    first, last, floor = ends
    best = least[last] - least[first]
    while best > floor:
        upper = list(choices.upper)
        upper[last] = least[last]
        latest = network.greatest(choices._replace(upper=tuple(upper)))
        assert latest is not None, "the least solution is one"
        best = min(best, least[last] - latest[first])
        bounds = list(least)
        bounds[first] = latest[first] + 1
        following = network.least(choices, bounds)
        if isinstance(following, Stuck):
            break
        least = following
    return best
