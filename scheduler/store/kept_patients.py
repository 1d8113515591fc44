"""Patients with their decisions, of whom those about whom nothing was written since are the very same as before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scheduler.domain.people import Patient
from scheduler.store.base import table_of
from scheduler.store.people_rows import patient_from, patient_rows
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import reading

_patient = table_of(PatientRow)

MOST = 4000
"""So many patients are kept; then it is begun anew."""


class KeptPatients:
    """What one process read last of patients: their rows are read each time, and made patients of where they differ."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, Patient]] = {}

    def named(self, ids: Iterable[str]) -> Mapping[str, Patient]:
        """Return patients by id; those that do not exist are left out."""
        found = {}
        with reading() as connection:
            for row, absences, gates in patient_rows(connection, [_patient.c.id.in_(sorted(set(ids)))]):
                made_of = (tuple(row), absences, gates)
                kept = self._known.get(row.id)
                if kept is None or kept[0] != made_of:
                    kept = self._known[row.id] = made_of, patient_from(row, absences, gates)
                found[row.id] = kept[1]
        if len(self._known) > MOST:
            self._known = {}
        return found
