"""At which times the vital signs of dosing visits are looked at, and which of them were noted; for many visits at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.appointment import LET_GO, Appointment, AppointmentState
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import DOSED, DayReason
from scheduler.domain.vital_signs import VitalTime, vital_times
from scheduler.store.clinic import protocol_of
from scheduler.store.glances import series_in_outline
from scheduler.store.visit_events import doses_begun, events_of
from scheduler.store.vital_notes import VitalNote, vital_notes


@dataclass(frozen=True, slots=True)
class VitalLook:
    """One time of a visit's timetable; `note` is by whom and when it was noted as done, `None` while it was not."""

    time: VitalTime
    note: VitalNote | None


def vital_looks(visits: Iterable[Appointment], now: datetime) -> Mapping[str, tuple[VitalLook, ...]]:
    """Return the looks of those visits whose dose was begun, by visit and in order of time; for use in one reading.

    What was noted for a dose that was taken back and begun again is kept, and is no part of the times that hold now.
    """
    dosed = [v for v in visits if v.kind is StepKind.DOSING and v.state in DOSED | LET_GO]
    if not dosed:
        return {}
    begun = {**doses_begun(dosed), **{v.id: _begun_once(v) for v in dosed if v.state in LET_GO}}
    routes = _routes(dosed)
    notes = vital_notes({visit.id for visit in dosed})
    found = {}
    for visit in dosed:
        done = {note.due: note for note in notes.get(visit.id, ())}
        times = vital_times(visit, routes.get(visit.id, ""), begun.get(visit.id), now)
        if times:
            found[visit.id] = tuple(VitalLook(time, done.get(time.due)) for time in times)
    return found


def _begun_once(visit: Appointment) -> datetime | None:
    """Return when the dose of a visit that is over was begun, `None` where that was not noted."""
    begun = [
        event.at
        for event in events_of(visit.id)
        if event.state is AppointmentState.DOSING and event.reason is not DayReason.UNDONE
    ]
    return begun[-1] if begun else None


def _routes(visits: Iterable[Appointment]) -> Mapping[str, str]:
    """Return by which route each dose is given, by visit; those that came with the clinic file are left out."""
    of_series = [visit for visit in visits if visit.series]
    series = series_in_outline({visit.series for visit in of_series}) if of_series else {}
    return {visit.id: protocol_of(series[visit.series]).route for visit in of_series}
