"""The links in messages by which patients answer without a sign-in: made here, opened here, answered through here."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from scheduler.booking.note_answer import ANSWERABLE, GivenAnswer, Left, is_answerable, note_answer
from scheduler.booking.one_visit import locked_visit
from scheduler.booking.retrying import retried
from scheduler.domain.answers import ANSWERS_BY, Answer, AnswerWay, VisitAnswer
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import Clock
from scheduler.domain.contact import ContactWay
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.contents import Contents
from scheduler.reminders.ways import address_of
from scheduler.store import answers
from scheduler.store.answer_links import AnswerLink, ToldVisit, keep_link, link_with, visits_told_by
from scheduler.store.reminder_facts import AwaitedVisit
from scheduler.store.reminders import Lease
from scheduler.store.work import reading, unit_of_work

LONGEST_LIFE = timedelta(days=90)
"""A link ends with the last visit of its message, and after this in any case: reminders bring their own."""

FOLDER = "/a/"
"""Where links lead, short since a text message is."""

_BYTES = 12
_SHAPE = re.compile(r"[A-Za-z0-9_-]{16}")


def new_secret() -> str:
    """Return 96 random bits as 16 characters that are safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Return what is stored of a link: a plain SHA-256, since nobody can try out 96 random bits."""
    return sha256(secret.encode()).hexdigest()


def linked(contents: Contents, lease: Lease, public_url: str, now: datetime) -> Contents:
    """Return a message with a link to answer it, which is kept; as it is where it tells of no visit that stands.

    For use in the transaction that notes what it tells. Each attempt makes a link of its own, since none can be read again.
    """
    starts = [one.start for one in contents.sayings if one.stands and one.start > now]
    if not starts:
        return contents
    secret = new_secret()
    keep_link(lease, contents.addressee.site, hash_of(secret), now, min(max(starts), now + LONGEST_LIFE))
    return replace(contents, letter=replace(contents.letter, link=f"{public_url}{FOLDER}{secret}"))


@dataclass(frozen=True, slots=True)
class AskedVisit:
    """One visit that a link asks about, at the time its message told.

    `is_open` says that it may be answered, `stands` that it takes place: at another time, where it is not open. `answer`
    is the last one to this time, `None` where there is none. `is_confirmed` says that it is noted as confirmed, by whomever.
    """

    visit: AwaitedVisit
    start: datetime
    is_open: bool
    stands: bool
    is_confirmed: bool
    answer: VisitAnswer | None


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link shows: at least one visit, by the time its message told."""

    visits: tuple[AskedVisit, ...]


@dataclass(frozen=True, slots=True)
class AnswerByLink:
    """Answer one visit of a link, or all that may be answered where `appointment` is `None`.

    `seen` is `mark_of` the answer that stood on the page: what was seen to and is asked for anew is not the same request.
    """

    secret: str
    answer: Answer
    appointment: str | None = None
    seen: str = ""


def open_link(secret: str, clock: Clock) -> OpenedLink:
    """Return what a link asks about; nothing is changed by that. Raises `NotFound` for one of no use, whyever."""
    now = clock.now()
    with reading():
        told = _told_by(_link(secret, now), now)
        given = answers.answers_to([one.visit.appointment for one in told])
    asked = (asked_of(one, given.get(one.visit.appointment), now) for one in told)
    return OpenedLink(tuple(sorted(asked, key=lambda one: (one.start, one.visit.appointment))))


def patients_behind(token_hash: str, now: datetime) -> frozenset[str]:
    """Return whose visits the link of this hash asks about. Raises `NotFound` for one of no use, whyever."""
    with reading():
        return frozenset(one.visit.patient for one in _told_by(_link_of(token_hash, now), now))


def _link(secret: str, now: datetime) -> AnswerLink:
    if not _SHAPE.fullmatch(secret):
        raise NotFound("there is no such link")
    return _link_of(hash_of(secret), now)


def _link_of(token_hash: str, now: datetime) -> AnswerLink:
    found = link_with(token_hash)
    if found is None or found.expires_at <= now:
        raise NotFound("there is no such link")
    return found


def _told_by(link: AnswerLink, now: datetime) -> tuple[ToldVisit, ...]:
    """Return the visits of a link that are still to come. Raises `NotFound` where there is none."""
    told = [
        one
        for one in visits_told_by(link.message)
        if one.told_start > now
        and _is_theirs(link, one.visit)
        and (one.state in ANSWERABLE or not one.visit.stands)
    ]
    if not told:
        raise NotFound("there is no such link")
    return tuple(told)


def _is_theirs(link: AnswerLink, visit: AwaitedVisit) -> bool:
    # A message that went to an address or a number which was corrected since went to somebody else.
    address = address_of(ContactWay(link.channel), visit.email, visit.patient_phone)
    return recipient_hash(address) == link.recipient_hash


def asked_of(told: ToldVisit, answer: VisitAnswer | None, now: datetime) -> AskedVisit:
    """Return what is asked about a visit that somebody was told of, with the last answer to it where there is one."""
    is_open = is_answerable(told.state, told.visit.start, told.told_start, now)
    return AskedVisit(
        visit=told.visit,
        start=told.told_start,
        is_open=is_open,
        stands=told.visit.stands,
        is_confirmed=is_open and told.state is AppointmentState.CONFIRMED,
        answer=answer if is_open and answer is not None and answer.start == told.told_start else None,
    )


def mark_of(answer: VisitAnswer | None) -> str:
    """Return what tells an answer that was seen to from the same one given again; empty where nobody has seen to it."""
    return "" if answer is None or answer.settled_at is None else str(int(answer.settled_at.timestamp()))


def answer_by_link(command: AnswerByLink, clock: Clock) -> tuple[VisitAnswer | Left, ...]:
    """Keep an answer to each visit that it is about, once, and return what became of each, by start.

    Each is a transaction of its own: the page says what is on file. Raises `NotFound` for a link of no use, and
    `InvalidValue` for an answer or a visit that it does not ask about.
    """
    if command.answer not in ANSWERS_BY[AnswerWay.LINK]:
        raise InvalidValue("this is no answer to a link")
    now = clock.now()
    with reading():
        told = _told_by(_link(command.secret, now), now)
    wanted = [one for one in told if command.appointment in (None, one.visit.appointment)]
    if not wanted:
        raise InvalidValue("the link does not ask about this appointment")
    return tuple(keep_answer_to(command, one, now) for one in wanted)


def keep_answer_to(command: AnswerByLink, told: ToldVisit, now: datetime) -> VisitAnswer | Left:
    """Keep an answer to one visit, once, and return what became of it; a transaction of its own."""
    return retried(lambda: _attempt(command, told, now))


def _attempt(command: AnswerByLink, told: ToldVisit, now: datetime) -> VisitAnswer | Left:
    with unit_of_work():
        visit = locked_visit(told.visit.appointment)
        before = answers.answer_to(visit.id)
        if before is not None and before.start == told.told_start and _is_done(command, before, visit.state):
            return Left.REPEATED
        # Whichever clock a former answer was written by: this one was given after it.
        sequence = told.told_sequence if before is None else max(told.told_sequence, before.sequence)
        at = now if before is None else max(now, before.answered_at)
        given = GivenAnswer(command.answer, told.told_start, sequence, at, AnswerWay.LINK)
        return note_answer(visit, given, now)


def _is_done(command: AnswerByLink, before: VisitAnswer, state: AppointmentState) -> bool:
    """Say whether an answer is on file already, and has had its effect."""
    if before.answer is not command.answer:
        return False
    if command.answer is Answer.ACCEPTED:
        return state is AppointmentState.CONFIRMED
    return before.waits or command.seen != mark_of(before)
