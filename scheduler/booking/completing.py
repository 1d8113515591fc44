"""When a series is completed: in the transaction that ends its last visit, and not any more when that is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.access.permissions import Actor
from scheduler.domain.clock import local_day
from scheduler.domain.series import Series, SeriesState
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record


def note_completion(series: str, actor: Actor, now: datetime) -> Series | None:
    """Complete a booked series of which nothing is left, and book a completed one again of which something is.

    Within the unit of work that changed one of its visits and holds the locks. Returns the series when its state changed.
    """
    if not series:
        return None
    found = stored.series(series)
    through = is_through(found, now)
    if found.state in (SeriesState.BOOKED, SeriesState.DORMANT) and through:
        return _marked(found, SeriesState.COMPLETED, "complete_series", actor, now)
    if found.state is SeriesState.COMPLETED and not through:
        return _marked(found, SeriesState.BOOKED, "reopen_series", actor, now)
    return None


def is_through(series: Series, now: datetime) -> bool:
    """Say whether every visit that the protocol asks of a series took place, but for those that it can do without."""
    protocol = clinic.protocol_of(series)
    patient, today = clinic.patient(series.patient), local_day(now, clinic.site(series.site).zone)
    return series.is_through(
        frozenset(step.key for step in protocol.steps if step.optional or step.is_passed_by(patient, today))
    )


def _marked(series: Series, state: SeriesState, verb: str, actor: Actor, now: datetime) -> Series:
    stored.mark_series(series.id, state)
    details = {"visits": len(series.standing)}
    record(AuditEntry(now, actor.id, verb, "series", series.id, details, series.site))
    return replace(series, state=state)
