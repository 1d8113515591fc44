"""What happened on the day of a visit, step by step: added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select

from scheduler.domain.answers import AnswerWay
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.notice import Absences, Timeliness
from scheduler.domain.visit_day import DOSED, DayReason, VisitEvent
from scheduler.store.base import table_of
from scheduler.store.tables_life import VisitEventRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_event = table_of(VisitEventRow)
_visit = table_of(AppointmentRow)

_COUNTED: Mapping[tuple[str, str | None], str] = {
    (AppointmentState.CANCELLED_BY_PATIENT, Timeliness.IN_TIME): "by_patient_in_time",
    (AppointmentState.CANCELLED_BY_PATIENT, Timeliness.LATE): "by_patient_late",
    (AppointmentState.CANCELLED_BY_CLINIC, Timeliness.IN_TIME): "by_clinic_in_time",
    (AppointmentState.CANCELLED_BY_CLINIC, Timeliness.LATE): "by_clinic_late",
    (AppointmentState.NO_SHOW, None): "no_shows",
    (AppointmentState.SAME_DAY_HOLD, None): "same_day_holds",
}
"""What each state of a visit that did not take place counts as, with how early it was called off."""


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
        "notice": event.notice.value if event.notice else None,
        "way": event.way.value if event.way else None,
    }
    writing().execute(insert(_event).values(row))


def events_of(appointment: str) -> tuple[VisitEvent, ...]:
    """Return what happened to a visit, in the order in which it was noted."""
    return _load([_event.c.appointment_id == appointment])


def confirmations_of(appointments: Collection[str]) -> Mapping[str, VisitEvent]:
    """Return how each of these visits was confirmed last, by visit; those never confirmed are left out."""
    wanted = _event.c.appointment_id.in_(sorted(appointments))
    confirmed = _event.c.state == AppointmentState.CONFIRMED
    return {event.appointment: event for event in _load([wanted, confirmed])}


def doses_begun(visits: Iterable[Appointment]) -> Mapping[str, datetime]:
    """Return when the doses of visits under way were noted as begun, UTC, by visit; the last time where one was taken back.

    Visits of which no dose was begun, and those from which the patient has gone, are left out.
    """
    dosed = sorted(visit.id for visit in visits if visit.state in DOSED)
    if not dosed:
        return {}
    query = (
        select(_event.c.appointment_id, func.max(_event.c.at).label("at"))
        .where(
            _event.c.appointment_id.in_(dosed),
            _event.c.state == AppointmentState.DOSING.value,
            _event.c.reason != DayReason.UNDONE.value,
        )
        .group_by(_event.c.appointment_id)
    )
    with reading() as connection:
        return {row.appointment_id: row.at for row in connection.execute(query)}


def all_events() -> tuple[VisitEvent, ...]:
    """Return what happened to every visit, in the order in which it was noted."""
    return _load([])


def _load(where: Iterable[ColumnElement[bool]]) -> tuple[VisitEvent, ...]:
    query = select(_event).where(*where).order_by(_event.c.id)
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
                notice=Timeliness(row.notice) if row.notice else None,
                way=AnswerWay(row.way) if row.way else None,
            )
            for row in connection.execute(query)
        )


def notices() -> Mapping[str, Timeliness]:
    """Return how early every visit was called off of which that is known, by its id."""
    query = select(_event.c.appointment_id, _event.c.notice).where(_event.c.notice.is_not(None))
    with reading() as connection:
        return {row.appointment_id: Timeliness(row.notice) for row in connection.execute(query)}


def absences_of(patient: str) -> Absences:
    """Return how many of a patient's visits did not take place, at every site."""
    query = (
        select(_visit.c.state, _event.c.notice, func.count())
        .outerjoin(_event, and_(_event.c.appointment_id == _visit.c.id, _event.c.notice.is_not(None)))
        .where(_visit.c.patient_id == patient, _visit.c.state.in_(sorted({state for state, _ in _COUNTED})))
        .group_by(_visit.c.state, _event.c.notice)
    )
    with reading() as connection:
        found = {
            _COUNTED[counted]: number
            for state, notice, number in connection.execute(query)
            if (counted := (state, notice)) in _COUNTED
        }
    return Absences(**found)
