"""The waiting list: put a patient on it and take them off, note who would come earlier, let a freed time stay free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.calling_off import locked_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_move import MOVABLE
from scheduler.booking.request import SeriesRequest, WantedSeries, nonsense, understood
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.domain.waiting import EarlierWish, LeftBecause, WaitingEntry
from scheduler.store import freed_times, waiting
from scheduler.store.audit import AuditEntry, record
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

NEEDED = Permission.KEEP_WAITING_LIST


@dataclass(frozen=True, slots=True)
class PutOnWaitingList:
    """Let a patient wait for a series as `wanted`, until a clinic-local day or, for `None`, until it is booked.

    Who waits for a series by that protocol already waits on since then, with these wishes.
    """

    wanted: WantedSeries
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TakeOffWaitingList:
    """Let the patient of an entry wait no more, for a reason."""

    entry: str
    because: LeftBecause


@dataclass(frozen=True, slots=True)
class NoteEarlierWish:
    """Note whether the patient of a standing series would come earlier: they would, or not any more."""

    series: str
    would: bool


@dataclass(frozen=True, slots=True)
class LeaveFree:
    """Nobody is looked for any more who would take a time that became free."""

    freed: str


def plain_wishes(wanted: WantedSeries) -> Mapping[str, Any]:
    """Return the wishes for a series as plain values; neither the patient nor the protocol is among them."""
    return {
        one.name: _plain(getattr(wanted, one.name))
        for one in fields(WantedSeries)
        if one.name not in {"patient", "protocol"}
    }


def wanted_by(entry: WaitingEntry) -> WantedSeries:
    """Return what somebody waits for, as it was asked for."""
    kept = entry.wishes
    return WantedSeries(
        patient=entry.patient,
        protocol=entry.protocol,
        earliest=_day(kept["earliest"]),
        latest=_day(kept["latest"]),
        therapist=kept["therapist"],
        declined=frozenset(kept["declined"]),
        included=frozenset(kept["included"]),
        rather=kept["rather"],
        weekdays=frozenset(kept["weekdays"]),
        from_time=_time(kept["from_time"]),
        until_time=_time(kept["until_time"]),
        first=tuple(kept["first"]),
    )


def put_on_waiting_list(
    command: PutOnWaitingList, actor: Actor, clock: Clock
) -> WaitingEntry | Refused | NotAllowed:
    """Put a patient on the list, or say why what they wait for makes no sense."""
    now = clock.now()

    def attempt() -> WaitingEntry | Refused | NotAllowed:
        with unit_of_work():
            asked = understood(SeriesRequest(command.wanted), now)
            if isinstance(asked, tuple):
                return Refused(reasons=asked)
            if not may_at(actor, NEEDED, asked.site.id):
                return NotAllowed(NEEDED)
            if asked.patient.stands_for_cohort:
                why = told("A group does not wait; its members do, each for a series of their own.")
                return Refused(reasons=(nonsense("group", why, told("Choose a patient.")),))
            lock([asked.site.id], [asked.patient.id])
            return _put(command, asked.site.id, actor, now)

    return retried(attempt)


def take_off_waiting_list(command: TakeOffWaitingList, actor: Actor, clock: Clock) -> bool | NotAllowed:
    """Take an entry off the list, and say whether that is new. Raises `NotFound`."""
    now = clock.now()
    with unit_of_work():
        entry = waiting.waiting_entry(command.entry)
        if not may_at(actor, NEEDED, entry.site):
            return NotAllowed(NEEDED)
        lock([entry.site], [entry.patient])
        return _taken_off(entry, command.because, actor.id, now)


def off_when_booked(series: Series, actor: Actor, now: datetime) -> None:
    """Let the patient of a series that is booked now wait no more for one by its protocol; within its unit of work."""
    entry = waiting.entry_of(series.patient, series.protocol)
    if entry is not None:
        _taken_off(entry, LeftBecause.BOOKED, actor.id, now)


def on_when_undone(series: Series, actor: Actor, now: datetime) -> None:
    """Let the patient of a series that was booked by mistake wait on; within the unit of work that calls it off."""
    entry = waiting.entry_ended_by(series.id)
    if entry is not None and waiting.entry_of(entry.patient, entry.protocol) is None:
        waiting.wait_on(entry.id)
        record(AuditEntry(now, actor.id, "wait_on", "waiting_entry", entry.id, {}, entry.site))


def note_earlier_wish(command: NoteEarlierWish, actor: Actor, clock: Clock) -> bool | Refused | NotAllowed:
    """Note it, and say whether that is new; a series that is not booked is refused. Raises `NotFound`."""
    now = clock.now()
    with unit_of_work():
        series = locked_series(command.series)
        if not may_at(actor, NEEDED, series.site):
            return NotAllowed(NEEDED)
        if not command.would:
            is_new, verb = waiting.withdraw_earlier(series.id), "withdraw_earlier_wish"
        elif series.state not in MOVABLE:
            why = told("The series is not booked any more.")
            return Refused(reasons=(nonsense("not_booked", why, told("Choose a booked series.")),))
        else:
            is_new = waiting.wish_earlier(EarlierWish(series.id, series.site, now, actor.id))
            verb = "note_earlier_wish"
        if is_new:
            record(AuditEntry(now, actor.id, verb, "series", series.id, {}, series.site))
        return is_new


def leave_free(command: LeaveFree, actor: Actor, clock: Clock) -> bool | NotAllowed:
    """Take a freed time off the list of those that somebody might take, and say whether that is new. Raises `NotFound`."""
    now = clock.now()
    with unit_of_work():
        site = freed_times.site_of_freed(command.freed)
        if site is None:
            raise NotFound("no such freed time")
        if not may_at(actor, NEEDED, site):
            return NotAllowed(NEEDED)
        lock([site], [])
        is_new = freed_times.settle_freed(command.freed, now, actor.id)
        if is_new:
            record(AuditEntry(now, actor.id, "leave_free", "freed_time", command.freed, {}, site))
        return is_new


def _put(command: PutOnWaitingList, site: str, actor: Actor, now: datetime) -> WaitingEntry:
    wanted, wishes = command.wanted, plain_wishes(command.wanted)
    entry = waiting.entry_of(wanted.patient, wanted.protocol)
    if entry is not None:
        entry = waiting.change_entry(entry, wanted.protocol, wishes, command.until)
    else:
        number = uuid4().hex
        entry = WaitingEntry(
            *(number, site, wanted.patient, wanted.protocol, wishes, now, actor.id), until=command.until
        )
        waiting.add_entry(entry)
    details = {"protocol": entry.protocol, "until": _plain(command.until)}
    record(AuditEntry(now, actor.id, "put_on_waiting_list", "waiting_entry", entry.id, details, site))
    return entry


def _taken_off(entry: WaitingEntry, because: LeftBecause, by: str, now: datetime) -> bool:
    is_new = waiting.end_entry(entry.id, now, by, because)
    if is_new:
        details = {"because": because.value}
        record(AuditEntry(now, by, "take_off_waiting_list", "waiting_entry", entry.id, details, entry.site))
    return is_new


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return (
        sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
