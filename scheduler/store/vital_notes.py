"""At which of their times vital signs were looked at during dosing visits, by whom and when: that alone is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.store.base import table_of
from scheduler.store.tables_life import VitalNoteRow, VitalNoteTakenBackRow
from scheduler.store.work import reading, writing

_note = table_of(VitalNoteRow)
_taken_back = table_of(VitalNoteTakenBackRow)


@dataclass(frozen=True, slots=True)
class VitalNote:
    """One look at the vital signs of a visit that was due at an instant: when it was noted and by which account; UTC."""

    appointment: str
    due: datetime
    at: datetime
    by: str


def note_vital_signs(note: VitalNote, site: str) -> bool:
    """Keep it, and say whether that is new; what is known already stays as it is."""
    connection = writing()
    insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert_one(_note).values(
        appointment_id=note.appointment, due_at=note.due, site_id=site, noted_at=note.at, noted_by=note.by
    )
    return bool(connection.execute(row.on_conflict_do_nothing().returning(_note.c.due_at)).all())


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A note that was made by mistake, and when and by which account it was taken back; UTC."""

    note: VitalNote
    at: datetime
    by: str


def take_back(note: VitalNote, site: str, at: datetime, by: str) -> None:
    """Let a note hold no longer; that it was made, and taken back, is kept."""
    connection = writing()
    connection.execute(
        delete(_note).where(_note.c.appointment_id == note.appointment, _note.c.due_at == note.due)
    )
    connection.execute(
        insert(_taken_back).values(
            appointment_id=note.appointment,
            due_at=note.due,
            site_id=site,
            noted_at=note.at,
            noted_by=note.by,
            taken_back_at=at,
            taken_back_by=by,
        )
    )


def notes_taken_back(appointments: Collection[str] | None = None) -> tuple[TakenBack, ...]:
    """Return what was taken back of these visits, or for `None` of all, in the order in which it was."""
    query = select(_taken_back).order_by(_taken_back.c.taken_back_at, _taken_back.c.id)
    if appointments is not None:
        query = query.where(_taken_back.c.appointment_id.in_(sorted(appointments)))
    with reading() as connection:
        return tuple(
            TakenBack(
                VitalNote(row.appointment_id, row.due_at, row.noted_at, row.noted_by),
                row.taken_back_at,
                row.taken_back_by,
            )
            for row in connection.execute(query)
        )


def vital_notes(appointments: Collection[str]) -> Mapping[str, tuple[VitalNote, ...]]:
    """Return what was noted of these visits, by visit and in order of when it was due; those without are left out."""
    if not appointments:
        return {}
    found: dict[str, tuple[VitalNote, ...]] = {}
    for note in _load(select(_note).where(_note.c.appointment_id.in_(sorted(appointments)))):
        found[note.appointment] = (*found.get(note.appointment, ()), note)
    return found


def all_vital_notes() -> tuple[VitalNote, ...]:
    """Return what was noted of every visit."""
    return _load(select(_note))


def _load(query: Select[tuple[object, ...]]) -> tuple[VitalNote, ...]:
    with reading() as connection:
        rows = connection.execute(query.order_by(_note.c.appointment_id, _note.c.due_at)).all()
    return tuple(VitalNote(row.appointment_id, row.due_at, row.noted_at, row.noted_by) for row in rows)
