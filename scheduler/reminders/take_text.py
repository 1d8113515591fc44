"""Take a text that came in: a yes confirms what the last message told of, an opt-out holds at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import SYSTEM
from scheduler.booking.take_answer import TakeReply, take_reply
from scheduler.domain.answers import Answer
from scheduler.domain.clock import Clock
from scheduler.domain.contact import ContactWay
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.text_words import Wish, wish_in
from scheduler.store import texts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.contacts import opt_in, opt_out
from scheduler.store.escorts import patients_escorted_by
from scheduler.store.texts import TextedVisit, TextTask
from scheduler.store.work import reading, unit_of_work

_ANSWERS = {Wish.YES: Answer.ACCEPTED, Wish.CALL: Answer.CALL_WANTED}

UNCLEAR = "unclear"
"""The kind of a task about an answer that could be that of several patients."""

ESCORT = "escort"
"""The kind of a task about an answer of whoever takes a patient home."""


@dataclass(frozen=True, slots=True)
class TakeText:
    """A text from a number, by the provider's id of it. Its words are read and not kept: they may be about health."""

    id: str
    number: str
    words: str


def take_text(command: TakeText, clock: Clock) -> Wish:
    """Do what a text asks for, and return what that was; one that is told again changes nothing further."""
    wish, now = wish_in(command.words), clock.now()
    recipient = recipient_hash(command.number)
    if wish in (Wish.STOP, Wish.STOP_IN_WORDS, Wish.START):
        _heed(wish, recipient, now)
    with reading():
        told = texts.texted_visits(recipient, now)
        known = texts.patients_at(recipient)
        escorted = patients_escorted_by(recipient)
    asked = {visit.patient for visit in told}
    kind = wish.value
    if wish in _ANSWERS and len(asked) == 1:
        _answer(_ANSWERS[wish], told, clock)
    elif wish not in (Wish.STOP, Wish.START) and not known and escorted:
        with unit_of_work():
            texts.add_tasks(TextTask(command.id, patient, site, ESCORT, now) for patient, site in escorted)
    elif wish not in (Wish.STOP, Wish.START):
        # Who was told of visits is who answers; where that is several, or nobody, all whose number it is.
        about = [(patient, site) for patient, site in known if patient in asked] or list(known)
        if wish in _ANSWERS and len(about) > 1:
            kind = UNCLEAR
        with unit_of_work():
            texts.add_tasks(TextTask(command.id, patient, site, kind, now) for patient, site in about)
    return wish


def _heed(wish: Wish, recipient: str, now: datetime) -> None:
    """Let nothing go to a number any more, or let it go again; said in the history of whosever number it is."""
    with unit_of_work():
        starts = wish is Wish.START
        is_new = opt_in(ContactWay.SMS, recipient) if starts else opt_out(ContactWay.SMS, recipient, now)
        if not is_new:
            return
        verb = "opt_in_to_texts" if starts else "opt_out_of_texts"
        for patient, site in texts.patients_at(recipient):
            record(AuditEntry(now, SYSTEM.id, verb, "patient", patient, {}, site))


def _answer(answer: Answer, told: tuple[TextedVisit, ...], clock: Clock) -> None:
    """Note one patient's answer to the visits of the last text."""
    last = told[0].reference
    for visit in told:
        if visit.reference == last:
            take_reply(TakeReply(visit.appointment, visit.start, visit.sequence, answer), clock)
