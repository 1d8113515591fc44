"""What an answer of a patient's does to a visit, by whichever way it came: the one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.access.permissions import SYSTEM
from scheduler.domain.answers import UNSUITABLE, Answer, AnswerWay, VisitAnswer
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.visit_day import VisitEvent
from scheduler.store import answers, appointments
from scheduler.store.audit import AuditEntry, record
from scheduler.store.visit_events import confirmations_of, note_event

ANSWERABLE = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED})
"""The states of visits that are still to come and that the patient knows of."""


class Left(StrEnum):
    """Why an answer changed nothing."""

    NOT_INVITED = "not_invited"
    OUTDATED = "outdated"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as it was given: to the visit at `start`, as calendars counted `sequence` then; `answered_at` is UTC."""

    answer: Answer
    start: datetime
    sequence: int
    answered_at: datetime
    way: AnswerWay


def is_answerable(state: AppointmentState, start: datetime, told: datetime, now: datetime) -> bool:
    """Say whether a visit in this state, at `start`, can still be answered that was told to be at `told`."""
    return state in ANSWERABLE and start == told and start > now


def note_answer(visit: Appointment, given: GivenAnswer, now: datetime) -> VisitAnswer | Left:
    """Keep an answer in place of the one before; a yes to a booked visit confirms it, a no after that takes it back.

    No answer changes anything else. For use within the lock of the visit. `OUTDATED` where the visit has another time, is
    called off or has begun.
    """
    if not is_answerable(visit.state, visit.start, given.start, now):
        return Left.OUTDATED
    kept = VisitAnswer(
        appointment=visit.id,
        site=visit.site,
        answer=given.answer,
        start=visit.start,
        sequence=given.sequence,
        answered_at=given.answered_at,
        received_at=now,
        way=given.way,
    )
    answers.keep_answer(kept)
    if given.answer is Answer.ACCEPTED and visit.state is AppointmentState.BOOKED:
        _go_on(visit, AppointmentState.CONFIRMED, given.way, now)
    elif given.answer in UNSUITABLE and visit.state is AppointmentState.CONFIRMED and _is_newer(visit, given):
        _go_on(visit, AppointmentState.BOOKED, given.way, now)
    details = {"answer": given.answer.value, "way": given.way.value}
    record(AuditEntry(now, SYSTEM.id, "take_answer", "appointment", visit.id, details, visit.site))
    return kept


def _is_newer(visit: Appointment, given: GivenAnswer) -> bool:
    """Say whether a visit was confirmed before this answer was given, by hand: one that is read late may be older.

    The patient's own answers come here in the order in which they were given, whenever they are read.
    """
    confirmed = confirmations_of([visit.id]).get(visit.id)
    return confirmed is None or confirmed.way is not None or confirmed.at <= given.answered_at


def _go_on(visit: Appointment, after: AppointmentState, way: AnswerWay, now: datetime) -> None:
    appointments.note_progress(replace(visit, state=after, version=visit.version + 1))
    note_event(VisitEvent(visit.site, visit.id, visit.state, after, now, SYSTEM.id, way=way))
