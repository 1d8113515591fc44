"""Asks every rule about every visit to come once a night, site by site, and leaves a trace of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time

from scheduler.access.permissions import SYSTEM
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.clock import Clock, local, local_day
from scheduler.domain.places import Site
from scheduler.store.audit import AuditEntry, record
from scheduler.store.clinic import sites
from scheduler.store.work import unit_of_work

log = logging.getLogger(__name__)

NIGHTLY_AT = time(2, 0)
"""On the site's clock. In the night that skips this hour it is the first moment after."""


class NightlyRecheck:
    """Remembers which sites have had their night's recheck.

    A site seen for the first time after the hour waits for the next night.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[str, date] = {}

    def look(self) -> None:
        """Recheck each site for which the hour has come; one that fails is tried again at the next look.

        The others are not kept waiting: what was raised first is raised again when all have had their turn.
        """
        now = self._clock.now()
        failures: list[Exception] = []
        for site in self.due(sites(), now):
            try:
                self._recheck(site)
            except Exception as failure:
                failures.append(failure)
            else:
                self.note_done(site, now)
        if failures:
            raise failures[0]

    def due(self, every_site: Iterable[Site], now: datetime) -> tuple[Site, ...]:
        """Return the sites whose hour has come and that were not done yet on their local day."""
        found = []
        for site in every_site:
            there = local(now, site.zone)
            is_after = there.time() >= NIGHTLY_AT
            last = self._last.setdefault(site.id, there.date() if is_after else date.min)
            if is_after and last != there.date():
                found.append(site)
        return tuple(found)

    def note_done(self, site: Site, now: datetime) -> None:
        """Remember that a site has had its recheck of this local day."""
        self._last[site.id] = local_day(now, site.zone)

    def _recheck(self, site: Site) -> None:
        checked = recheck(RecheckCommand(site.id), SYSTEM, self._clock)
        assert not isinstance(checked, NotAllowed), "the system itself may recheck"
        broken = [finding for series in checked for finding in series.findings]
        levels = Counter(str(finding.level) for finding in broken)
        with unit_of_work():
            details = {"series": len(checked), "findings": dict(sorted(levels.items()))}
            record(AuditEntry(self._clock.now(), SYSTEM.id, "recheck", "site", site.id, details, site.id))
        log.info("nightly recheck: %s series, findings %s", len(checked), details["findings"])
