"""What stands in the way of a start for the patient's sake: what is past, where the patient is, the rest of the series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told, told_joined, told_moment
from scheduler.planner.holes import Holes
from scheduler.planner.slot_obstacles import Obstacle
from scheduler.planner.slot_question import SeriesWindow, SlotQuestion
from scheduler.planner.supply import Scarcity
from scheduler.planner.timeline import Grid, slots_in
from scheduler.rules.wording import during, limit, stretch, window_words


def of_series(question: SlotQuestion) -> Iterator[Obstacle]:
    """Yield the past, the windows to other visits of the series, and the patient's other visits, absences and doses."""
    grid, key = question.grid, question.step.key
    now = told_moment(question.diary.as_of, question.zone)
    past = told("%(key)s would start before now (%(now)s)", key=key, now=now)
    yield Obstacle(
        "past", told("the time that has passed"), grid.run((question.now, grid.slots)), lambda _: [past]
    )
    for window in question.windows:
        yield _window(question, window)
    if question.too_far_over:
        yield _over_others(question)
    yield _away(question)
    if question.step.holds_dose_spacing > timedelta(0):
        yield _spacing(question)


def _window(question: SlotQuestion, bound: SeriesWindow) -> Obstacle:
    first, last = question.by_window(bound)
    limits = [f"{word} {told_moment(at, question.zone)}" for word, at in _limits(bound) if at is not None]
    why = told(
        "%(key)s may start %(limits)s, for %(window)s",
        key=question.step.key,
        limits=told_joined(limits),
        window=window_words(bound.window),
    )
    clear = question.grid.run((first, last + 1))
    return Obstacle(
        "window",
        told("the distance to %(step)s", step=bound.other.step),
        clear,
        lambda _: [why],
        told("move %(step)s", step=bound.other.step),
    )


def _limits(bound: SeriesWindow) -> tuple[tuple[str, datetime | None], ...]:
    return ("from", bound.first), ("until", bound.last)


def _over_others(question: SlotQuestion) -> Obstacle:
    def why(slot: int) -> Iterator[str]:
        return (breach.why for breach in question.breaches_over(slot))

    over = sum(1 << slot for slot in question.too_far_over)
    return Obstacle("window", told("the distance to the other doses"), question.grid.full & ~over, why)


def _away(question: SlotQuestion) -> Obstacle:
    patient, grid, zone = question.diary.patient, question.grid, question.zone

    def why(slot: int) -> Iterator[str]:
        visit = Interval(grid.at(slot), grid.at(slot + slots_in(question.step.length)))
        for claim in question.diary.taken(patient.id, Purpose.OCCUPY, visit):
            yield told(
                "the patient has %(visit)s %(stretch)s",
                visit=_visit_of(question, claim),
                stretch=stretch(claim.interval, zone),
            )
        for away in patient.unavailable_times():
            if away.overlaps(visit):
                yield told("the patient cannot come %(during)s", during=during(away, zone))

    clear = _clear_of(question.patient.while_away(question.shape), grid)
    return Obstacle(
        Scarcity.PATIENT.value, told("the patient's own time"), clear, why, told("ask the patient")
    )


def _spacing(question: SlotQuestion) -> Obstacle:
    patient, grid, zone = question.diary.patient, question.grid, question.zone
    hold = question.step.holds_dose_spacing

    def why(slot: int) -> Iterator[str]:
        start = grid.at(slot)
        held = Interval(start, grid.at(slot + slots_in(hold)))
        for claim in question.diary.taken(patient.id, Purpose.SPACING, held):
            asked = claim.interval.duration if claim.interval.start <= start else hold
            given = told_moment(claim.interval.start, zone)
            yield told(
                "the patient has %(visit)s at %(given)s; %(length)s are asked for between doses",
                visit=_visit_of(question, claim),
                given=given,
                length=limit(asked),
            )

    clear = _clear_of(question.patient.too_near_a_dose(question.shape), grid)
    return Obstacle("spacing", told("the spacing to other doses"), clear, why)


def _visit_of(question: SlotQuestion, claim: Claim) -> str:
    """Return a visit of the patient in words: of this series by its step, else as another."""
    visits = question.beside.series.appointments if question.beside else ()
    mine = next((visit.step for visit in visits if visit.id == claim.appointment), None)
    if mine is None:
        return told("another dose") if claim.purpose is Purpose.SPACING else told("another visit")
    return mine


def _clear_of(holes: Holes | None, grid: Grid) -> int:
    spans = holes.spans() if holes else ()
    return grid.full & ~grid.mask((max(0, begin), min(end, grid.slots)) for begin, end in spans)
