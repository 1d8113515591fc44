"""When a message is due, until when it is of use and when it must keep quiet; pure, all lead times as data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from scheduler.domain.clock import instant_at, local, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.domain.reminder_times import USUAL_TIMES, ReminderTimes
from scheduler.domain.treatment import StepKind


class MessageKind(StrEnum):
    """The messages there are: to patients, and two to whoever takes a patient home."""

    CONFIRMATION = "confirmation"
    PREPARATION = "preparation"
    THREE_DAYS = "three_days"
    ONE_DAY = "one_day"
    SAME_DAY = "same_day"
    CHANGE = "change"
    ESCORT_DAY = "escort_day"
    ESCORT_HOUR = "escort_hour"


EVERY_KIND = frozenset(StepKind)
DOSING = frozenset({StepKind.DOSING})

TO_PATIENTS = tuple(kind for kind in MessageKind if kind not in TO_ESCORTS)
"""The kinds that patients get."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """One reminder of visits of these kinds: so many calendar days before, when the patient's clock shows `at`.

    Where `at` is `None`, it is `hours_before` the start instead, elapsed. `has_deadline` says that of a dosing visit it
    tells what must be done by a certain time, to fast and to be fetched: where it may not leave when it should, it leaves
    earlier, every other later.
    """

    kind: MessageKind
    of: frozenset[StepKind]
    days_before: int = 0
    at: time | None = None
    hours_before: int = 0
    has_deadline: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What is sent when; every time of day is the patient's own.

    `reminders` are sorted from the longest lead time to the shortest. From `quiet_from` (included) to `quiet_until`
    (not included) nothing is sent but what is of `at_once`: the answer to a booking that was just made; a reminder that
    must leave before them does so `before_quiet`. A reminder is of use until the next one is due; the last one until
    `useful_before` the visit, that of the same day until its start. What has a deadline comes `notice` before it. Of
    integration visits nobody is reminded from a dose until `rest` after it. `retry_after` are the waits after the
    first, second ... failed attempt; when they are used up the message stays failed. Nothing leaves before `undo_delay` has
    passed since a booking or a change, so that what is taken back at once is never told, and what is corrected is told as it
    ends; where a time that a change is about is less than `urgent_within` away, it is told in the quiet hours also.
    """

    reminders: tuple[LeadTime, ...]
    quiet_from: time
    quiet_until: time
    at_once: frozenset[MessageKind]
    before_quiet: timedelta
    useful_before: timedelta
    notice: timedelta
    rest: timedelta
    retry_after: tuple[timedelta, ...]
    undo_delay: timedelta
    urgent_within: timedelta


@lru_cache(maxsize=256)
def policy_for(times: ReminderTimes) -> Policy:
    """Return the policy of a site that chose these numbers."""
    at = time(times.hour)
    same_day = LeadTime(MessageKind.SAME_DAY, DOSING, hours_before=times.same_day_hours, has_deadline=True)
    return Policy(
        reminders=(
            LeadTime(MessageKind.PREPARATION, DOSING, days_before=times.preparation_days, at=at),
            LeadTime(MessageKind.THREE_DAYS, EVERY_KIND, days_before=times.first_days, at=at),
            LeadTime(MessageKind.ONE_DAY, EVERY_KIND, days_before=1, at=at, has_deadline=True),
            *((same_day,) if times.same_day_hours else ()),
        ),
        quiet_from=time(times.quiet_from),
        quiet_until=time(times.quiet_until),
        at_once=frozenset({MessageKind.CONFIRMATION}),
        before_quiet=timedelta(hours=1),
        useful_before=timedelta(hours=2),
        notice=timedelta(hours=times.notice_hours),
        rest=timedelta(hours=times.rest_hours),
        retry_after=tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120)),
        undo_delay=timedelta(minutes=5),
        # Calendars that are subscribed to look again once a day; so what is nearer than two days cannot wait for them.
        urgent_within=timedelta(hours=48),
    )


POLICY = policy_for(USUAL_TIMES)
"""What holds where a site chose nothing else."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A visit as its reminders see it: it starts at `start`, and got this time at `set_at`; `zone` is the patient's.

    `act_by` is when its patient must begin to fast, `None` where nothing is asked. `doses` are the patient's dosing visits
    before it, from arrival to discharge. `booked_at` is when it was booked, `None` for when it got its present time.
    """

    start: datetime
    set_at: datetime
    zone: str
    kind: StepKind = StepKind.PREPARATION
    act_by: datetime | None = None
    doses: tuple[Interval, ...] = ()
    booked_at: datetime | None = None


UNCONFIRMED_WITHIN = timedelta(hours=48)
"""Visits that begin so soon and that nobody has confirmed are listed for the front desk to call about; clinics' custom."""

OPEN_GATES_WITHIN = tuple(timedelta(days=days) for days in (1, 3, 7, 14))
"""How long before a visit what it still waits for is listed, by how soon it is; custom of clinics."""


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message as the policy wants it.

    `due` is the earliest instant to send it, `useful_until` (not included) the last. `missed` says that it was
    already past due when the visit got its time, so it is recorded and never sent. From `urgent_from` on, where that is
    not `None`, the quiet hours do not hold it back. While one of `rests` lasts it is held back, too.
    """

    kind: MessageKind
    due: datetime
    useful_until: datetime
    missed: bool = False
    urgent_from: datetime | None = None
    rests: tuple[Interval, ...] = ()


class Verdict(StrEnum):
    """What to do with a message at one instant."""

    WAIT = "wait"
    SEND = "send"
    TOO_LATE = "too_late"


def reminders_for(occasion: Occasion, policy: Policy = POLICY) -> tuple[PlannedMessage, ...]:
    """Return the reminders of a visit, from the first to the last."""
    wanted = [lead for lead in policy.reminders if occasion.kind in lead.of]
    rests = _rests(occasion, policy)
    dues = [_due(lead, occasion, rests, policy) for lead in wanted]
    settled = (occasion.booked_at or occasion.set_at) + policy.undo_delay
    first = _later(settled, occasion.zone, rests, policy)
    last = occasion.start - policy.useful_before
    ends = [min(due, last) for due in dues[1:]] + [occasion.start if _is_same_day(wanted[-1]) else last]
    return tuple(
        PlannedMessage(lead.kind, due, until, missed=True, rests=rests)
        if due < occasion.set_at
        else PlannedMessage(lead.kind, max(due, first), until, rests=rests)
        for lead, due, until in zip(wanted, dues, ends, strict=True)
    )


def has_deadline(kind: MessageKind, of: StepKind, policy: Policy = POLICY) -> bool:
    """Say whether a message of a visit of this kind tells what must be done by a certain time, so that it cannot wait."""
    return of is StepKind.DOSING and any(lead.has_deadline and lead.kind is kind for lead in policy.reminders)


def _is_same_day(lead: LeadTime) -> bool:
    return lead.at is None


def _due(lead: LeadTime, occasion: Occasion, rests: tuple[Interval, ...], policy: Policy) -> datetime:
    """Return when a reminder may leave: when it should, or as near to that as quiet hours and rests let it."""
    start, zone = occasion.start, occasion.zone
    if lead.at is None:
        wished = start - timedelta(hours=lead.hours_before)
    else:
        wished = instant_at(local_day(start, zone) - timedelta(days=lead.days_before), lead.at, zone)
    if lead.has_deadline and occasion.kind is StepKind.DOSING:
        if lead.at is not None and occasion.act_by is not None:
            wished = min(wished, occasion.act_by - policy.notice)
        return _earlier(wished, zone, policy)
    later = _later(wished, zone, rests, policy)
    # Rather before a dose than never: what rests until the visit has come reminds nobody of it.
    return later if later < start - policy.useful_before else _before_rests(wished, zone, rests, policy)


def _rests(occasion: Occasion, policy: Policy) -> tuple[Interval, ...]:
    """Return when the patient is not to be reminded of a visit: from a dose until some time after it."""
    if occasion.kind is not StepKind.INTEGRATION:
        return ()
    return tuple(Interval(dose.start, dose.end + policy.rest) for dose in occasion.doses)


def _earlier(wished: datetime, zone: str, policy: Policy) -> datetime:
    """Return the instant, or where that is in the quiet hours one before they begin."""
    return (
        _quiet_begins(wished, zone, policy) - policy.before_quiet
        if is_quiet(wished, zone, policy)
        else wished
    )


def _later(wished: datetime, zone: str, rests: Collection[Interval], policy: Policy) -> datetime:
    """Return the first instant from this one on that is in no quiet hours and no rest."""
    at = wished
    while (ends := _held_until(at, zone, rests, policy)) is not None:
        at = ends
    return at


def _before_rests(wished: datetime, zone: str, rests: Collection[Interval], policy: Policy) -> datetime:
    """Return an instant before the rest that this one is in, and in no quiet hours either."""
    at = _earlier(wished, zone, policy)
    while (rest := next((one for one in rests if one.start <= at < one.end), None)) is not None:
        at = _earlier(rest.start - policy.before_quiet, zone, policy)
    return at


def _held_until(at: datetime, zone: str, rests: Collection[Interval], policy: Policy) -> datetime | None:
    """Return when what holds a reminder back at this instant ends, `None` where nothing does."""
    ends = [rest.end for rest in rests if rest.start <= at < rest.end]
    if is_quiet(at, zone, policy):
        ends.append(quiet_ends(at, zone, policy))
    return max(ends, default=None)


def escort_notes(
    release: datetime, since: datetime, zone: str, policy: Policy = POLICY
) -> tuple[PlannedMessage, ...]:
    """Return the notes to whoever takes a patient home: a day and an hour before the release that is expected.

    `since` is when it was known that they may be written to about this time; what would have been due before is due then, as
    long as it is of use, for nobody else tells them. In the quiet hours of `zone`, the site's, they leave before these.
    """
    wished = {
        MessageKind.ESCORT_DAY: release - timedelta(days=1),
        MessageKind.ESCORT_HOUR: release - timedelta(hours=1),
    }
    day, hour = (max(_earlier(at, zone, policy), since) for at in wished.values())
    return (
        PlannedMessage(MessageKind.ESCORT_DAY, day, wished[MessageKind.ESCORT_HOUR]),
        PlannedMessage(MessageKind.ESCORT_HOUR, hour, release),
    )


def confirmation_for(settled_at: datetime, last_start: datetime, policy: Policy = POLICY) -> PlannedMessage:
    """Return the message that confirms a whole series, whose visits got their last times at `settled_at`.

    It is due as soon as what was booked can no longer be undone unnoticed, and of use while a visit is ahead.
    """
    return PlannedMessage(MessageKind.CONFIRMATION, settled_at + policy.undo_delay, last_start)


def change_for(changed_at: datetime, times: Collection[datetime], policy: Policy = POLICY) -> PlannedMessage:
    """Return the message about a change that was last made at `changed_at`.

    `times` are the starts that it is about, as they were told and as they are now, at least one; it is of use until
    the last of them.
    """
    return PlannedMessage(
        MessageKind.CHANGE,
        due=changed_at + policy.undo_delay,
        useful_until=max(times),
        urgent_from=min(times) - policy.urgent_within,
    )


def verdict(message: PlannedMessage, now: datetime, zone: str, policy: Policy = POLICY) -> Verdict:
    """Return what to do now with a message to a patient who lives in `zone`."""
    if message.missed or now >= message.useful_until:
        return Verdict.TOO_LATE
    return Verdict.WAIT if now < message.due or _is_held_back(message, now, zone, policy) else Verdict.SEND


def wait_until(message: PlannedMessage, now: datetime, zone: str, policy: Policy = POLICY) -> datetime:
    """Return when to look again at a message that is to wait now."""
    if now < message.due:
        return message.due
    ends = _held_until(now, zone, message.rests, policy) or message.due
    return ends if message.urgent_from is None else min(ends, message.urgent_from)


def _is_held_back(message: PlannedMessage, now: datetime, zone: str, policy: Policy) -> bool:
    is_urgent = message.urgent_from is not None and now >= message.urgent_from
    if message.kind in policy.at_once or is_urgent:
        return False
    return _held_until(now, zone, message.rests, policy) is not None


def is_quiet(instant: datetime, zone: str, policy: Policy = POLICY) -> bool:
    """Say whether the patient's clock stands in the quiet hours, which span midnight."""
    at = local(instant, zone).time()
    return at >= policy.quiet_from or at < policy.quiet_until


def quiet_ends(instant: datetime, zone: str, policy: Policy = POLICY) -> datetime:
    """Return when the quiet hours around this instant end."""
    day = local_day(instant, zone)
    if local(instant, zone).time() >= policy.quiet_from:
        day += timedelta(days=1)
    return instant_at(day, policy.quiet_until, zone)


def _quiet_begins(instant: datetime, zone: str, policy: Policy) -> datetime:
    """Return when the quiet hours around this instant began."""
    day = local_day(instant, zone)
    if local(instant, zone).time() < policy.quiet_from:
        day -= timedelta(days=1)
    return instant_at(day, policy.quiet_from, zone)


def next_attempt(attempts: int, failed_at: datetime, policy: Policy = POLICY) -> datetime | None:
    """Return when to try again after so many failed attempts (at least 1), or `None` when that was the last."""
    if attempts > len(policy.retry_after):
        return None
    return failed_at + policy.retry_after[attempts - 1]
