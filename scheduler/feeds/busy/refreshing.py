"""Fetches the calendars that are due, one after the other: what cannot be had leaves what was known, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.access.permissions import SYSTEM
from scheduler.booking.retrying import retried
from scheduler.booking.take_busy_times import take_busy_times
from scheduler.domain.clock import Clock
from scheduler.feeds.busy.addresses import PUBLIC_NET, Reach
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.fetching import Fetched, Limits, Version, fetch
from scheduler.feeds.busy.reading import Reading
from scheduler.feeds.busy.sealing import AddressSeal
from scheduler.feeds.busy.sources import read_at, window_at
from scheduler.store import busy_sources, clinic
from scheduler.store.busy_sources import BusySource
from scheduler.store.locks import lock
from scheduler.store.work import reading, unit_of_work

FETCH_EVERY = timedelta(hours=1)
TRY_AGAIN_AFTER, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)
"""After a failure; each further one waits three times as long as the one before."""

CLAIMED_FOR = timedelta(minutes=10)
"""Longer than one can take: a process that died in the middle is made up for after that."""

WHOLE_EVERY = timedelta(days=6)
"""How often a calendar is asked for whole although it has not changed: its recurrences reach further every week."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What fetching needs: the key of the addresses, this program's own address, and how far and how much may be fetched."""

    seal: AddressSeal
    public_url: str = ""
    reach: Reach = PUBLIC_NET
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many calendars were fetched, had not changed, and could not be had."""

    fetched: int = 0
    unchanged: int = 0
    failed: int = 0


def refresh_due(fetching: Fetching, clock: Clock, go_on: Callable[[], bool] = lambda: True) -> Refreshed:
    """Fetch each calendar that is due, once whoever looks; stop when told not to go on. The order is who waits longest."""
    with reading():
        due = busy_sources.sources_due(clock.now())
    fetched = unchanged = failed = 0
    for source in due:
        if not go_on():
            break
        now = clock.now()
        with unit_of_work():
            is_mine = busy_sources.claim_source(source, now + CLAIMED_FOR)
        if not is_mine:
            continue
        try:
            came = _fetched(source, fetching, now)
            _keep_good(source, came, now)
        except UnusableCalendar as problem:
            _keep_failure(source, str(problem), now)
            failed += 1
        else:
            unchanged += came is None
            fetched += came is not None
    return Refreshed(fetched, unchanged, failed)


@dataclass(frozen=True, slots=True)
class _Came:
    """What came, and what it says."""

    fetched: Fetched
    reading: Reading
    read_until: datetime


def _fetched(source: BusySource, fetching: Fetching, now: datetime) -> _Came | None:
    """Fetch and read a calendar; `None` when it is as it was. Raises `UnusableCalendar`."""
    address = fetching.seal.opened(source.sealed_address, source.id)
    is_fresh = source.read_whole_at is not None and now - source.read_whole_at < WHOLE_EVERY
    known = Version(source.etag, source.last_modified) if is_fresh else Version()
    came = fetch(address, known, fetching.reach, fetching.limits, fetching.public_url)
    if came is None:
        return None
    with reading():
        site = clinic.site(source.site)
        found = read_at(came.text, site, now)
    return _Came(came, found, window_at(site, now).end)


def _keep_good(source: BusySource, came: _Came | None, now: datetime) -> None:
    def attempt() -> None:
        with unit_of_work():
            lock([source.site], [])
            good = replace(
                source,
                next_try_at=now + FETCH_EVERY,
                last_tried_at=now,
                last_good_at=now,
                failures=0,
                problem="",
            )
            if came is not None:
                good = replace(
                    good,
                    etag=came.fetched.version.etag,
                    last_modified=came.fetched.version.last_modified,
                    read_whole_at=now,
                    read_until=came.read_until,
                    remark=came.reading.remark,
                )
            # Removed while it was being fetched: then nothing of it is kept.
            if busy_sources.save_source(good) and came is not None:
                take_busy_times(good, came.reading.times, SYSTEM, now)

    retried(attempt)


def _keep_failure(source: BusySource, problem: str, now: datetime) -> None:
    waits = min(TRY_AGAIN_AFTER * 3 ** min(source.failures, 10), LONGEST_WAIT)
    with unit_of_work():
        busy_sources.save_source(
            replace(
                source,
                next_try_at=now + waits,
                last_tried_at=now,
                failures=source.failures + 1,
                problem=problem,
            )
        )
