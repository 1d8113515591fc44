"""The rules about what follows a dose: integration, contact, consolidation, review, and not driving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.treatment import WindowMeaning
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
    """Integration is offered after every dose; the patient may decline it, which is then recorded."""
    series = question.series
    for window in question.protocol.windows:
        dose = question.visit(window.from_step)
        if window.meaning is not WindowMeaning.INTEGRATION or dose is None or question.visit(window.to_step):
            continue
        step = question.protocol.step(window.to_step)
        if step.declinable and step.key in series.declined:
            continue
        last = "" if window.at_most is None else f" and {question.said(dose.discharge + window.at_most)}"
        first = question.said(dose.discharge + window.at_least)
        yield Breach(
            (dose,),
            f"{dose.step} on {question.said(dose.start)} has no integration: {step.key} is neither booked nor declined",
            f"book {step.key} {'between' if last else 'from'} {first}{last}"
            + (", or record that the patient declined it" if step.declinable else ""),
            (step.key,),
        )


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
