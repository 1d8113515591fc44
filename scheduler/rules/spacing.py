"""The rules about how far apart doses are given, within a series and across all series of a patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.windows import (
    Measured,
    gaps_between_doses,
    moved_to,
    too_late,
    too_soon,
    windows_that_mean,
)
from scheduler.rules.wording import day_count, limit, measured


def doses_are_spaced(question: Question) -> Iterator[Breach]:
    """A dose follows the one before only after the least gap, whichever series or site either belongs to.

    Counted from start to start in elapsed hours, or in calendar days where the protocol says so. Across series each
    dose holds the patient's dosing lane for the elapsed gap its own protocol asks for, so of two gaps both are kept.
    """
    gaps = gaps_between_doses(question)
    yield from too_soon(question, gaps)
    yield from _held_by_own_doses(question, {(gap.before.id, gap.after.id) for gap in gaps})
    for visit in question.doses:
        hold = question.step_of(visit).holds_dose_spacing
        if hold > timedelta(0):
            mine = Interval.lasting(visit.start, hold)
            for claim in _doses_elsewhere(question, mine):
                yield _beside_another(question, visit, claim, hold)


def _held_by_own_doses(question: Question, measured_pairs: set[tuple[str, str]]) -> Iterator[Breach]:
    for before, after in zip(question.doses, question.doses[1:], strict=False):
        pair = (before.id, after.id)
        hold = question.step_of(before).holds_dose_spacing
        gap = after.start - before.start
        if gap < hold and pair not in measured_pairs and pair[::-1] not in measured_pairs:
            yield Breach(
                (before, after),
                told(
                    "%(later)s starts %(gap)s after the start of %(earlier)s; at least %(least)s are asked for "
                    "(%(start)s to %(end)s)",
                    later=after.step,
                    gap=measured(gap),
                    earlier=before.step,
                    least=limit(hold),
                    start=question.said(before.start),
                    end=question.said(after.start),
                ),
                told(
                    "start %(step)s at %(time)s or later",
                    step=after.step,
                    time=question.said(before.start + hold),
                ),
            )


def _doses_elsewhere(question: Question, hold: Interval) -> tuple[Claim, ...]:
    own = {visit.id for visit in question.series.appointments}
    taken = question.diary.taken(question.diary.patient.id, Purpose.SPACING, hold)
    return tuple(claim for claim in taken if claim.appointment not in own)


def _beside_another(question: Question, visit: Appointment, claim: Claim, hold: timedelta) -> Breach:
    theirs = claim.interval
    if theirs.start <= visit.start:
        return Breach(
            (visit,),
            told(
                "%(step)s starts %(gap)s after a dose of another series; at least %(least)s are asked for "
                "(%(start)s to %(end)s)",
                step=visit.step,
                gap=measured(visit.start - theirs.start),
                least=limit(theirs.duration),
                start=question.said(theirs.start),
                end=question.said(visit.start),
            ),
            told("start %(step)s at %(time)s or later", step=visit.step, time=question.said(theirs.end)),
        )
    return Breach(
        (visit,),
        told(
            "a dose of another series starts %(gap)s after %(step)s; at least %(least)s are asked for "
            "(%(start)s to %(end)s)",
            gap=measured(theirs.start - visit.start),
            step=visit.step,
            least=limit(hold),
            start=question.said(visit.start),
            end=question.said(theirs.start),
        ),
        told(
            "start %(step)s at %(time)s or earlier", step=visit.step, time=question.said(theirs.start - hold)
        ),
    )


def the_next_dose_comes_before_the_last_has_faded(question: Question) -> Iterator[Breach]:
    """One dose lasts a few days to about a week; after too long a gap the series has to be planned anew.

    Counted from start to start, in elapsed time or in calendar days as the protocol says; over a dose that was called
    off the gap runs on. A prescriber may accept a longer gap.
    """
    yield from too_late(question, gaps_between_doses(question))


def doses_within_a_week_are_few_enough(question: Question) -> Iterator[Breach]:
    """In any stretch of a week no more doses are given than the protocol allows.

    A week is counted in elapsed time, or in calendar days where the protocol says so, from the start of one dose to the
    start of the dose that many later.
    """
    order = {step.key: place for place, step in enumerate(question.protocol.of_kind(StepKind.DOSING))}
    yield from too_late(question, windows_that_mean(question, WindowMeaning.DOSES_PER_WEEK))
    limits = {
        (order[w.to_step] - order[w.from_step], w.at_least, w.counted): w
        for w in question.protocol.windows
        if w.meaning is WindowMeaning.DOSES_PER_WEEK and {w.from_step, w.to_step} <= order.keys()
    }
    doses = question.doses
    for (most, *_), window in sorted(limits.items()):
        for first in range(len(doses) - most):
            group = doses[first : first + most + 1]
            found = Measured(window, group[0], group[-1], question.diary.site.zone)
            if found.distance < window.at_least:
                yield _too_many(question, found, group)


def _too_many(question: Question, found: Measured, group: tuple[Appointment, ...]) -> Breach:
    span = day_count(found.distance) if found.by_date else measured(found.distance)
    return Breach(
        group,
        told(
            "%(doses)s doses start within %(span)s, from %(first)s to %(last)s; at most %(most)s may start within "
            "%(length)s (%(start)s to %(end)s)",
            doses=len(group),
            span=span,
            first=group[0].step,
            last=group[-1].step,
            most=len(group) - 1,
            length=found.said(found.window.at_least),
            start=question.said(group[0].start),
            end=question.said(group[-1].start),
        ),
        told("%(moved)s or later", moved=moved_to(question, found, found.window.at_least)),
    )


def the_doses_lie_within_the_span_of_the_series(question: Question) -> Iterator[Breach]:
    """The doses of an induction work as one block, so the last comes within the span counted from the first.

    Counted from the start of the first dose to the start of the last, in elapsed days or in calendar days as the
    protocol says.
    """
    windows = tuple(windows_that_mean(question, WindowMeaning.DOSING_SPAN))
    yield from too_soon(question, windows)
    yield from too_late(question, windows)
