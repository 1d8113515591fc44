"""Keeps the inbox of conflicts once a night, site by site: every rule is asked about every visit to come."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, time

from scheduler.access.permissions import SYSTEM
from scheduler.booking.keep_inbox import VERB, KeepInbox, keep_inbox
from scheduler.booking.let_rest import LetRest, let_rest
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock, local, local_day
from scheduler.domain.places import Site
from scheduler.store.audit import last_done
from scheduler.store.clinic import sites
from scheduler.store.work import reading

log = logging.getLogger(__name__)

NIGHTLY_AT = time(2, 0)
"""On the site's clock. In the night that skips this hour it is the first moment after."""


def look_at_night(clock: Clock) -> None:
    """Recheck each site for which the hour has come; one that fails is tried again at the next look.

    The others are not kept waiting: what was raised first is raised again when all have had their turn. What is done is
    known from the audit, so that it is not done again after a restart, and made up for after a night without the jobs.
    """
    now = clock.now()
    with reading():
        every_site = sites()
        done = {site.id: last_done("site", site.id, VERB) for site in every_site}
    failures: list[Exception] = []
    for site in due(every_site, done, now):
        try:
            recheck_site(site, clock)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def due(every_site: Iterable[Site], done: Mapping[str, datetime | None], now: datetime) -> tuple[Site, ...]:
    """Return the sites whose hour has come on their local day; `done` is when each had its last recheck."""
    found = []
    for site in every_site:
        last, there = done.get(site.id), local(now, site.zone)
        was_today = last is not None and local_day(last, site.zone) == there.date()
        if there.time() >= NIGHTLY_AT and not was_today:
            found.append(site)
    return tuple(found)


def recheck_site(site: Site, clock: Clock) -> None:
    """Keep the inbox of one site, and say in numbers what was found."""
    # First, for by the recheck the next look knows that this night is done.
    rested = let_rest(LetRest(site.id), SYSTEM, clock)
    kept = keep_inbox(KeepInbox(site.id), SYSTEM, clock)
    assert not isinstance(kept, NotAllowed), "the system itself may recheck"
    log.info(
        "nightly recheck: %s series, findings %s, %s new conflicts, %s resolved, %s dormant",
        *(
            kept.series,
            kept.findings,
            kept.new,
            kept.resolved,
            len(rested) if isinstance(rested, tuple) else 0,
        ),
    )
