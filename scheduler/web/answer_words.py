"""What patients answered to invitations, in words: on the page of a visit, of a series, and among the conflicts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.answers import Answer, VisitAnswer
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient
from scheduler.store.answers import answer_to, answers_to, waiting_answers
from scheduler.store.appointments import appointment as stored
from scheduler.store.glances import patients_named
from scheduler.web.words import moment_in

_WORDS = {
    Answer.ACCEPTED: "The patient said yes to the invitation",
    Answer.DECLINED: "The patient said no to the invitation",
    Answer.TENTATIVE: "The patient answered the invitation with maybe",
}


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """One no that nobody has seen to yet."""

    visit: Appointment
    patient: Patient
    received_at: datetime


def refusals_at(site: str, now: datetime) -> tuple[RefusalLine, ...]:
    """Return the noes of a site that wait, by when their visits start; for use in one reading."""
    found = waiting_answers(site, now)
    visits = {one.appointment: stored(one.appointment) for one in found}
    patients = patients_named(visit.patient for visit in visits.values())
    return tuple(
        RefusalLine(visits[one.appointment], patients[visits[one.appointment].patient], one.received_at)
        for one in found
    )


def answer_in_words(visit: Appointment, zone: str) -> str:
    """Return what a patient answered to the invitation to a visit at the time it has, empty where there is no answer."""
    answer = answer_to(visit.id)
    if answer is None or not _holds(answer, visit):
        return ""
    settled = f", settled {moment_in(answer.settled_at, zone)}" if answer.settled_at else ""
    return f"{_WORDS[answer.answer]}, {moment_in(answer.answered_at, zone)}{settled}."


def declined_of(visits: Collection[Appointment]) -> tuple[Appointment, ...]:
    """Return those of the visits to which the patient said no, which nobody has seen to."""
    answers = answers_to([visit.id for visit in visits])
    return tuple(
        visit
        for visit in visits
        if (answer := answers.get(visit.id)) is not None
        and answer.answer is Answer.DECLINED
        and answer.settled_at is None
        and _holds(answer, visit)
    )


def _holds(answer: VisitAnswer, visit: Appointment) -> bool:
    return visit.state.takes_time and answer.start == visit.start
