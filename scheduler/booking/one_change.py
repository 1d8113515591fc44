"""The lines that every change of a standing series shares: take a way, refuse what the rules refuse, write it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from scheduler.booking.acts import Act, Keyed
from scheduler.booking.holds import locked_now
from scheduler.booking.inbox import known_already, let_go, take_in
from scheduler.booking.judging import SeriesFindings
from scheduler.booking.noted_change import WAS, noted
from scheduler.booking.one_series import unknown_series
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Level
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.work import unit_of_work

Outcome = TypeVar("Outcome")


class WaysFound(Protocol):
    """What was found when ways to change a series were looked for."""

    @property
    def ways(self) -> tuple[PlannedChange, ...]:
        """The ways, the best first."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why there is none, where there is none."""


def best_of(found: WaysFound) -> PlannedChange | Refused:
    """Return the best of the ways that were found, or why there is none."""
    return found.ways[0] if found.ways else Refused(reasons=found.reasons)


def changed_once(
    act: Act[Keyed], series: str, plan: Callable[[Series], PlannedChange | Refused]
) -> SeriesChanged | Refused | NotAllowed:
    """Plan a change of the series with this id under its locks, and make it: one whole transaction."""
    with unit_of_work():
        try:
            found = locked_now(series, act.now)
        except NotFound:
            return unknown_series(series)
        return act.once(
            found.site,
            do=lambda: make(act, plan(found)),
            again=lambda earlier: SeriesChanged(stored.series(earlier)),
        )


def made_before(act: Act[Keyed]) -> SeriesChanged | Refused | NotAllowed | None:
    """Return the answer to a request that was already answered under the same key, `None` when it is new.

    For whoever asks before the locks are had, and so before the series is known.
    """
    earlier = act.answered_before()
    if earlier is None or isinstance(earlier, Refused):
        return earlier
    series = stored.series(earlier)
    return SeriesChanged(series) if act.may_at(series.site) else act.not_allowed


def make(
    act: Act[Keyed],
    change: PlannedChange | Refused | NotAllowed,
    mended: Resolution = Resolution.ELSEWHERE,
) -> SeriesChanged | Refused | NotAllowed:
    """Write a change that no rule refuses, within the unit of work, and note that it was done.

    Open conflicts of the series that it mends are closed as `mended`.
    """
    if not isinstance(change, PlannedChange):
        return change
    if change.refusing:
        return Refused(findings=change.refusing)
    after = _written(act, change, mended)
    act.note_answer(after)
    return SeriesChanged(after, change)


def with_other_ways(
    outcome: Outcome | Refused, preview: Callable[[], WaysFound | Refused | NotAllowed]
) -> Outcome | Refused:
    """Return an outcome; one that was refused by the rules or by whoever was quicker with the ways that work now."""
    if not isinstance(outcome, Refused) or not (outcome.findings or outcome.race_lost):
        return outcome
    other = preview()
    return outcome if isinstance(other, Refused | NotAllowed) else replace(outcome, ways=other.ways)


def _written(act: Act[Keyed], change: PlannedChange, mended: Resolution) -> Series:
    """Save a change with its audit entry, and return the series as it is kept then."""
    series, now = change.after, act.now
    stored.save_change(change.before, series, now)
    judged = (SeriesFindings(series, change.findings),)
    let_go(judged, mended, now)
    take_in(known_already(judged), act.verb, now)
    details = {
        "moved": [move.step for move in change.moves],
        "reassigned": list(change.reassigned),
        "booked": [visit.step for visit in change.replaces.values()],
        WAS: noted(change),
        "gates": sorted({one.rule for one in change.findings if one.level is Level.GATE}),
    }
    record(AuditEntry(now, act.actor.id, act.verb, "series", series.id, details, series.site))
    return stored.series(series.id)
