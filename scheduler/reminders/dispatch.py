"""One pass over the messages: enter what is due, take each that waits, send it, account for it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from scheduler.domain.errors import Conflict, InvalidValue
from scheduler.domain.interval import as_utc
from scheduler.domain.treatment import StepKind
from scheduler.reminders.channels import Channel, NotSent, Rejected, Unreachable
from scheduler.reminders.due import due_messages, planned_of, recipient_hash
from scheduler.reminders.messages import Letter, VisitLine, compose
from scheduler.reminders.policy import MessageKind, Verdict, next_attempt, quiet_ends, verdict
from scheduler.store.reminder_facts import AwaitedVisit, awaited_of_series_with, awaited_visit
from scheduler.store.reminders import (
    Lease,
    ReminderState,
    enter,
    give_up,
    lease_next,
    mark_failed,
    mark_late_entries,
    mark_sent,
    put_back,
)
from scheduler.store.work import reading, unit_of_work

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than any single message can take to leave, so that a lease runs out only when its sender has died."""

_UNREACHABLE_IN_A_ROW = 3
"""After so many the channel is taken to be down, and the rest waits for the next pass."""

_PATIENCE_WITH_STORE = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """What one pass did.

    `due` messages were taken up: `sent`, or `failed` (to be tried again, or for good), or `skipped` because the visit
    changed meanwhile or the patient's quiet hours began. `too_late` were entered and never to be sent.
    """

    due: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    too_late: int = 0


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass: its channel, and what the time is as it goes on."""

    channel: Channel
    began: datetime
    began_monotonic: float

    def now(self) -> datetime:
        """Return the instant the pass was given, and the time it has taken since."""
        return self.began + timedelta(seconds=monotonic() - self.began_monotonic)


def dispatch(now: datetime, channel: Channel, go_on: Callable[[], bool] = lambda: True) -> Counts:
    """Send what is due at `now`, each message once, and return what was done.

    Safe to run anywhere, at any time and in many processes at once: a message is one unique row, and one sender has it at
    a time. Should a sender die between handing a message over and noting it, the message is sent once more with the
    same Message-ID. `go_on` is asked before each message.
    """
    this = _Pass(channel, as_utc(now), monotonic())
    outcomes = Counter(_enter_due(this))
    unreachable = 0
    try:
        while unreachable < _UNREACHABLE_IN_A_ROW and go_on():
            lease = _take_next(this)
            if lease is None:
                break
            try:
                outcomes[_deliver(lease, this)] += 1
                unreachable = 0
            except Unreachable as problem:
                _note_failure(lease, this, problem)
                outcomes["failed"] += 1
                unreachable += 1
    finally:
        channel.close()
    return Counts(due=outcomes["sent"] + outcomes["failed"] + outcomes["skipped"], **outcomes)


def _enter_due(this: _Pass) -> dict[str, int]:
    """Enter what is due and not in the ledger yet; return how many ends were reached without sending."""
    found = due_messages(this.began, this.channel.name)
    counted = {}
    for state, name in ((ReminderState.TOO_LATE, "too_late"), (ReminderState.FAILED, "failed")):
        with_state = [new for new in found if new.state is state]
        if with_state:
            with unit_of_work():
                counted[name] = enter(with_state)
    waiting = [new for new in found if new.state is ReminderState.PENDING]
    if waiting:
        with unit_of_work():
            enter(waiting)
            mark_late_entries(new.appointment for new in waiting)
    return counted


def _take_next(this: _Pass) -> Lease | None:
    now = this.now()
    with unit_of_work():
        return lease_next(this.channel.name, now, now + LEASE)


def _deliver(lease: Lease, this: _Pass) -> str:
    """Send one message if it is still wanted; return which count it belongs to. Raises `Unreachable`."""
    now = this.now()
    with reading():
        visit = awaited_visit(lease.appointment)
        visits = _visits_told(lease, visit, now)
    if not visits:
        return _end(lease, ReminderState.VOID, "the visit was called off or moved")
    addressee = visits[0]
    if recipient_hash(addressee.email) != lease.recipient_hash:
        return _end(lease, ReminderState.VOID, "the patient has another address now")
    kind = MessageKind(lease.kind)
    match verdict(planned_of(kind, addressee, visits[-1].start), now, addressee.patient_zone):
        case Verdict.WAIT:
            with unit_of_work():
                put_back(lease, quiet_ends(now, addressee.patient_zone))
            return "skipped"
        case Verdict.TOO_LATE if lease.attempts > 1:
            return _end(lease, ReminderState.FAILED, "not delivered while it was of use")
        case Verdict.TOO_LATE:
            return _end(lease, ReminderState.TOO_LATE, "no longer of use")
    return _send(lease, this, _letter(lease, visits))


def _visits_told(lease: Lease, visit: AwaitedVisit | None, now: datetime) -> tuple[AwaitedVisit, ...]:
    """Return the visits a message speaks of as they stand now; none when it is no longer wanted."""
    if lease.kind == MessageKind.CONFIRMATION:
        return awaited_of_series_with(lease.appointment, after=now)
    return (visit,) if visit is not None and visit.start == lease.visit_start else ()


def _letter(lease: Lease, visits: tuple[AwaitedVisit, ...]) -> Letter:
    first = visits[0]
    return Letter(
        reference=_reference(lease),
        kind=MessageKind(lease.kind),
        recipient=first.email,
        public_name=first.public_name,
        phone=first.phone,
        address=first.address,
        visits=tuple(_line(visit) for visit in visits),
    )


def _line(visit: AwaitedVisit) -> VisitLine:
    """Return the line of a visit: where one comes to, its own time counts; where one is called, the patient's."""
    by_phone = visit.kind is StepKind.CONTACT
    return VisitLine(visit.start, visit.patient_zone if by_phone else visit.site_zone, by_phone)


def _reference(lease: Lease) -> str:
    """Return a name for the message that is always the same for the same ledger row and tells nothing."""
    key = (lease.appointment, lease.version, lease.kind, lease.channel, lease.recipient_hash)
    return sha256(repr(key).encode()).hexdigest()[:32]


def _send(lease: Lease, this: _Pass, letter: Letter) -> str:
    try:
        message = compose(letter, this.channel.sender, this.now())
        this.channel.send(message)
    except Unreachable:
        raise
    except (NotSent, InvalidValue) as problem:
        _note_failure(lease, this, problem)
        return "failed"
    _note_sent(lease, this.now())
    return "sent"


def _note_sent(lease: Lease, at: datetime) -> None:
    """Note that a message has left. It cannot be called back, so a busy database is asked more than once."""
    for _ in range(_PATIENCE_WITH_STORE):
        try:
            with unit_of_work():
                mark_sent(lease, at)
            return
        except Conflict:
            log.warning("the ledger is busy; message %s has left and is noted as soon as possible", lease.id)
    with unit_of_work():
        mark_sent(lease, at)


def _note_failure(lease: Lease, this: _Pass, problem: NotSent | InvalidValue) -> None:
    for_good = isinstance(problem, Rejected | InvalidValue)
    retry_at = None if for_good else next_attempt(lease.attempts, this.now())
    log.warning(
        "message %s (%s) was not sent at attempt %s: %s; %s",
        *(lease.id, lease.kind, lease.attempts, problem),
        "given up" if retry_at is None else "tried again later",
    )
    with unit_of_work():
        mark_failed(lease, str(problem), retry_at)


def _end(lease: Lease, state: ReminderState, problem: str) -> str:
    """End a message unsent; return which count it belongs to."""
    with unit_of_work():
        give_up(lease, state, problem)
    return {ReminderState.TOO_LATE: "too_late", ReminderState.FAILED: "failed"}.get(state, "skipped")
