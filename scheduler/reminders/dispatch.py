"""One pass over the messages: enter what is due, take each that waits, send it, account for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from time import monotonic

from scheduler.domain.interval import as_utc
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.channels import Channel, Unreachable
from scheduler.reminders.contents import Contents, Office, contents_of
from scheduler.reminders.due import Due, due_messages
from scheduler.reminders.escort_contents import escort_contents
from scheduler.reminders.handing_over import Hands, Pass
from scheduler.reminders.one_text import OF_NO_USE_LATER, Later
from scheduler.reminders.policy import MessageKind, Verdict, policy_for, verdict, wait_until
from scheduler.store.reminders import (
    Lease,
    ReminderState,
    enter,
    give_up,
    mark_late_entries,
    put_back,
)
from scheduler.store.told import Saying, enter_unsent, note_untold, take_as_known
from scheduler.store.work import unit_of_work

_MOST_AT_ONCE = 20
"""So many messages are made ready together."""

_FRESH_SECONDS = 5.0
"""What was made ready longer ago is made ready anew, so that no message tells what has long been otherwise."""

_UNREACHABLE_IN_A_ROW = 3
"""After so many the channel is taken to be down, and the rest waits for the next pass."""

_UNSENT = {ReminderState.TOO_LATE: "too_late", ReminderState.FAILED: "failed"}
"""The states in which a message ends unsent, and how they are counted."""

_CHANGED = "the visit was called off or moved"
_AS_TOLD = "what was changed is as it was told"
_NOT_ESCORTED = "the visit is over, was called off or moved, or the consent was taken back"
_NOTHING_TO_SAY = {MessageKind.CHANGE.value: _AS_TOLD, **dict.fromkeys(TO_ESCORTS, _NOT_ESCORTED)}


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


def dispatch(
    now: datetime,
    channel: Channel,
    go_on: Callable[[], bool] = lambda: True,
    answers_to: str | None = None,
    public_url: str | None = None,
) -> Counts:
    """Send what is due at `now`, each message once, and return what was done.

    Safe to run anywhere, at any time and in many processes at once: a message is one unique row, and one sender has it at
    a time. Should a sender die between handing a message over and noting it, that one message is sent once more with the
    same Message-ID. `go_on` is asked before each message. `answers_to` is the address at which answers to invitations are
    read, `None` where nobody reads any. `public_url` is under which address patients reach the pages, `None` where messages
    are to bring no link to answer by.
    """
    this = Pass(channel, Office(channel.sender, answers_to), public_url, as_utc(now), monotonic())
    outcomes = Counter(_enter_due(this))
    outcomes += _Sender(this, go_on).sent()
    return Counts(due=outcomes["sent"] + outcomes["failed"] + outcomes["skipped"], **outcomes)


def _enter_due(this: Pass) -> Counter[str]:
    """Enter what is due and not in the ledger yet; return how many ends were reached without sending."""
    counted = Counter[str]()
    for found in due_messages(this.began):
        counted += _entered(found)
    return counted


def _entered(found: Due) -> Counter[str]:
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


class _Sender:
    """Takes messages a few at a time and hands them over one by one, until none waits."""

    def __init__(self, this: Pass, go_on: Callable[[], bool]) -> None:
        self._this, self._go_on = this, go_on
        self._hands = Hands(this)
        self._unreachable = 0
        self._outcomes = Counter[str]()

    def sent(self) -> Counter[str]:
        """Send what waits, and return how many messages came to which end."""
        # One at first, so that where little waits several senders share it, and more when that goes well.
        many = 1
        try:
            while self._goes_on() and (leases := self._hands.take_some(many)):
                self._send(leases)
                many = min(2 * many, _MOST_AT_ONCE)
        finally:
            try:
                self._hands.settle()
            finally:
                self._this.channel.close()
        return self._outcomes

    def _goes_on(self) -> bool:
        return self._unreachable < _UNREACHABLE_IN_A_ROW and self._go_on()

    def _send(self, leases: Sequence[Lease]) -> None:
        """Send these, and give back what there is no going on with."""
        begun = 0
        for lease, contents in _made_ready(leases, self._this):
            if begun and not self._goes_on():
                break
            begun += 1
            try:
                self._outcomes[self._deliver(lease, contents)] += 1
                self._unreachable = 0
            except Unreachable:
                self._outcomes["failed"] += 1
                self._unreachable += 1
        self._hands.put_back(leases[begun:])

    def _deliver(self, lease: Lease, contents: Contents | None) -> str:
        """Send one message if it is still wanted; return which count it belongs to. Raises `Unreachable`."""
        if contents is None:
            return _end(lease, ReminderState.VOID, _NOTHING_TO_SAY.get(lease.kind, _CHANGED))
        addressee, now = contents.addressee, self._this.now()
        if recipient_hash(contents.letter.recipient) != lease.recipient_hash:
            return _end(lease, ReminderState.VOID, "nobody is to be written to at that address any more")
        policy = policy_for(addressee.times)
        match verdict(contents.planned, now, addressee.patient_zone, policy):
            case Verdict.WAIT:
                with unit_of_work():
                    put_back(lease, wait_until(contents.planned, now, addressee.patient_zone, policy))
                return "skipped"
            case Verdict.TOO_LATE if lease.attempts > 1:
                problem = "not delivered while it was of use"
                return _end(lease, ReminderState.FAILED, problem, contents.sayings)
            case Verdict.TOO_LATE:
                return _end(lease, ReminderState.TOO_LATE, "no longer of use", contents.sayings)
        outcome = self._hands.hand_over(lease, contents)
        return _postpone(lease, outcome, contents) if isinstance(outcome, Later) else outcome


def _made_ready(leases: Sequence[Lease], this: Pass) -> Iterator[tuple[Lease, Contents | None]]:
    """Yield each with what it says, `None` for one that has nothing to say any more; none of it looked up long ago."""
    begun = 0
    while begun < len(leases):
        contents, made_at = _contents_of(leases[begun:], this), monotonic()
        for lease in leases[begun:]:
            yield lease, contents.get(lease.id)
            begun += 1
            if monotonic() - made_at >= _FRESH_SECONDS:
                break


def _contents_of(leases: Sequence[Lease], this: Pass) -> dict[int, Contents]:
    to_patients = [lease for lease in leases if lease.kind not in TO_ESCORTS]
    found = contents_of(to_patients, this.now(), this.office)
    to_escorts = [lease for lease in leases if lease.kind in TO_ESCORTS]
    return found | escort_contents(to_escorts)


def _postpone(lease: Lease, later: Later, contents: Contents) -> str:
    """Let a text wait that must not leave today, or end it where it is of no use later."""
    if later.until is None:
        return _end(lease, ReminderState.TOO_LATE, OF_NO_USE_LATER, contents.sayings)
    with unit_of_work():
        put_back(lease, later.until)
    return "skipped"


def _end(lease: Lease, state: ReminderState, problem: str, sayings: tuple[Saying, ...] = ()) -> str:
    """End a message unsent; return which count it belongs to. `sayings` are what will not be told."""
    with unit_of_work():
        if give_up(lease, state, problem):
            note_untold(lease, sayings)
    return _UNSENT.get(state, "skipped")
