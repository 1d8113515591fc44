"""When a message is due, until when it is of use and when it must keep quiet; pure, all lead times as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from scheduler.domain.clock import instant_at, local, local_day


class MessageKind(StrEnum):
    """The messages a patient gets."""

    CONFIRMATION = "confirmation"
    THREE_DAYS = "three_days"
    ONE_DAY = "one_day"


@dataclass(frozen=True, slots=True)
class LeadTime:
    """One reminder: so many calendar days before the visit, when the patient's clock shows `at`."""

    kind: MessageKind
    days_before: int
    at: time


@dataclass(frozen=True, slots=True)
class Policy:
    """What is sent when; every time of day is the patient's own.

    `reminders` are sorted from the longest lead time to the shortest. From `quiet_from` (included) to `quiet_until`
    (not included) nothing is sent but what is of `at_once`: the answer to a booking that was just made. A reminder is
    of use until the next one is due; the last one until `useful_before` the visit. `retry_after` are the waits after
    the first, second ... failed attempt; when they are used up the message stays failed.
    """

    reminders: tuple[LeadTime, ...]
    quiet_from: time
    quiet_until: time
    at_once: frozenset[MessageKind]
    useful_before: timedelta
    retry_after: tuple[timedelta, ...]


# Three days and one day before: a randomised trial of 2018 with 54,066 patients found 4.4 % of
# visits missed with both reminders against 5.8 and 5.3 % with one. 10:00 opens the window of 10:00-18:00, so that
# what the evening before demands is read in time.
POLICY = Policy(
    reminders=(
        LeadTime(MessageKind.THREE_DAYS, days_before=3, at=time(10, 0)),
        LeadTime(MessageKind.ONE_DAY, days_before=1, at=time(10, 0)),
    ),
    quiet_from=time(21, 0),
    quiet_until=time(8, 0),
    at_once=frozenset({MessageKind.CONFIRMATION}),
    useful_before=timedelta(hours=2),
    retry_after=tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120)),
)


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message as the policy wants it.

    `due` is the earliest instant to send it, `useful_until` (not included) the last. `missed` says that it was
    already past due when the visit got its time, so it is recorded and never sent.
    """

    kind: MessageKind
    due: datetime
    useful_until: datetime
    missed: bool = False


class Verdict(StrEnum):
    """What to do with a message at one instant."""

    WAIT = "wait"
    SEND = "send"
    TOO_LATE = "too_late"


def reminders_for(
    start: datetime, set_at: datetime, zone: str, policy: Policy = POLICY
) -> tuple[PlannedMessage, ...]:
    """Return the reminders of a visit that starts at `start` and got this time at `set_at`; `zone` is the patient's."""
    day = local_day(start, zone)
    dues = [instant_at(day - timedelta(days=lead.days_before), lead.at, zone) for lead in policy.reminders]
    ends = [*dues[1:], start - policy.useful_before]
    return tuple(
        PlannedMessage(lead.kind, due, until, missed=due < set_at)
        for lead, due, until in zip(policy.reminders, dues, ends, strict=True)
    )


def confirmation_for(booked_at: datetime, last_start: datetime) -> PlannedMessage:
    """Return the message that confirms a whole series: due at once, of use while a visit is ahead."""
    return PlannedMessage(MessageKind.CONFIRMATION, booked_at, last_start)


def verdict(message: PlannedMessage, now: datetime, zone: str, policy: Policy = POLICY) -> Verdict:
    """Return what to do now with a message to a patient who lives in `zone`."""
    if message.missed or now >= message.useful_until:
        return Verdict.TOO_LATE
    held_back = message.kind not in policy.at_once and is_quiet(now, zone, policy)
    return Verdict.WAIT if now < message.due or held_back else Verdict.SEND


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


def next_attempt(attempts: int, failed_at: datetime, policy: Policy = POLICY) -> datetime | None:
    """Return when to try again after so many failed attempts (at least 1), or `None` when that was the last."""
    if attempts > len(policy.retry_after):
        return None
    return failed_at + policy.retry_after[attempts - 1]
