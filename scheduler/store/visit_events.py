"""What happened on the day of a visit, step by step: added, never changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.visit_day import DayReason, VisitEvent
from scheduler.store.base import table_of
from scheduler.store.tables_life import VisitEventRow
from scheduler.store.work import reading, writing

_event = table_of(VisitEventRow)


def note_event(event: VisitEvent) -> None:
    """Add what happened."""
    row = {
        "site_id": event.site,
        "appointment_id": event.appointment,
        "former_state": event.former.value,
        "state": event.state.value,
        "at": event.at,
        "noted_by": event.noted_by,
        "reason": event.reason.value if event.reason else "",
    }
    writing().execute(insert(_event).values(row))


def events_of(appointment: str) -> tuple[VisitEvent, ...]:
    """Return what happened to a visit, in the order in which it was noted."""
    query = select(_event).where(_event.c.appointment_id == appointment).order_by(_event.c.id)
    with reading() as connection:
        return tuple(
            VisitEvent(
                site=row.site_id,
                appointment=row.appointment_id,
                former=AppointmentState(row.former_state),
                state=AppointmentState(row.state),
                at=row.at,
                noted_by=row.noted_by,
                reason=DayReason(row.reason) if row.reason else None,
            )
            for row in connection.execute(query)
        )
