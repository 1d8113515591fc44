"""The rules about the order of a series, its preparation and its completeness."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.appointment import Appointment
from scheduler.domain.treatment import Step, StepKind, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.integration import doses_left_without, how_missing, or_declined
from scheduler.rules.question import Question
from scheduler.rules.windows import too_late, too_soon, windows_that_mean
from scheduler.rules.wording import limit, listed, measured


def visits_follow_the_order_of_the_protocol(question: Question) -> Iterator[Breach]:
    """Preparation, dose, contact, integration and review build on one another: a visit comes after those it builds on.

    Counted between the two visits in elapsed time, or in calendar days where the protocol says so, as far apart as it
    asks.
    """
    windows = tuple(windows_that_mean(question, WindowMeaning.ORDER))
    yield from too_soon(question, windows)
    yield from too_late(question, windows)


def preparation_is_over_long_enough_before_the_dose(question: Question) -> Iterator[Breach]:
    """The patient needs time between the last talk and the dose, to think and to say no.

    Counted in elapsed hours from the end of the preparation visit, or in calendar days where the protocol says so.
    """
    yield from too_soon(question, windows_that_mean(question, WindowMeaning.PREPARATION))


def preparation_is_recent_enough_at_the_dose(question: Question) -> Iterator[Breach]:
    """A preparation that lies too far back no longer prepares: what was agreed and what was told may have changed.

    Counted in elapsed time, or in calendar days where the protocol says so; a prescriber may judge that it still holds.
    """
    yield from too_late(question, windows_that_mean(question, WindowMeaning.PREPARATION))


def every_preparation_takes_place_before_the_first_dose(question: Question) -> Iterator[Breach]:
    """A screening or preparation that was called off and not booked again leaves the patient unprepared for the dose.

    A prescriber may judge that the patient is prepared without it. A new series is judged whole by a rule of its own.
    """
    if not question.series.id or not question.doses:
        return
    first = question.doses[0]
    for step in question.protocol.steps:
        before = step.kind in (StepKind.SCREENING, StepKind.PREPARATION)
        if before and question.visit(step.key) is None and not question.may_be_missing(step):
            yield Breach(
                (first,),
                f"{step.key} ({step.title}) does not take place; {first.step} is on {question.said(first.start)}",
                f"book {step.key} again before {first.step}",
                (step.key,),
            )


def there_are_no_more_doses_than_the_protocol_allows(question: Question) -> Iterator[Breach]:
    """Repeated doses carry the risks of long use, so a series has a most; more is a new series after a review."""
    doses, most = question.doses, question.protocol.most_doses
    if len(doses) > most:
        yield Breach(
            doses,
            f"the series has {len(doses)} doses; at most {most} are allowed",
            f"leave out {len(doses) - most} of {listed(visit.step for visit in doses)}",
        )


def a_new_series_is_booked_whole(question: Question) -> Iterator[Breach]:
    """A series is booked with every visit its protocol asks for, and each of them once, or not at all.

    A visit that the patient may decline, as the integration after a dose, is booked or declined in so many words:
    what is merely left out is forgotten, unless the protocol calls it optional. Once booked, a series may lose visits
    one by one; what that means for the rest is judged by the rules about preparation and integration. No visit is ever
    booked twice.
    """
    for step in question.protocol.steps:
        booked = tuple(visit for visit in question.visits if visit.step == step.key)
        if len(booked) > 1:
            yield _too_often(question, step, booked)
        elif not booked and not question.series.id and not question.may_be_missing(step):
            yield from _not_there(question, step)


def _not_there(question: Question, step: Step) -> Iterator[Breach]:
    """Yield the breach at the doses that need the step, and on its own where no dose says when it is due."""
    at_doses = [breach for breach in doses_left_without(question) if step.key in breach.missing]
    why = f"{step.key} ({step.title}) {how_missing(question, step)}"
    yield from at_doses or [Breach((), why, f"book {step.key}{or_declined(step)}", (step.key,))]


def _too_often(question: Question, step: Step, booked: tuple[Appointment, ...]) -> Breach:
    times = listed(question.said(visit.start) for visit in booked)
    return Breach(
        booked,
        f"{step.key} ({step.title}) is there {len(booked)} times, on {times}; the protocol asks for it once",
        f"keep {step.key} once and leave the {'other' if len(booked) == 2 else 'others'} out",
    )


def a_visit_lasts_as_long_as_its_phases(question: Question) -> Iterator[Breach]:
    """From arrival to discharge a visit takes all its phases; observation and recovery are never cut short."""
    for visit in question.ahead:
        asked = question.step_of(visit).length
        if visit.interval.duration < asked:
            yield Breach(
                (visit,),
                f"{visit.step} lasts {measured(visit.interval.duration)} from {question.said(visit.start)}; "
                f"its phases take {limit(asked)}",
                f"let {visit.step} end at {question.said(visit.start + asked)} or later",
            )


def a_new_visit_does_not_start_in_the_past(question: Question) -> Iterator[Breach]:
    """What is booked is still to come. A visit that starts this very moment does not lie in the past."""
    now = question.diary.as_of
    for visit in question.visits:
        if question.is_new(visit) and visit.start < now:
            yield Breach(
                (visit,),
                f"{visit.step} would start at {question.said(visit.start)}, "
                f"{measured(now - visit.start)} before now ({question.said(now)})",
                f"start {visit.step} at {question.said(now)} or later",
            )
