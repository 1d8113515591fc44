"""Recheck: asks every rule about every series with a visit still to come, each without its own claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.judging import findings_in, reach
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.rules.finding import Finding
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.diaries import load_diaries
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class RecheckCommand:
    """Look at one site, or at all of them when it is `None`."""

    site: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """One series that was looked at, and all that the rules say about it; empty when all is well."""

    series: Series
    findings: tuple[Finding, ...]


def recheck(command: RecheckCommand, actor: Actor, clock: Clock) -> tuple[SeriesFindings, ...] | NotAllowed:
    """Return every series with a visit still to come, with its findings; nothing is written.

    Raises `NotFound` for an unknown site.
    """
    if not may(actor, Permission.SEE_FINDINGS) or actor.site not in (None, command.site):
        return NotAllowed(Permission.SEE_FINDINGS)
    now = clock.now()
    with reading():
        sites = clinic.sites() if command.site is None else (clinic.site(command.site),)
        return tuple(found for site in sites for found in _of_site(site.id, now))


def _of_site(site: str, now: datetime) -> Iterator[SeriesFindings]:
    """Yield the series of one site; its diary is loaded once for all of them."""
    standing = stored.standing_series(now, site)
    horizon = reach(list(standing))
    if horizon is None:
        return
    by_patient: dict[str, list[Series]] = {}
    for series in standing:
        by_patient.setdefault(series.patient, []).append(series)
    for diary in load_diaries(by_patient, horizon, now, site):
        for series in by_patient[diary.patient.id]:
            yield SeriesFindings(series, findings_in(diary, series))
