"""Leave visits out that were called off and that the patient declines to have again; the series may be completed by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import locked_series
from scheduler.booking.completing import note_completion
from scheduler.booking.inbox import judged_anew, let_go
from scheduler.booking.one_series import unknown_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.replan_series import REPLANNED
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.work import unit_of_work

VERB = "decline_visits"


@dataclass(frozen=True, slots=True)
class DeclineVisits:
    """Note that the patient declines the visits of these steps, which were called off and not booked again.

    A request repeated with the same `idempotency_key` declines nothing again.
    """

    series: str
    steps: frozenset[str]
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VisitsDeclined:
    """The series as it stands in the store."""

    series: Series


def decline_visits(
    command: DeclineVisits, actor: Actor, clock: Clock
) -> VisitsDeclined | Refused | NotAllowed:
    """Leave the visits out of the series, or say which of them cannot be."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    act = Act(VERB, Permission.MOVE_APPOINTMENT, command, actor, clock.now())
    return retried(lambda: _attempt(act))


def declinable(series: Series) -> frozenset[str]:
    """Return the steps that were called off, are not booked again, and may be declined by the patient."""
    protocol = clinic.protocol_of(series)
    if series.state not in REPLANNED:
        return frozenset()
    return frozenset(visit.step for visit in series.missing if protocol.step(visit.step).declinable)


def _attempt(act: Act[DeclineVisits]) -> VisitsDeclined | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_series(act.command.series)
        except NotFound:
            return unknown_series(act.command.series)
        return act.once(
            series.site, do=lambda: _declined(act, series), again=lambda _: VisitsDeclined(series)
        )


def _declined(act: Act[DeclineVisits], series: Series) -> VisitsDeclined | Refused:
    steps, actor, now = act.command.steps, act.actor, act.now
    if reasons := tuple(_against(act.command, series)):
        return Refused(reasons=reasons)
    after = replace(series, declined=series.declined | steps)
    stored.save_change(series, after, now)
    let_go(judged_anew([series.id], now), Resolution.ELSEWHERE, now)
    details = {"steps": sorted(steps)}
    record(AuditEntry(now, actor.id, VERB, "series", series.id, details, series.site))
    note_completion(series.id, actor, now)
    act.note_answer(series)
    return VisitsDeclined(stored.series(series.id))


def _against(command: DeclineVisits, series: Series) -> Iterator[Reason]:
    if not command.steps:
        yield nonsense("nothing", told("No visit was named."), told("Name visits that were called off."))
    for step in sorted(command.steps - declinable(series)):
        why = told("%(step)s is not one that was called off and may be declined.", step=step)
        yield Reason("not_declinable", why, told("Plan it anew, or look at the series as it is now."), step)
