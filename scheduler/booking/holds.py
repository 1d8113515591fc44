"""Times held while somebody decides: they count as taken until then, and are free by themselves afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from scheduler.access.permissions import SYSTEM, Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import locked_series
from scheduler.booking.inbox import let_go
from scheduler.booking.judging import SeriesFindings, findings_now
from scheduler.booking.one_series import unknown_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.state_names import series_state_name
from scheduler.booking.waiting_list import off_when_booked
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told, told_moment
from scheduler.planner.proposal import Reason
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Finding
from scheduler.store import appointments, clinic, reminders
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

BOOK_HOLD = "book_hold"

LONGEST_HOLD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DecideHold:
    """Book the series with this id, which is only held, or let it go.

    A request repeated with the same `idempotency_key` decides nothing again.
    """

    series: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class HoldDecided:
    """The series as it stands in the store, and what the rules still ask for (nothing once it is let go)."""

    series: Series
    findings: tuple[Finding, ...] = ()


_Decide = Callable[[Act[DecideHold], Series], HoldDecided | Refused]


def as_held(series: Series, until: datetime) -> Series:
    """Return a series that is only held until an instant, with all its visits."""
    visits = (replace(visit, state=AppointmentState.TENTATIVE) for visit in series.appointments)
    return replace(series, state=SeriesState.TENTATIVE, held_until=until, appointments=tuple(visits))


def against_holding(until: datetime | None, now: datetime) -> Iterator[Reason]:
    """Yield what is wrong with the time until which somebody wants to hold a series."""
    if until is not None and not now < until <= now + LONGEST_HOLD:
        why = told(
            "Times are held for %(days)s days at the most, and until a time that is still to come.",
            days=LONGEST_HOLD.days,
        )
        yield nonsense("hold", why, told("Hold them for a shorter time, or book them."))


def book_hold(command: DecideHold, actor: Actor, clock: Clock) -> HoldDecided | Refused | NotAllowed:
    """Book what was held, when the rules still allow it and its time is not over."""
    return _decided(Act(BOOK_HOLD, Permission.BOOK_SERIES, command, actor, clock.now()), _booked)


def release_hold(command: DecideHold, actor: Actor, clock: Clock) -> HoldDecided | Refused | NotAllowed:
    """Let go what was held: its times are free at once."""
    return _decided(Act("release_hold", Permission.BOOK_SERIES, command, actor, clock.now()), _released)


def release_lapsed_holds(clock: Clock) -> int:
    """Write down which holds are over, each site in a unit of work of its own, and return how many there were."""
    now = clock.now()
    sites = sorted({series.site for series in stored.lapsed_holds(now)})
    return sum(retried(partial(_let_site_lapse, site, now)) for site in sites)


def let_lapse(site: str, now: datetime) -> int:
    """Let the holds of a site go whose time is over, within a unit of work that has locked the site; return how many."""
    lapsed = stored.lapsed_holds(now, site)
    for series in lapsed:
        _let_go(series, SYSTEM, now, "hold_lapsed")
    return len(lapsed)


def locked_now(series: str, now: datetime) -> Series:
    """Lock a series' site and patient, let the site's holds lapse, and return the series as it is then. Raises `NotFound`.

    For whoever will claim something: what lapsed counts as free already, and must not be in the way any more.
    """
    seen = locked_series(series)
    return stored.series(series) if let_lapse(seen.site, now) else seen


def _let_site_lapse(site: str, now: datetime) -> int:
    with unit_of_work():
        lock([site], [])
        return let_lapse(site, now)


def _decided(act: Act[DecideHold], decide: _Decide) -> HoldDecided | Refused | NotAllowed:
    if not may(act.actor, act.permission):
        return act.not_allowed
    return retried(lambda: _attempt(act, decide))


def _attempt(act: Act[DecideHold], decide: _Decide) -> HoldDecided | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_series(act.command.series)
        except NotFound:
            return unknown_series(act.command.series)
        return act.once(
            series.site,
            do=lambda: _not_held(series, act.now) or decide(act, series),
            again=lambda _: _decided_before(act, series),
        )


def _booked(act: Act[DecideHold], series: Series) -> HoldDecided | Refused:
    now = act.now
    let_lapse(series.site, now)
    booked = [
        replace(visit, state=AppointmentState.BOOKED, version=visit.version + 1)
        if visit.state is AppointmentState.TENTATIVE
        else visit
        for visit in series.appointments
    ]
    after = replace(series, state=SeriesState.BOOKED, held_until=None, appointments=tuple(booked))
    findings = findings_now(after, now)
    if refuses(findings):
        return Refused(findings=findings)
    stored.save_change(series, after, now)
    off_when_booked(after, act.actor, now)
    record(AuditEntry(now, act.actor.id, act.verb, "series", series.id, {}, series.site))
    act.note_answer(series)
    return HoldDecided(stored.series(series.id), findings)


def _released(act: Act[DecideHold], series: Series) -> HoldDecided:
    _let_go(series, act.actor, act.now, act.verb)
    act.note_answer(series)
    return HoldDecided(stored.series(series.id))


def _decided_before(act: Act[DecideHold], series: Series) -> HoldDecided:
    """Return the answer to a request that was already answered under the same key."""
    return HoldDecided(series, findings_now(series, act.now) if act.verb == BOOK_HOLD else ())


def _not_held(series: Series, now: datetime) -> Refused | None:
    """Say why there is nothing to decide about a series."""
    if series.state is not SeriesState.TENTATIVE or series.held_until is None:
        why = told("The series is not held; it is %(state)s.", state=series_state_name(series.state))
        return Refused(reasons=(nonsense("not_held", why, told("Look at the series as it is now.")),))
    if series.held_until <= now:
        until = told_moment(series.held_until, clinic.site(series.site).zone)
        why = told("The times were held until %(until)s, and are free again.", until=until)
        return Refused(reasons=(nonsense("lapsed", why, told("Look at what is free now, and book that.")),))
    return None


def _let_go(series: Series, actor: Actor, now: datetime, verb: str) -> None:
    ids = [visit.id for visit in series.standing]
    appointments.call_off(ids, AppointmentState.LAPSED, now)
    reminders.mark_void(ids)
    stored.mark_series(series.id, SeriesState.LAPSED)
    let_go([SeriesFindings(series, ())], Resolution.ELSEWHERE, now)
    record(AuditEntry(now, actor.id, verb, "series", series.id, {"visits": len(ids)}, series.site))
