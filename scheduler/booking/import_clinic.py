"""Import a clinic file: all of it or nothing; importing the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.clinic_file.clinic_document import read_clinic
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Fault, FaultyDocument
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.clinic import ClinicChanges
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class ImportClinic:
    """Take in a clinic document (already parsed from YAML or JSON)."""

    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClinicImported:
    """What the import changed."""

    changes: ClinicChanges


@dataclass(frozen=True, slots=True)
class ImportRefused:
    """Every fault of the document with its path; nothing was taken."""

    faults: tuple[Fault, ...]


def import_clinic(
    command: ImportClinic, actor: Actor, clock: Clock
) -> ClinicImported | ImportRefused | NotAllowed:
    """Read the document, check all of it, and write it in one commit."""
    if not may(actor, Permission.IMPORT_CLINIC):
        return NotAllowed(Permission.IMPORT_CLINIC)
    now = clock.now()
    try:
        return retried(lambda: _attempt(command, actor, now))
    except FaultyDocument as refusal:
        return ImportRefused(refusal.faults)


def _attempt(command: ImportClinic, actor: Actor, now: datetime) -> ClinicImported:
    content = read_clinic(command.document)
    with unit_of_work():
        changes = clinic.save_clinic(content, now)
        details = {"created": changes.created, "changed": changes.changed, "unchanged": changes.unchanged}
        record(AuditEntry(now, actor.id, "import_clinic", "clinic", "file", details))
    return ClinicImported(changes)
