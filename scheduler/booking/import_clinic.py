"""Import a clinic file: all of it or nothing; importing the same file twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.inbox import let_go, refusals_of, take_in
from scheduler.booking.judging import SeriesFindings, findings_in, standing_at
from scheduler.booking.new_versions import OnOlderVersion, on_older_versions
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.clinic_file import Clinic
from scheduler.clinic_file.clinic_document import read_clinic
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Fault, FaultyDocument
from scheduler.domain.site_settings import differences
from scheduler.domain.treatment import Protocol
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.clinic import ClinicChanges
from scheduler.store.conflicts import Resolution
from scheduler.store.work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class ImportClinic:
    """Take in a clinic document (already parsed from YAML or JSON)."""

    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClinicImported:
    """What the import changed.

    `conflicts` says how many came into the inbox with it, `visits_broken` how many visits they touch. `on_older_versions`
    says by protocol how many series still to come run on a version before one that is new: they keep theirs, and `older`
    which of their visits the new one would break.
    """

    changes: ClinicChanges
    conflicts: int = 0
    visits_broken: int = 0
    on_older_versions: Mapping[str, int] = field(default_factory=dict)
    older: tuple[OnOlderVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreviewed:
    """The file is sound; `older` is as in `ClinicImported`, by the facts as they are kept now. Nothing was taken."""

    older: tuple[OnOlderVersion, ...] = ()


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


def preview_import(
    command: ImportClinic, actor: Actor, clock: Clock
) -> ImportPreviewed | ImportRefused | NotAllowed:
    """Read the document, check all of it, say what its new versions of protocols would break, and write nothing."""
    if not may(actor, Permission.IMPORT_CLINIC):
        return NotAllowed(Permission.IMPORT_CLINIC)
    now = clock.now()
    try:
        with reading():
            content = read_clinic(command.document)
            return ImportPreviewed(on_older_versions(_new_among(content), now))
    except FaultyDocument as refusal:
        return ImportRefused(refusal.faults)


def _new_among(content: Clinic) -> tuple[Protocol, ...]:
    """Return the versions of protocols that a file holds and the store does not."""
    known = {(one.key, one.version) for one in clinic.protocol_versions()}
    return tuple(one for one in content.protocols if (one.key, one.version) not in known)


def _attempt(command: ImportClinic, actor: Actor, now: datetime) -> ClinicImported:
    content = read_clinic(command.document)
    with unit_of_work():
        new = _new_among(content)
        before = {site.id: site for site in clinic.sites()}
        changes = clinic.save_clinic(content, now)
        for site in clinic.sites():
            if site.id in before and (chosen := differences(before[site.id], site)):
                record(AuditEntry(now, actor.id, "import_clinic", "site", site.id, chosen, site.id))
        conflicts, visits = _feed_the_inbox(now) if changes.created or changes.changed else (0, 0)
        details = {
            "created": changes.created,
            "changed": changes.changed,
            "unchanged": changes.unchanged,
            "visits_broken": visits,
        }
        record(AuditEntry(now, actor.id, "import_clinic", "clinic", "file", details))
        older = on_older_versions(new, now)
    counts = Counter(one.series.protocol for one in older)
    return ClinicImported(changes, conflicts, visits, dict(sorted(counts.items())), older)


def _feed_the_inbox(now: datetime) -> tuple[int, int]:
    """Take what stands and refuses a booking now into the inbox; return how many conflicts are new, and their visits."""
    conflicts, visits = 0, set[tuple[str, str]]()
    for site in clinic.sites():
        judged = tuple(
            SeriesFindings(series, findings_in(diary, series)) for series, diary in standing_at(site.id, now)
        )
        for one in take_in(refusals_of(judged), "clinic_file", now):
            conflicts += 1
            visits.update((one.series, step) for step in one.steps)
        let_go(judged, Resolution.ELSEWHERE, now)
    return conflicts, len(visits)
