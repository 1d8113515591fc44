"""The rules about what follows a dose: integration, contact, consolidation, review, and not driving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scheduler.domain.treatment import Step, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.windows import too_late, too_soon, windows_that_mean
from scheduler.rules.wording import limit, measured

ARRIVAL = timedelta(minutes=15)
"""Patients are asked to arrive this long before a visit starts (clinics ask for 15 to 60 minutes)."""


def integration_waits_until_the_patient_has_rested(question: Question) -> Iterator[Breach]:
    """Integration works with the experience, not within it: it does not come before the patient has slept on it.

    Counted in elapsed hours from the planned discharge.
    """
    yield from too_soon(question, windows_that_mean(question, WindowMeaning.INTEGRATION))


def integration_comes_while_the_experience_is_fresh(question: Question) -> Iterator[Breach]:
    """What a dose opened closes again within days, so integration comes inside its window.

    Counted in elapsed hours from the planned discharge.
    """
    yield from too_late(question, windows_that_mean(question, WindowMeaning.INTEGRATION))


def integration_is_over_before_the_next_dose(question: Question) -> Iterator[Breach]:
    """Each experience is worked with before the next one begins; this holds beside the window after the dose."""
    windows = tuple(windows_that_mean(question, WindowMeaning.INTEGRATION_BEFORE_DOSE))
    yield from too_soon(question, windows)
    yield from too_late(question, windows)


def every_dose_has_its_integration(question: Question) -> Iterator[Breach]:
    """Integration is offered after every dose, and the patient may decline it, which is then recorded.

    A new series is judged whole by a rule of its own. This one watches over a series that is booked: where an
    integration is called off later, its dose stands and the patient may still say no, so that staff are told to book
    it again or to record that it was declined, and nobody is stopped. After the dose it is told until the window closes.
    """
    if question.series.id:
        yield from doses_left_without(question)


def doses_left_without(question: Question) -> tuple[Breach, ...]:
    """Return each dose whose integration is neither there nor rightly declined, with the step that is missing.

    A dose that is over is named only while its window is open, and as no visit that could still be changed.
    """
    found: list[Breach] = []
    for window in question.protocol.windows:
        dose = question.visit(window.from_step)
        if window.meaning is not WindowMeaning.INTEGRATION or dose is None or question.visit(window.to_step):
            continue
        step = question.protocol.step(window.to_step)
        if step.declinable and step.key in question.series.declined:
            continue
        first = dose.discharge + window.at_least
        last = None if window.at_most is None else dose.discharge + window.at_most
        over = question.is_history(dose)
        if over and last is not None and last < question.diary.as_of:
            continue
        missing = f"{step.key} {how_missing(question, step)}"
        why = f"{dose.step} on {question.said(dose.start)} has no integration: {missing}"
        mend = f"book {step.key} {_when(question, first, last)}{or_declined(step)}"
        found.append(Breach(() if over else (dose,), why, mend, (step.key,)))
    return tuple(found)


def _when(question: Question, first: datetime, last: datetime | None) -> str:
    if last is None:
        return f"from {question.said(first)}"
    return f"between {question.said(first)} and {question.said(last)}"


def how_missing(question: Question, step: Step) -> str:
    """Return in words what is wrong with a step that has no visit."""
    if step.key in question.series.declined:
        return "cannot be declined"
    return "is neither booked nor declined" if step.declinable else "is not booked"


def or_declined(step: Step) -> str:
    """Return the end of a mend that says what else would do; empty where the patient may not decline the step."""
    return ", or record that the patient declined it" if step.declinable else ""


def follow_up_waits_long_enough(question: Question) -> Iterator[Breach]:
    """A contact, consolidation or review that comes too early cannot see what it is there to see."""
    yield from too_soon(question, windows_that_mean(question, WindowMeaning.FOLLOW_UP))


def follow_up_comes_in_time(question: Question) -> Iterator[Breach]:
    """Nobody is left alone after a dose: contact, consolidation and review come inside their windows."""
    yield from too_late(question, windows_that_mean(question, WindowMeaning.FOLLOW_UP))


def nobody_has_to_come_while_they_may_not_drive(question: Question) -> Iterator[Breach]:
    """After a dose the patient may not drive; a visit in person meanwhile needs somebody who brings them.

    Counted in elapsed hours from the planned discharge to the arrival, 15 minutes before the visit. Calls are free.
    """
    for dose in question.visits:
        ban = question.step_of(dose).no_driving
        if not ban:
            continue
        for visit in question.visits:
            arrival = visit.start - ARRIVAL
            if visit.room is None or visit.start < dose.discharge or arrival >= dose.discharge + ban:
                continue
            yield Breach(
                (dose, visit),
                f"the patient arrives for {visit.step} {measured(max(arrival - dose.discharge, timedelta(0)))} after "
                f"the discharge of {dose.step}, within the {limit(ban)} without driving (arrival "
                f"{question.said(arrival)})",
                f"start {visit.step} at {question.said(dose.discharge + ban + ARRIVAL)} or later, hold it remotely, "
                "or see that somebody brings the patient",
            )
