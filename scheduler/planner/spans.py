"""The shortest way from the first dose to the last: besides the finish the one measure that is made as small as can be."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.treatment import StepKind
from scheduler.planner.narrowing import Narrowing
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.outline import Outline


def ends_of_treatment(outline: Outline) -> tuple[int, int]:
    """Return the numbers of the first and the last dose; of the first and last visit where there is no dose."""
    doses = outline.of_kind(StepKind.DOSING) or tuple(range(len(outline.steps)))
    return doses[0], doses[-1]


def narrowed_to_shortest(left: Narrowing) -> Narrowing:
    """Return the series with the least time between the starts of the first dose and the last."""
    first, last = ends_of_treatment(left.question.outline)
    if first == last:
        return left
    spans: dict[str, int] = {}
    for therapist, starts in left.least.items():
        most = min(spans.values(), default=starts[last] - starts[first])
        spans[therapist] = shortest(left.network, left.choices(therapist), (first, last), (starts, most))
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


def shortest(network: Network, choices: Choices, ends: tuple[int, int], known: tuple[list[int], int]) -> int:
    """Return the least distance between two steps in any solution; `known` is the least solution, and a distance.

    Distances that are not below the one known are not looked for. Going up the earliest ends and back down to the latest
    begin for each visits every solution that none beats at both ends.
    """
    first, last = ends
    least, best = known
    best = min(best, least[last] - least[first])
    while True:
        upper = list(choices.upper)
        upper[last] = least[last]
        latest = network.greatest(replace(choices, upper=tuple(upper)))
        assert latest is not None, "the least solution is one"
        best = min(best, least[last] - latest[first])
        bounds = list(least)
        bounds[first] = latest[first] + 1
        following = network.least(choices, bounds)
        if isinstance(following, Stuck):
            return best
        least = following
