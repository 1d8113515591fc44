"""Adopt another version of the protocol for a series that runs: previewed, one change, and what it breaks in the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.acts import Act
from scheduler.booking.adopting import PlannedAdoption, adoption_of
from scheduler.booking.holds import locked_now
from scheduler.booking.inbox import let_go, take_in
from scheduler.booking.judging import SeriesFindings
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.group_terms import Reading
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.work import reading, unit_of_work

VERB = "adopt_version"

CAUSE = "protocol_version"
"""What the inbox calls where such a conflict comes from."""


@dataclass(frozen=True, slots=True)
class AdoptVersion:
    """Let the series go on by this version. `seen` are the ids of the visits that it was said to break, `None` for unseen.

    A request repeated with the same `idempotency_key` changes nothing again.
    """

    series: str
    version: int
    seen: frozenset[str] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VersionAdopted:
    """The series as it stands now, and what that meant; `adoption` is `None` where an earlier request did it.

    `conflicts` says how many came into the inbox.
    """

    series: Series
    adoption: PlannedAdoption | None = None
    conflicts: int = 0


def newest_version(protocol: str) -> int:
    """Return the highest version of a protocol that there is. Raises `NotFound`."""
    return clinic.protocol(protocol).version


def preview_adoption(
    command: AdoptVersion, actor: Actor, clock: Clock
) -> PlannedAdoption | Refused | NotAllowed:
    """Say what adopting the version would mean, as adopting does, and write nothing."""
    if not may(actor, Permission.ADOPT_VERSION):
        return NotAllowed(Permission.ADOPT_VERSION)
    now = clock.now()
    with reading():
        try:
            series = stored.series(command.series)
        except NotFound:
            return _unknown(command)
        if not may_at(actor, Permission.ADOPT_VERSION, series.site):
            return NotAllowed(Permission.ADOPT_VERSION)
        return _adoption(command, series, now)


def adopt_version(command: AdoptVersion, actor: Actor, clock: Clock) -> VersionAdopted | Refused | NotAllowed:
    """Let a series go on by another version of its protocol; what that breaks stands in the inbox until it is resolved."""
    if not may(actor, Permission.ADOPT_VERSION):
        return NotAllowed(Permission.ADOPT_VERSION)
    act = Act(VERB, Permission.ADOPT_VERSION, command, actor, clock.now())
    return retried_or_refused(lambda: _attempt(act), told("Look at what it would mean now."))


def _attempt(act: Act[AdoptVersion]) -> VersionAdopted | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_now(act.command.series, act.now)
        except NotFound:
            return _unknown(act.command)
        return act.once(series.site, do=lambda: _adopted(act, series), again=lambda _: VersionAdopted(series))


def _adopted(act: Act[AdoptVersion], series: Series) -> VersionAdopted | Refused:
    adoption, seen = _adoption(act.command, series, act.now), act.command.seen
    if isinstance(adoption, Refused):
        return adoption
    if seen is not None and not seen >= {visit.id for visit in adoption.visits}:
        why = told("It would break other visits than those that were looked at.")
        again = nonsense("changed_meanwhile", why, told("Look at the visits that it would break now."))
        return Refused(reasons=(again,), race_lost=True)
    return _written(act, series, adoption)


def _adoption(command: AdoptVersion, series: Series, now: datetime) -> PlannedAdoption | Refused:
    versions = {one.version: one for one in clinic.protocol_versions() if one.key == series.protocol}
    if command.version not in versions:
        why = told(
            "There is no version %(version)s of %(protocol)s.",
            version=command.version,
            protocol=series.protocol,
        )
        there = told("There are these: %(versions)s.", versions=", ".join(map(str, sorted(versions))))
        return Refused(reasons=(nonsense("unknown_version", why, there),))
    if versions[command.version].reading is not Reading.ALONE:
        why = told("A group goes on by the version that its visits were booked with, and so do its members.")
        return Refused(
            reasons=(nonsense("with_its_group", why, told("Book the next group by the new version.")),)
        )
    return adoption_of(series, versions[command.version], now)


def _written(act: Act[AdoptVersion], series: Series, adoption: PlannedAdoption) -> VersionAdopted:
    after, now = adoption.change.after, act.now
    stored.save_change(series, after, now)
    new = take_in([SeriesFindings(after, adoption.broken)], CAUSE, now) if adoption.broken else ()
    let_go([SeriesFindings(after, adoption.change.findings)], Resolution.ELSEWHERE, now)
    details = {
        "protocol": series.protocol,
        "from": series.protocol_version,
        "to": after.protocol_version,
        "visits_broken": len(adoption.visits),
        "kept_as_they_are": list(adoption.kept_as_they_are),
    }
    record(AuditEntry(now, act.actor.id, VERB, "series", series.id, details, series.site))
    act.note_answer(after)
    return VersionAdopted(stored.series(series.id), adoption, len(new))


def _unknown(command: AdoptVersion) -> Refused:
    why = told("There is no series '%(series)s'.", series=command.series)
    return Refused(reasons=(nonsense("unknown_series", why, told("Choose one from the patient's page.")),))
