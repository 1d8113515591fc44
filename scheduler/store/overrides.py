"""Overrides as they are kept: who let which rule pass for which visit, why and until when; taken back, never erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.domain.override import Override
from scheduler.store.base import table_of
from scheduler.store.tables_life import OverrideRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_override = table_of(OverrideRow)
_visit = table_of(AppointmentRow)


def override(id: str) -> Override:
    """Return an override, one taken back as well. Raises `NotFound`."""
    with reading() as connection:
        found = _load(connection, [_override.c.id == id])
    if not found:
        raise NotFound(f"There is no override '{id}'")
    return found[0]


def all_overrides() -> tuple[Override, ...]:
    """Return every override that was ever made, by when it was made."""
    with reading() as connection:
        return _load(connection, [])


def overrides_where(*wanted: ColumnElement[bool]) -> tuple[Override, ...]:
    """Return the overrides of which all this is true, by when they were made; for this room's own use."""
    with reading() as connection:
        return _load(connection, wanted)


def load_overrides(connection: Connection, patients: Iterable[str]) -> tuple[Override, ...]:
    """Return the overrides of these patients' visits that were not taken back; for this room's own use."""
    theirs = select(_visit.c.id).where(_visit.c.patient_id.in_(sorted(set(patients))))
    return _load(connection, [_override.c.withdrawn_at.is_(None), _override.c.appointment_id.in_(theirs)])


def standing_overrides(patients: Iterable[str]) -> tuple[Override, ...]:
    """Return the overrides of these patients' visits that were not taken back."""
    with reading() as connection:
        return load_overrides(connection, patients)


def overrides_ahead(site: str, now: datetime) -> tuple[Override, ...]:
    """Return the overrides of visits of a site that were not taken back and have not expired."""
    standing = [_override.c.site_id == site, _override.c.withdrawn_at.is_(None), _override.c.expires_at > now]
    with reading() as connection:
        return _load(connection, standing)


def save_override(override: Override) -> None:
    """Write a new override."""
    row = {
        "id": override.id,
        "site_id": override.site,
        "appointment_id": override.appointment,
        "rule": override.rule,
        "reason": override.reason,
        "made_by": override.made_by,
        "role": override.role,
        "made_at": override.made_at,
        "expires_at": override.expires_at,
        "withdrawn_at": override.withdrawn_at,
    }
    writing().execute(insert(_override).values(row))


def mark_withdrawn(id: str, at: datetime) -> None:
    """Take an override back. Raises `NotFound` when there is none that stands."""
    standing = (_override.c.id == id, _override.c.withdrawn_at.is_(None))
    if writing().execute(update(_override).where(*standing).values(withdrawn_at=at)).rowcount == 0:
        raise NotFound(f"There is no override '{id}' that stands")


def _load(connection: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[Override, ...]:
    query = select(_override).where(*where).order_by(_override.c.made_at, _override.c.id)
    return tuple(
        Override(
            id=row.id,
            site=row.site_id,
            appointment=row.appointment_id,
            rule=row.rule,
            reason=row.reason,
            made_by=row.made_by,
            role=row.role,
            made_at=row.made_at,
            expires_at=row.expires_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in connection.execute(query)
    )
