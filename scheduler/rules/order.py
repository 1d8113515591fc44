"""The rules about the order of a series, its preparation and its completeness."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.appointment import Appointment
from scheduler.domain.telling import told, told_of_number
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
                told(
                    "%(step)s (%(title)s) does not take place; %(first)s is on %(time)s",
                    step=step.key,
                    title=step.title,
                    first=first.step,
                    time=question.said(first.start),
                ),
                told("book %(step)s again before %(first)s", step=step.key, first=first.step),
                (step.key,),
            )


def there_are_no_more_doses_than_the_protocol_allows(question: Question) -> Iterator[Breach]:
    """Repeated doses carry the risks of long use, so a series has a most; more is a new series after a review."""
    doses, most = question.doses, question.protocol.most_doses
    if len(doses) > most:
        yield Breach(
            doses,
            told("the series has %(doses)s doses; at most %(most)s are allowed", doses=len(doses), most=most),
            told(
                "leave out %(number)s of %(doses)s",
                number=len(doses) - most,
                doses=listed(visit.step for visit in doses),
            ),
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
    called = told("%(step)s (%(title)s)", step=step.key, title=step.title)
    mend = told("book %(step)s", step=step.key)
    yield from at_doses or [
        Breach((), how_missing(question, step, called), or_declined(step, mend), (step.key,))
    ]


def _too_often(question: Question, step: Step, booked: tuple[Appointment, ...]) -> Breach:
    times = listed(question.said(visit.start) for visit in booked)
    return Breach(
        booked,
        told(
            "%(step)s (%(title)s) is there %(number)s times, on %(times)s; the protocol asks for it once",
            step=step.key,
            title=step.title,
            number=len(booked),
            times=times,
        ),
        told_of_number(
            "keep %(step)s once and leave the other out",
            "keep %(step)s once and leave the others out",
            len(booked) - 1,
            step=step.key,
        ),
    )


def a_visit_lasts_as_long_as_its_phases(question: Question) -> Iterator[Breach]:
    """From arrival to discharge a visit takes all its phases; observation and recovery are never cut short."""
    for visit in question.ahead:
        asked = question.step_of(visit).length
        if visit.interval.duration < asked:
            yield Breach(
                (visit,),
                told(
                    "%(step)s lasts %(length)s from %(start)s; its phases take %(asked)s",
                    step=visit.step,
                    length=measured(visit.interval.duration),
                    start=question.said(visit.start),
                    asked=limit(asked),
                ),
                told(
                    "let %(step)s end at %(time)s or later",
                    step=visit.step,
                    time=question.said(visit.start + asked),
                ),
            )


def a_new_visit_does_not_start_in_the_past(question: Question) -> Iterator[Breach]:
    """What is booked is still to come. A visit that starts this very moment does not lie in the past."""
    now = question.diary.as_of
    for visit in question.visits:
        if question.is_new(visit) and visit.start < now:
            yield Breach(
                (visit,),
                told(
                    "%(step)s would start at %(start)s, %(length)s before now (%(now)s)",
                    step=visit.step,
                    start=question.said(visit.start),
                    length=measured(now - visit.start),
                    now=question.said(now),
                ),
                told("start %(step)s at %(time)s or later", step=visit.step, time=question.said(now)),
            )
