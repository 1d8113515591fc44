"""One pass over the messages: enter what is due, take each that waits, send it, account for it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from time import monotonic

from scheduler.domain.errors import Conflict, InvalidValue
from scheduler.domain.interval import as_utc
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.answer_links import linked
from scheduler.reminders.channels import Channel, NotSent, OptedOut, Rejected, Unanswered, Unreachable
from scheduler.reminders.contents import Contents, Office, contents_of
from scheduler.reminders.due import due_messages
from scheduler.reminders.policy import MessageKind, Verdict, next_attempt, policy_for, verdict, wait_until
from scheduler.store.contacts import opt_out
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
from scheduler.store.texts import note_reference
from scheduler.store.told import Saying, enter_unsent, note_told, take_as_known, take_back, take_back_all
from scheduler.store.work import reading, unit_of_work

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than any single message can take to leave, so that a lease runs out only when its sender has died."""

_UNREACHABLE_IN_A_ROW = 3
"""After so many the channel is taken to be down, and the rest waits for the next pass."""

_PATIENCE_WITH_STORE = 3

_UNSENT = {ReminderState.TOO_LATE: "too_late", ReminderState.FAILED: "failed"}
"""The states in which a message ends unsent, and how they are counted."""

_CHANGED = "the visit was called off or moved"
_AS_TOLD = "what was changed is as it was told"


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

    def __add__(self, other: Counts) -> Counts:
        """Return what two passes did together."""
        return Counts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass: its channel, and what the time is as it goes on."""

    channel: Channel
    office: Office
    public_url: str | None
    began: datetime
    began_monotonic: float

    def now(self) -> datetime:
        """Return the instant the pass was given, and the time it has taken since."""
        return self.began + timedelta(seconds=monotonic() - self.began_monotonic)


def dispatch(
    now: datetime,
    channel: Channel,
    go_on: Callable[[], bool] = lambda: True,
    answers_to: str | None = None,
    public_url: str | None = None,
) -> Counts:
    """Send what is due at `now`, each message once, and return what was done.

    Safe to run anywhere, at any time and in many processes at once: a message is one unique row, and one sender has it at
    a time. Should a sender die between handing a message over and noting it, the message is sent once more with the
    same Message-ID. `go_on` is asked before each message. `answers_to` is the address at which answers to invitations are
    read, `None` where nobody reads any. `public_url` is under which address patients reach the pages, `None` where messages
    are to bring no link to answer by.
    """
    this = _Pass(channel, Office(channel.sender, answers_to), public_url, as_utc(now), monotonic())
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


def _enter_due(this: _Pass) -> Counter[str]:
    """Enter what is due and not in the ledger yet; return how many ends were reached without sending."""
    found = due_messages(this.began)
    counted = Counter[str]()
    if found.known:
        with unit_of_work():
            take_as_known(found.known)
    for state, name in _UNSENT.items():
        with_state = [new for new in found.messages if new.state is state]
        if with_state:
            with unit_of_work():
                counted[name] += enter(with_state)
    for change in found.changes:
        if change.new.state in _UNSENT:
            with unit_of_work():
                counted[_UNSENT[change.new.state]] += enter_unsent(change.new, change.sayings)
    waiting = [
        new
        for new in (*found.messages, *(change.new for change in found.changes))
        if new.state is ReminderState.PENDING
    ]
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
        contents = contents_of(lease, now, this.office)
    if contents is None:
        return _end(lease, ReminderState.VOID, _AS_TOLD if lease.kind == MessageKind.CHANGE else _CHANGED)
    addressee = contents.addressee
    if recipient_hash(contents.letter.recipient) != lease.recipient_hash:
        return _end(lease, ReminderState.VOID, "the patient is not reached at that address any more")
    policy = policy_for(addressee.times)
    match verdict(contents.planned, now, addressee.patient_zone, policy):
        case Verdict.WAIT:
            with unit_of_work():
                put_back(lease, wait_until(contents.planned, now, addressee.patient_zone, policy))
            return "skipped"
        case Verdict.TOO_LATE if lease.attempts > 1:
            return _end(lease, ReminderState.FAILED, "not delivered while it was of use", contents.sayings)
        case Verdict.TOO_LATE:
            return _end(lease, ReminderState.TOO_LATE, "no longer of use", contents.sayings)
    return _send(lease, this, contents)


def _send(lease: Lease, this: _Pass, contents: Contents) -> str:
    # Before it leaves: should this sender die, it is known what the message may have said.
    with unit_of_work():
        notes = note_told(lease, contents.sayings)
        if notes is not None:
            note_reference(lease, contents.letter.reference)
        if notes is not None and this.public_url is not None:
            contents = linked(contents, lease, this.public_url, this.now())
    if notes is None:
        return "skipped"
    try:
        this.channel.send(contents.letter, this.now())
    except Unanswered:
        raise
    except (NotSent, InvalidValue) as problem:
        with unit_of_work():
            take_back(notes)
        if isinstance(problem, Unreachable):
            raise
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
        if isinstance(problem, OptedOut):
            opt_out(lease.channel, lease.recipient_hash, this.now())


def _end(lease: Lease, state: ReminderState, problem: str, sayings: tuple[Saying, ...] = ()) -> str:
    """End a message unsent; return which count it belongs to. `sayings` are what will not be told."""
    with unit_of_work():
        if note_told(lease, sayings) is not None:
            give_up(lease, state, problem)
            take_back_all(lease)
    return _UNSENT.get(state, "skipped")
