"""Series that a person would call different: the best by other orders of preference, and the best of other classes.

A class is a therapist and the local week of the first dose. The least series with its first dose in that week or later is
the least of the class, or lies in a later week; then the class is empty.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.treatment import StepKind
from scheduler.planner.narrowing import Narrowing, first_of
from scheduler.planner.network import Stuck
from scheduler.planner.preferences import Preference, Told, in_order, told_by
from scheduler.planner.question import Question
from scheduler.planner.spans import ends_of_treatment
from scheduler.planner.timeline import slots_in


@dataclass(frozen=True)
class Candidate:
    """One series: its therapist, the starts of its visits by number, and how well it keeps each preference, by key."""

    therapist: str
    starts: tuple[int, ...]
    told: dict[str, Told]

    def merit(self, order: Sequence[Preference]) -> tuple[object, ...]:
        """Return what puts series in order by these preferences, the best first; among equals the therapist's id decides."""
        return (*(self.told[one.key].cost for one in order if one.key in self.told), self.therapist)

    def is_no_better_than(self, other: Candidate) -> bool:
        """Say whether the other is at least as good in every preference, with the same therapist."""
        return self.therapist == other.therapist and all(
            told.cost >= other.told[key].cost for key, told in self.told.items()
        )


def earliest_of(question: Question) -> tuple[str, list[int]] | None:
    """Return the therapist and the starts of the series that is over first, every visit as early as it can be; or `None`."""
    soonest = Narrowing.soonest_of(question)
    if not soonest.least:
        return None
    finish = min(soonest.finishes.values())
    first = {
        therapist: soonest.least[therapist] for therapist, at in soonest.finishes.items() if at == finish
    }
    return first_of(first)


def best_by(left: Narrowing, first: Sequence[str]) -> Candidate:
    """Return the best of the series left, by the list of preferences with those of these keys before all others."""
    return _best(left, in_order(first))


def _best(left: Narrowing, order: Sequence[Preference]) -> Candidate:
    for place, preference in enumerate(order, start=1):
        if left.is_one:
            break
        ways = preference.ways(left)
        if len(ways) > 1:
            # What keeps it in one way is no better for that: all that comes after it decides.
            rest = order[place:]
            return min((_best(way, rest) for way in ways), key=lambda one: one.merit(rest))
        (left,) = ways
    return candidate_of(left.question, *left.best)


def different(question: Question, limit: int) -> list[Candidate]:
    """Return at most `limit` series, the best first, of which no two are alike to a person; none when nothing fits.

    After the best come those that are best when one preference counts before all others, then the best of other
    therapists and weeks. One that another of the same therapist beats in every preference comes only where there are
    too few.
    """
    if limit == 1:
        soonest = Narrowing.soonest_of(question)
        return [best_by(soonest, question.wishes.first)] if soonest.least else []
    every = Narrowing.all_of(question)
    if not every.least:
        return []
    best = best_by(every, question.wishes.first)
    chosen, known = [best], {_likeness(question, best)}
    spare: list[Candidate] = []
    for candidate in _others(question, every, best, limit):
        if len(chosen) >= limit:
            break
        if (likeness := _likeness(question, candidate)) in known:
            continue
        known.add(likeness)
        if any(candidate.is_no_better_than(other) for other in chosen):
            spare.append(candidate)
            continue
        spare += [other for other in chosen[1:] if other.is_no_better_than(candidate)]
        chosen = [best, *(other for other in chosen[1:] if other not in spare), candidate]
    return [*chosen, *spare][:limit]


def _others(question: Question, every: Narrowing, best: Candidate, limit: int) -> Iterator[Candidate]:
    # What the best one keeps as wished cannot be kept better.
    for key, told in best.told.items():
        if told.cost and key not in (
            *question.wishes.first[:1],
            "earliest_finish",
            "early_visits",
            "shortest_span",
        ):
            yield best_by(every, (key, *question.wishes.first))
    for number, (therapist, starts) in enumerate(classes(every)):
        if number > 2 * limit:
            return
        week = _narrowed_to(every, therapist, starts)
        yield best_by(week, question.wishes.first)


def classes(every: Narrowing) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the least series of each class that has any, by finish and then by therapist, with its therapist."""
    question = every.question
    finish = question.outline.finish
    heap = [(finish(starts), therapist, tuple(starts)) for therapist, starts in every.least.items()]
    heapq.heapify(heap)
    while heap:
        _, therapist, starts = heapq.heappop(heap)
        yield therapist, starts
        bounds = list(starts)
        first, _ = ends_of_treatment(question.outline)
        bounds[first] = _next_monday(question, starts[first])
        later = every.network.least(every.choices(therapist), bounds)
        if not isinstance(later, Stuck):
            heapq.heappush(heap, (finish(later), therapist, tuple(later)))


def _narrowed_to(every: Narrowing, therapist: str, starts: tuple[int, ...]) -> Narrowing:
    """Return the series of the therapist that begin in the week of this one, which is the least of them."""
    question = every.question
    first, _ = ends_of_treatment(question.outline)
    upper = list(every.upper)
    upper[first] = min(upper[first], _next_monday(question, starts[first]) - 1)
    return Narrowing(question, every.network, every.holes, tuple(upper), {therapist: list(starts)})


def _next_monday(question: Question, slot: int) -> int:
    day = local_day(question.grid.at(slot), question.zone)
    monday = day + timedelta(days=7 - day.weekday())
    return slots_in(instant_at(monday, datetime.min.time(), question.zone) - question.grid.origin)


def candidate_of(question: Question, therapist: str, starts: Sequence[int]) -> Candidate:
    """Return a series with how well it keeps each preference."""
    return Candidate(therapist, tuple(starts), told_by(question, therapist, starts))


def _likeness(question: Question, candidate: Candidate) -> tuple[str, tuple[int, ...], date]:
    """Return what two series share that a person would call alike: therapist, weekdays of the doses, week of the first."""
    outline = question.outline
    doses = outline.of_kind(StepKind.DOSING) or (0,)
    days = [local_day(question.grid.at(candidate.starts[dose]), question.zone) for dose in doses]
    monday = days[0] - timedelta(days=days[0].weekday())
    return candidate.therapist, tuple(day.weekday() for day in days), monday
