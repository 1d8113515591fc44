"""The rules about what follows a dose: integration, contact, consolidation, review, and not driving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.telling import told
from scheduler.domain.treatment import Step, Window, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.windows import Bound, in_time, too_late, too_soon, windows_that_mean
from scheduler.rules.wording import limit, measured

ARRIVAL = timedelta(minutes=15)
"""Patients are asked to arrive this long before a visit starts (clinics ask for 15 to 60 minutes)."""


def integration_waits_until_the_patient_has_rested(question: Question) -> Iterator[Breach]:
    """Integration works with the experience, not within it: it does not come before the patient has slept on it.

    Counted from the planned discharge in elapsed hours, or in calendar days where the protocol says so.
    """
    yield from too_soon(question, windows_that_mean(question, WindowMeaning.INTEGRATION))


def integration_comes_while_the_experience_is_fresh(question: Question) -> Iterator[Breach]:
    """What a dose opened closes again within days, so integration comes inside its window.

    Counted from the planned discharge in elapsed hours, or in calendar days where the protocol says so.
    """
    yield from too_late(question, windows_that_mean(question, WindowMeaning.INTEGRATION))


def integration_is_over_before_the_next_dose(question: Question) -> Iterator[Breach]:
    """Each experience is worked with before the next one begins; this holds beside the window after the dose."""
    windows = tuple(windows_that_mean(question, WindowMeaning.INTEGRATION_BEFORE_DOSE))
    yield from too_soon(question, windows)
    yield from too_late(question, windows)


def every_dose_has_its_integration(question: Question) -> Iterator[Breach]:
    """Integration is offered after every dose, and the patient may decline it, which is then recorded.

    One that the protocol calls optional is there for those who ask for it, and nobody misses it.

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
    for dose, step, windows in _integrations_missing(question):
        bounds = [in_time(question, window, dose) for window in windows]
        last = min((latest for _, latest in bounds if latest is not None), default=None)
        over = question.is_history(dose)
        if over and last is not None and last.at < question.diary.as_of:
            continue
        why = told(
            "%(dose)s on %(time)s has no integration: %(missing)s",
            dose=dose.step,
            time=question.said(dose.start),
            missing=how_missing(question, step, step.key),
        )
        mend = or_declined(step, _booked(step, max(earliest for earliest, _ in bounds), last))
        found.append(Breach(() if over else (dose,), why, mend, (step.key,)))
    return tuple(found)


def _integrations_missing(question: Question) -> Iterator[tuple[Appointment, Step, list[Window]]]:
    """Yield each dose with an integration that is not there and may not be missing, and in which windows it belongs."""
    asked: dict[tuple[str, str], list[Window]] = {}
    for window in question.protocol.windows:
        if window.meaning is WindowMeaning.INTEGRATION:
            asked.setdefault((window.from_step, window.to_step), []).append(window)
    for (before, after), windows in asked.items():
        dose, step = question.visit(before), question.protocol.step(after)
        if dose is not None and question.visit(after) is None and not question.may_be_missing(step):
            yield dose, step, windows


def _booked(step: Step, first: Bound, last: Bound | None) -> str:
    if last is None:
        return told("book %(step)s from %(first)s", step=step.key, first=first.said)
    return told(
        "book %(step)s between %(first)s and %(last)s", step=step.key, first=first.said, last=last.said
    )


def how_missing(question: Question, step: Step, called: str) -> str:
    """Return in words what is wrong with a step that has no visit, and is called so."""
    if step.key in question.series.declined:
        return told("%(step)s cannot be declined", step=called)
    if step.declinable:
        return told("%(step)s is neither booked nor declined", step=called)
    return told("%(step)s is not booked", step=called)


def or_declined(step: Step, mend: str) -> str:
    """Return a mend with what else would do; as it is where the patient may not decline the step."""
    return told("%(mend)s, or record that the patient declined it", mend=mend) if step.declinable else mend


def follow_up_waits_long_enough(question: Question) -> Iterator[Breach]:
    """A contact, consolidation or review that comes too early cannot see what it is there to see."""
    yield from too_soon(question, windows_that_mean(question, WindowMeaning.FOLLOW_UP))


def follow_up_comes_in_time(question: Question) -> Iterator[Breach]:
    """Nobody is left alone after a dose: contact, consolidation and review come inside their windows."""
    yield from too_late(question, windows_that_mean(question, WindowMeaning.FOLLOW_UP))


def nobody_has_to_come_while_they_may_not_drive(question: Question) -> Iterator[Breach]:
    """After a dose the patient may not drive; a visit in person meanwhile needs somebody who brings them.

    Counted in elapsed hours from the discharge to the arrival, 15 minutes before the visit. Calls are free.
    """
    for dose in question.visits:
        ban = question.step_of(dose).no_driving
        if not ban:
            continue
        for visit in question.visits:
            arrival = visit.start - ARRIVAL
            if visit.room is None or visit.start < dose.over_at or arrival >= dose.over_at + ban:
                continue
            yield Breach(
                (dose, visit),
                told(
                    "the patient arrives for %(step)s %(length)s after the discharge of %(dose)s, within the %(ban)s "
                    "without driving (arrival %(arrival)s)",
                    step=visit.step,
                    length=measured(max(arrival - dose.over_at, timedelta(0))),
                    dose=dose.step,
                    ban=limit(ban),
                    arrival=question.said(arrival),
                ),
                told(
                    "start %(step)s at %(time)s or later, hold it remotely, or see that somebody brings the patient",
                    step=visit.step,
                    time=question.said(dose.over_at + ban + ARRIVAL),
                ),
            )
