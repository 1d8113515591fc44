"""What tells proposals apart, in words: what each is best at, and how it differs from the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from scheduler.domain.clock import local_day
from scheduler.domain.telling import told, told_of_number
from scheduler.domain.treatment import StepKind
from scheduler.planner.alternatives import Candidate
from scheduler.planner.preferences import Preference, Told, in_order
from scheduler.planner.question import Question

_SEEN = "early_visits"
"""How early visits are is seen from their dates; it is said only where it was asked for before all else."""

MOST_SAID = 3
"""Of what a series is best at, no more is said than can be seen at once."""

WEEK = timedelta(weeks=1)


def standing_out(question: Question, candidates: Sequence[Candidate]) -> tuple[tuple[str, ...], ...]:
    """Return for each series, the best first, what sets it apart; nothing where there is only one."""
    if len(candidates) < 2:
        return tuple(() for _ in candidates)
    first, *others = candidates
    return (
        _best_of_all(question, first, others),
        *(_compared(question, one, candidates) for one in others),
    )


def _best_of_all(question: Question, first: Candidate, others: Sequence[Candidate]) -> tuple[str, ...]:
    kept, ahead = [], []
    for preference, found in _told(question, first):
        rivals = [one.told[preference.key] for one in others]
        asked_first = preference.key in question.wishes.first
        if _holds(preference, found, rivals):
            kept.append(preference.name)
            if asked_first or any(_better(found, other) for other in rivals):
                ahead.append(preference.name)
        elif asked_first and not any(_better(other, found) for other in rivals):
            ahead.append(told("nearest to %(name)s", name=preference.name))
    # Where none is behind it, what comes first on the list still says why it comes first.
    return tuple(ahead[:MOST_SAID] or kept[:1])


def _compared(question: Question, one: Candidate, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    first, better = candidates[0], []
    for preference, found in _told(question, one):
        if _better(found, first.told[preference.key]):
            rivals = [other.told[preference.key] for other in candidates]
            beaten = any(_better(other, found) for other in rivals)
            holds = _holds(preference, found, rivals)
            better.append(
                preference.name
                if holds
                else told("nearer to %(name)s", name=preference.name)
                if beaten
                else told("nearest to %(name)s", name=preference.name)
            )
    return (*better[:MOST_SAID], *_unlike(question, one, first)) or (told("doses on other weekdays"),)


def _told(question: Question, one: Candidate) -> Iterator[tuple[Preference, Told]]:
    for preference in in_order(question.wishes.first):
        if preference.key in one.told and (preference.key != _SEEN or _SEEN in question.wishes.first):
            yield preference, one.told[preference.key]


def _holds(preference: Preference, found: Told, others: Sequence[Told]) -> bool:
    """Say whether the name of a preference is true of a series among these: it is kept, or nobody has less."""
    if preference.by_degree:
        return not any(_better(other, found) for other in others)
    return found.cost == 0


def _better(one: Told, other: Told) -> bool:
    # What reads the same is the same to people: a quarter of an hour in the span of six weeks, for one.
    return one.cost < other.cost and one.words != other.words


def _unlike(question: Question, one: Candidate, first: Candidate) -> Iterator[str]:
    # Of the therapist who was wished for that is said already.
    if one.therapist not in (first.therapist, question.wishes.rather):
        yield told("another therapist")
    weeks = (_monday(question, one) - _monday(question, first)) // WEEK
    if weeks:
        if weeks > 0:
            yield told_of_number("first dose a week later", "first dose %(num)s weeks later", weeks)
        else:
            yield told_of_number("first dose a week earlier", "first dose %(num)s weeks earlier", -weeks)


def _monday(question: Question, one: Candidate) -> date:
    """Return the Monday of the week in which the first dose lies; any Monday where there is no dose."""
    doses = question.outline.of_kind(StepKind.DOSING)
    day = local_day(question.grid.at(one.starts[doses[0]]), question.zone) if doses else date.min
    return day - timedelta(days=day.weekday())
