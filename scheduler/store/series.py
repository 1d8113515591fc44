"""Series as they are kept: written whole, read whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series, SeriesState
from scheduler.store import appointments
from scheduler.store.base import table_of
from scheduler.store.tables_treatment import AppointmentRow, BookingRequestRow, SeriesRow
from scheduler.store.work import reading, writing

_series = table_of(SeriesRow)
_request = table_of(BookingRequestRow)
_visit = table_of(AppointmentRow)


def save_series(series: Series, at: datetime, idempotency_key: str | None = None) -> None:
    """Write a new series with its visits and their claims; `at` is the instant of the request.

    With a key, `series_under_key` finds the series again. Raises `Conflict` when a claim is no longer to be had, or
    the key was used by somebody else a moment ago.
    """
    connection = writing()
    row = {
        "id": series.id,
        "site_id": series.site,
        "patient_id": series.patient,
        "protocol_key": series.protocol,
        "protocol_version": series.protocol_version,
        "state": series.state.value,
        "declined": sorted(series.declined),
        "created_at": at,
    }
    connection.execute(insert(_series).values(row))
    if idempotency_key is not None:
        request = {"key": idempotency_key, "site_id": series.site, "series_id": series.id, "created_at": at}
        connection.execute(insert(_request).values(request))
    appointments.enter(series.appointments, at)


def series(id: str) -> Series:
    """Return a series. Raises `NotFound`."""
    with reading() as connection:
        found = _load(connection, [_series.c.id == id])
    if not found:
        raise NotFound(f"There is no series '{id}'")
    return found[0]


def series_under_key(idempotency_key: str) -> Series | None:
    """Return the series that was booked under this key, or `None`."""
    named = select(_request.c.series_id).where(_request.c.key == idempotency_key)
    with reading() as connection:
        return next(iter(_load(connection, [_series.c.id.in_(named)])), None)


def series_of_patient(patient: str) -> tuple[Series, ...]:
    """Return every series of a patient, the cancelled ones included, by when they were booked."""
    with reading() as connection:
        return _load(connection, [_series.c.patient_id == patient])


def standing_series(after: datetime, site: str | None = None) -> tuple[Series, ...]:
    """Return the series with a visit that is not called off and starts after this instant; of one site or of all."""
    ahead = select(_visit.c.series_id).where(_visit.c.starts_at > after, appointments.STANDING)
    conditions: list[ColumnElement[bool]] = [_series.c.id.in_(ahead)]
    if site is not None:
        conditions.append(_series.c.site_id == site)
    with reading() as connection:
        return _load(connection, conditions)


def all_series() -> tuple[Series, ...]:
    """Return every series there is, by when they were booked."""
    with reading() as connection:
        return _load(connection, [])


def mark_series(id: str, state: SeriesState) -> None:
    """Give a series another state; its visits stay as they are. Raises `NotFound`."""
    changed = writing().execute(update(_series).where(_series.c.id == id).values(state=state.value))
    if changed.rowcount == 0:
        raise NotFound(f"There is no series '{id}'")


def _load(connection: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[Series, ...]:
    chosen = select(_series.c.id).where(*where)
    visits: dict[str, list[Appointment]] = defaultdict(list)
    for visit in appointments.load_appointments(connection, [_visit.c.series_id.in_(chosen)]):
        visits[visit.series].append(visit)
    rows = connection.execute(select(_series).where(*where).order_by(_series.c.created_at, _series.c.id))
    return tuple(series_from(row, visits[row.id]) for row in rows)


def series_from(row: Any, visits: Iterable[Appointment]) -> Series:
    """Return the series of a row and of its visits; for this room's own use."""
    return Series(
        id=row.id,
        site=row.site_id,
        patient=row.patient_id,
        protocol=row.protocol_key,
        protocol_version=row.protocol_version,
        state=SeriesState(row.state),
        appointments=tuple(visits),
        declined=frozenset(row.declined),
    )
