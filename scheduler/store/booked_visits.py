"""The visits of patients in outline, for what is judged by them whatever series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.domain.appointment import LET_GO, NOT_BEGUN, AppointmentState
from scheduler.domain.diary import BookedVisit
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import DayReason
from scheduler.store.appointments import STANDING
from scheduler.store.base import table_of
from scheduler.store.rows import by_owner
from scheduler.store.series import lapsed_visits
from scheduler.store.tables_life import VisitEventRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_event = table_of(VisitEventRow)

_GIVEN = LET_GO | {AppointmentState.DOSING, AppointmentState.OBSERVING, AppointmentState.RECOVERING}
"""The states of visits of which the dose was given."""


def booked_of(patients: Iterable[str], as_of: datetime) -> Mapping[str, tuple[BookedVisit, ...]]:
    """Return by patient the visits that stand or took place, at every site and at any time, as known at an instant."""
    wanted = sorted(set(patients))
    if not wanted:
        return {}
    with reading() as connection:
        found = by_owner(
            connection,
            select(
                *(_visit.c.patient_id, _visit.c.id, _visit.c.kind, _visit.c.starts_at, _visit.c.ends_at),
                *(_visit.c.state, _visit.c.released_at, _begun_at()),
            )
            .where(_visit.c.patient_id.in_(wanted), STANDING)
            .order_by(_visit.c.starts_at, _visit.c.id),
        )
    # What was only held until now is free, also before that is written down.
    lapsed = lapsed_visits(as_of)
    return {
        patient: tuple(_booked(row, as_of) for row in rows if row[0] not in lapsed)
        for patient, rows in found.items()
    }


def _begun_at() -> Any:
    """Return the instant at which the dose of a visit was noted as begun, as a column; of one that was taken back not."""
    return (
        select(func.max(_event.c.at))
        .where(
            _event.c.appointment_id == _visit.c.id,
            _event.c.state == AppointmentState.DOSING.value,
            _event.c.reason != DayReason.UNDONE.value,
        )
        .scalar_subquery()
    )


def _booked(row: Any, as_of: datetime) -> BookedVisit:
    id, kind, start, end, state, released, begun = row
    given = None
    if StepKind(kind) is StepKind.DOSING:
        if AppointmentState(state) in _GIVEN:
            given = Interval(begun or start, max(end, released or end))
        elif AppointmentState(state) in NOT_BEGUN and end <= as_of:
            given = Interval(start, end)
    return BookedVisit(id, StepKind(kind), start, given)
