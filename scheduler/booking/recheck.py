"""Recheck: asks every rule about every series with a visit still to come, each without its own claims."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.judging import SeriesFindings, findings_in, standing_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.store import clinic
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class RecheckCommand:
    """Look at one site, or at all of them when it is `None`."""

    site: str | None = None


def recheck(command: RecheckCommand, actor: Actor, clock: Clock) -> tuple[SeriesFindings, ...] | NotAllowed:
    """Return every series with a visit still to come, with its findings; nothing is written.

    Raises `NotFound` for an unknown site.
    """
    if not may(actor, Permission.SEE_FINDINGS) or actor.site not in (None, command.site):
        return NotAllowed(Permission.SEE_FINDINGS)
    now = clock.now()
    with reading():
        sites = clinic.sites() if command.site is None else (clinic.site(command.site),)
        return tuple(
            SeriesFindings(series, findings_in(diary, series))
            for site in sites
            for series, diary in standing_at(site.id, now)
        )
