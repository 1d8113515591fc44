"""Take a patient's answer to an invitation: a yes confirms the visit, a no waits for somebody to see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.note_answer import GivenAnswer, Left, is_answerable, note_answer
from scheduler.booking.one_visit import locked_visit
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.domain.answers import Answer, AnswerWay, VisitAnswer
from scheduler.domain.clock import Clock
from scheduler.store import answers
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """An answer to the entry of this UID by the person behind an address, known by its hash; see `VisitAnswer`."""

    uid: str
    recipient_hash: str
    answer: Answer
    sequence: int
    answered_at: datetime


def take_answer(command: TakeAnswer, clock: Clock) -> VisitAnswer | Left:
    """Keep an answer, and let it have the effect that `note_answer` says.

    Left alone is what answers an invitation that never went to that address, an older one than the last, or a time that the
    visit no longer has, and what was taken before.
    """
    now = clock.now()
    with reading():
        issued = answers.issued_to(command.uid, command.recipient_hash)
    if issued is None:
        return Left.NOT_INVITED
    appointment = issued.appointment
    return retried(lambda: _attempt(command, appointment, now))


def _attempt(command: TakeAnswer, appointment: str, now: datetime) -> VisitAnswer | Left:
    with unit_of_work():
        visit = locked_visit(appointment)
        issued = answers.issued_to(command.uid, command.recipient_hash)
        if issued is None or not issued.stands or command.sequence < issued.sequence:
            return Left.OUTDATED
        if not is_answerable(visit.state, visit.start, issued.start, now):
            return Left.OUTDATED
        before = answers.answer_to(visit.id)
        if before is not None and _order(command) <= (before.sequence, before.answered_at):
            return Left.REPEATED
        given = GivenAnswer(
            command.answer, issued.start, command.sequence, command.answered_at, AnswerWay.INVITATION
        )
        return note_answer(visit, given, now)


@dataclass(frozen=True, slots=True)
class TakeReply:
    """An answer by text, just now, to a message that told of this visit at this time, as calendars counted then."""

    appointment: str
    start: datetime
    sequence: int
    answer: Answer


def take_reply(command: TakeReply, clock: Clock) -> VisitAnswer | Left:
    """Keep it as an answer to an invitation is kept; `OUTDATED` where the visit has another time, or is not to come."""
    now = clock.now()
    given = GivenAnswer(command.answer, command.start, command.sequence, now, AnswerWay.TEXT)

    def attempt() -> VisitAnswer | Left:
        with unit_of_work():
            return note_answer(locked_visit(command.appointment), given, now)

    return retried(attempt)


def _order(command: TakeAnswer) -> tuple[int, datetime]:
    # RFC 5546 section 2.1.5: of answers to one version the later one holds.
    return command.sequence, command.answered_at


@dataclass(frozen=True, slots=True)
class SettleAnswer:
    """Somebody has seen to the answer to this visit that waits: called the patient, or left it."""

    appointment: str


def settle_answer(command: SettleAnswer, actor: Actor, clock: Clock) -> bool | NotAllowed:
    """Note it, and say whether there was one to see to; the visit stays as it is. Raises `NotFound`."""
    with unit_of_work():
        visit = locked_visit(command.appointment)
        if not may_at(actor, Permission.RESOLVE_CONFLICT, visit.site):
            return NotAllowed(Permission.RESOLVE_CONFLICT)
        now = clock.now()
        settled = answers.settle_answer(visit.id, now)
        if settled:
            record(AuditEntry(now, actor.id, "settle_answer", "appointment", visit.id, {}, visit.site))
        return settled
