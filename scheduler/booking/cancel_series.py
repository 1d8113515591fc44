"""Cancel a series, or pause it: every visit still to come is called off, what has taken place stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import (
    booked_together,
    call_off,
    call_off_as,
    is_to_come,
    locked_series,
)
from scheduler.booking.inbox import let_go
from scheduler.booking.judging import SeriesFindings
from scheduler.booking.once import when_answered
from scheduler.booking.one_series import unknown_series
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.state_names import series_state_name
from scheduler.booking.waiting_list import on_when_undone
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.notice import Timeliness
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.planner.proposal import Reason
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.told import known_starts
from scheduler.store.visit_events import events_of
from scheduler.store.work import unit_of_work

RESTING = frozenset({SeriesState.PAUSED, SeriesState.DORMANT})
"""Of a series in one of these nothing is ahead; it goes on or ends."""


@dataclass(frozen=True, slots=True)
class CancelSeries:
    """Cancel the series with this id, for a patient or for the clinic.

    A request repeated with the same `idempotency_key` cancels nothing again.
    """

    series: str
    by: CalledOffBy
    reason: CancelReason
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PauseSeries:
    """Pause the series with this id: its times are given back, and it is resumed by planning the rest anew.

    A request repeated with the same `idempotency_key` pauses nothing again, also when the series was resumed since.
    """

    series: str
    by: CalledOffBy
    reason: CancelReason
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesCancelled:
    """The series as it stands now, and the visits that were called off by this (not those called off earlier).

    `late` says how many of these count as called off late.
    """

    series: Series
    called_off: tuple[Appointment, ...]
    late: int


def cancel_series(
    command: CancelSeries, actor: Actor, clock: Clock
) -> SeriesCancelled | Refused | NotAllowed:
    """Call off every visit still to come, give back its claims and void its reminders, in one commit.

    A series of which something took place is stopped by it; of which nothing did, cancelled. So is one of which nothing is
    to come, where visits were called off and not booked again.
    """
    return _called_off(command, "cancel_series", actor, clock)


def pause_series(command: PauseSeries, actor: Actor, clock: Clock) -> SeriesCancelled | Refused | NotAllowed:
    """Call off every visit still to come as cancelling does, and keep the series to be resumed."""
    return _called_off(command, "pause_series", actor, clock)


def can_end(series: Series, now: datetime) -> bool:
    """Say whether a series can be ended: something of it is to come, or was called off, or it rests."""
    ahead = any(is_to_come(visit, now) for visit in series.standing)
    return series.state in RESTING or (series.state is SeriesState.BOOKED and (ahead or bool(series.missing)))


def _called_off(
    command: CancelSeries | PauseSeries, verb: str, actor: Actor, clock: Clock
) -> SeriesCancelled | Refused | NotAllowed:
    if not may(actor, Permission.CANCEL_SERIES):
        return NotAllowed(Permission.CANCEL_SERIES)
    act = Act(verb, Permission.CANCEL_SERIES, command, actor, clock.now())
    return retried(lambda: _attempt(act))


def _attempt(act: Act[CancelSeries | PauseSeries]) -> SeriesCancelled | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_series(act.command.series)
        except NotFound:
            return unknown_series(act.command.series)
        return act.once(
            series.site, do=lambda: _ended(act, series), again=lambda _: _ended_before(act, series)
        )


def _ended(act: Act[CancelSeries | PauseSeries], series: Series) -> SeriesCancelled | Refused:
    command, actor, now = act.command, act.actor, act.now
    ahead = tuple(visit for visit in series.standing if is_to_come(visit, now))
    if reasons := tuple(_against(command, series, ahead)):
        return Refused(reasons=reasons)
    late = 0
    # What was booked by mistake and told to nobody is not announced as called off either, and counts as nothing.
    booked = tuple(visit for visit in booked_together(series) if is_to_come(visit, now))
    if _is_untold_mistake(command, booked):
        call_off_as(_without_followers(booked), AppointmentState.LAPSED, now)
    else:
        late = call_off(ahead, command.by, actor, now)
    stored.mark_series(series.id, _state_after(command, series, ahead))
    if command.reason is CancelReason.BOOKED_BY_MISTAKE:
        on_when_undone(series, actor, now)
    # Of a series that is over or paused nothing is expected, so nothing about it is left to be mended.
    let_go([SeriesFindings(series, ())], Resolution.ELSEWHERE, now)
    details = {
        "by": command.by.value,
        "reason": command.reason.value,
        "visits": len(ahead),
        "late": late,
    }
    record(AuditEntry(now, actor.id, act.verb, "series", series.id, details, series.site))
    act.note_answer(series)
    return SeriesCancelled(stored.series(series.id), ahead, late)


def _is_untold_mistake(command: CancelSeries | PauseSeries, booked: tuple[Appointment, ...]) -> bool:
    """Say whether what was booked by mistake was told to nobody yet: of a group's visits, to none of its members."""
    mistaken = isinstance(command, CancelSeries) and command.reason is CancelReason.BOOKED_BY_MISTAKE
    return mistaken and not known_starts(visit.id for visit in booked)


def _without_followers(visits: tuple[Appointment, ...]) -> tuple[Appointment, ...]:
    """Return the visits but for those of members with their group, which are called off with the group's own."""
    whole = {visit.id for visit in visits}
    return tuple(visit for visit in visits if visit.group_visit not in whole)


def _ended_before(act: Act[CancelSeries | PauseSeries], series: Series) -> SeriesCancelled:
    """Return the answer to a request that was already answered under the same key: what was called off by it then."""
    then = when_answered(act.command.idempotency_key)
    noted = [
        (visit, event.notice)
        for visit in series.appointments
        for event in events_of(visit.id)
        if event.notice is not None and event.at == then
    ]
    late = sum(notice is Timeliness.LATE for _, notice in noted)
    return SeriesCancelled(series, tuple(visit for visit, _ in noted), late)


def _against(
    command: CancelSeries | PauseSeries, series: Series, ahead: tuple[Appointment, ...]
) -> Iterator[Reason]:
    ends = isinstance(command, CancelSeries)
    if ends and series.state in RESTING:
        return
    if series.state is not SeriesState.BOOKED:
        why = told("The series is %(state)s already.", state=series_state_name(series.state))
        yield nonsense("not_booked", why, told("Nothing needs to be done."))
    elif not ahead and not (ends and series.missing):
        why = told("No visit of the series is still to come.")
        yield nonsense("nothing_to_come", why, told("Nothing needs to be done."))


def _state_after(
    command: CancelSeries | PauseSeries, series: Series, ahead: tuple[Appointment, ...]
) -> SeriesState:
    if isinstance(command, PauseSeries):
        return SeriesState.PAUSED
    return SeriesState.STOPPED if len(ahead) < len(series.standing) else SeriesState.CANCELLED
