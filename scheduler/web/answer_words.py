"""What patients answered and who confirmed, in words: on the pages of a visit, a series, a day and the conflicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.answers import Answer, AnswerWay, VisitAnswer
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.people import Patient
from scheduler.domain.visit_day import VisitEvent
from scheduler.store.answers import answer_to, answers_to, waiting_answers
from scheduler.store.appointments import appointment as stored
from scheduler.store.glances import patients_named
from scheduler.store.visit_events import confirmations_of
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.words import moment_in

_WORDS = Spoken(
    {
        Answer.ACCEPTED: mark("The patient said yes to the invitation"),
        Answer.DECLINED: mark("The patient said no to the invitation"),
        Answer.TENTATIVE: mark("The patient answered the invitation with maybe"),
        Answer.CALL_WANTED: mark("The patient asks to be called"),
        Answer.OTHER_TIME: mark("The patient needs another time"),
    }
)

_YES = Spoken(
    {
        AnswerWay.LINK: mark("The patient said yes by the link in a message"),
        AnswerWay.TEXT: mark("The patient said yes by text"),
    }
)

_BY = Spoken(
    {
        AnswerWay.INVITATION: mark("by the patient, by the invitation"),
        AnswerWay.LINK: mark("by the patient, by the link in a message"),
        AnswerWay.TEXT: mark("by the patient, by text"),
    }
)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One answer after which somebody is to call the patient; `said` is what it was, in words."""

    visit: Appointment
    patient: Patient
    said: str
    received_at: datetime


def waiting_at(site: str, now: datetime) -> tuple[WaitingLine, ...]:
    """Return the answers at a site that wait for somebody, by when their visits start; for use in one reading."""
    found = waiting_answers(site, now)
    visits = {one.appointment: stored(one.appointment) for one in found}
    patients = patients_named(visit.patient for visit in visits.values())
    return tuple(
        WaitingLine(
            visits[one.appointment],
            patients[visits[one.appointment].patient],
            answer_said(one),
            one.received_at,
        )
        for one in found
    )


def answer_said(answer: VisitAnswer) -> str:
    """Return what an answer says, without its end."""
    if answer.answer is Answer.ACCEPTED and answer.way in _YES:
        return _YES[answer.way]
    return _WORDS[answer.answer]


def answer_in_words(visit: Appointment, zone: str) -> str:
    """Return what a patient answered about a visit at the time it has, empty where there is no answer.

    Nor is a yes told to a visit that is confirmed: by whom and how is told in its place.
    """
    answer = answer_to(visit.id)
    if answer is None or not _holds(answer, visit):
        return ""
    if answer.answer is Answer.ACCEPTED and visit.state is AppointmentState.CONFIRMED:
        return ""
    told = f"{answer_said(answer)}, {moment_in(answer.answered_at, zone)}"
    if answer.settled_at:
        at = moment_in(answer.settled_at, zone)
        told = said("%(answer)s, settled %(time)s", answer=told, time=at)
    return f"{told}."


def waiting_of(visits: Collection[Appointment]) -> Mapping[str, str]:
    """Return what the patient answered about those of the visits whose answer waits for somebody, by visit."""
    answers = answers_to([visit.id for visit in visits])
    return {
        visit.id: answer_said(answer)
        for visit in visits
        if (answer := answers.get(visit.id)) is not None and answer.waits and _holds(answer, visit)
    }


def confirmed_in_words(visits: Collection[Appointment], zone: str) -> Mapping[str, str]:
    """Return who confirmed each of the visits that are confirmed, how and when, by visit."""
    confirmed = [visit.id for visit in visits if visit.state is AppointmentState.CONFIRMED]
    events = confirmations_of(confirmed) if confirmed else {}
    return {visit: f"{who_noted(event)}, {moment_in(event.at, zone)}" for visit, event in events.items()}


def who_noted(event: VisitEvent) -> str:
    """Return by whom something about a visit was said, and how."""
    return said("by hand, %(name)s", name=event.noted_by) if event.way is None else _BY[event.way]


def _holds(answer: VisitAnswer, visit: Appointment) -> bool:
    return visit.state.takes_time and answer.start == visit.start
