"""How often a calendar may be read, and how often one network address may ask for calendars that are not there.

Counted in each process for itself and in memory alone, for a minute: several processes allow so many times as much.
Calendars that are there are never counted by network address, for a service may read thousands of them from one.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from scheduler.config import Settings
from scheduler.domain.clock import Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_WINDOWS = 50_000
"""Counts kept at the most: those that are over are let go before, and when none is over, all."""


class FeedLimits:
    """What was asked for within the last minute. Tokens are named by their hashes here, so that none stays in memory."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._proxies = settings.proxies
        self._reads = _Limit("reads", settings.feed_reads_per_minute, clock)
        self._misses = _Limit("misses", settings.feed_misses_per_minute, clock)

    def wait(self, environ: WSGIEnvironment, token_hash: str) -> int:
        """Return how many seconds a program is to wait, 0 for none, without counting anything."""
        # Hardly ever is anything missed, and then nobody need be told apart.
        missed = self._misses.wait(self.network(environ)) if self._misses.counts_any else 0
        return max(missed, self._reads.wait(token_hash))

    def count(self, environ: WSGIEnvironment, token_hash: str, status: str) -> None:
        """Count a request by how it was answered, such as `404 NOT FOUND`: as a reading of the calendar, or as a miss.

        A token is counted only where there is a calendar, so that guesses leave nothing behind; a failure of ours is not.
        """
        if status.startswith(("2", "3")):
            self._reads.count(token_hash)
        elif status.startswith("4") and (network := self.network(environ)):
            self._misses.count(network)

    def network(self, environ: WSGIEnvironment) -> str:
        """Return from where a program asks, empty where it is this machine: a proxy of which nobody told us, or a trial."""
        told = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if self._proxies else []
        # Each proxy adds the address it was asked from at the end: whatever stands before was said by somebody else.
        told = [environ.get("REMOTE_ADDR", ""), *(one.strip() for one in reversed(told) if one.strip())]
        return network_of(told[min(self._proxies, len(told) - 1)])


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """Return the network that an address stands for: itself, or its 64 bits (IPv6), of which one household has all.

    Empty for this machine, and for what is no address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return ""
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


class _Limit:
    """So many a minute of one kind, 0 for as many as one likes; the minute begins with the first."""

    def __init__(self, kind: str, most: int, clock: Clock) -> None:
        self._clock = clock
        self._item = RateLimitItemPerMinute(most, namespace=kind)
        self._windows = _Windows(clock)
        self._limiter = FixedWindowRateLimiter(self._windows)

    @property
    def counts_any(self) -> bool:
        """Say whether anything was counted that is kept."""
        return self._windows.holds_any

    def wait(self, key: str) -> int:
        """Return how many seconds are left until there may be another, 0 for none."""
        if not self._item.amount or self._limiter.test(self._item, key):
            return 0
        ends = self._limiter.get_window_stats(self._item, key).reset_time
        return max(1, ceil(ends - self._clock.now().timestamp()))

    def count(self, key: str) -> None:
        """Count one."""
        if self._item.amount:
            self._limiter.hit(self._item, key)


class _Windows(Storage):
    """Counts that end, on the clock of the program; the library's own would start a thread for it and read another clock."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    @property
    def holds_any(self) -> bool:
        """Say whether there is any count, over or not."""
        return bool(self._windows)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what may go wrong: nothing of its own."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window that began with the first count and ends after `expiry` seconds; return how many there are."""
        now = self._now()
        with self._lock:
            ends, count = self._windows.get(key, (0.0, 0))
            if ends <= now:
                self._make_room(now)
                ends, count = now + expiry, 0
            self._windows[key] = (ends, count + amount)
            return count + amount

    def get(self, key: str) -> int:
        """Return how many were counted in the present window."""
        ends, count = self._windows.get(key, (0.0, 0))
        return count if ends > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the present window ends, in seconds since 1970; now where there is none."""
        return max(self._now(), self._windows.get(key, (0.0, 0))[0])

    def check(self) -> bool:
        """Say that memory is there."""
        return True

    def reset(self) -> int:
        """Forget everything, and return how much that was."""
        with self._lock:
            forgotten = len(self._windows)
            self._windows = {}
            return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._windows.pop(key, None)

    def _make_room(self, now: float) -> None:
        if len(self._windows) >= MOST_WINDOWS:
            running = {key: window for key, window in self._windows.items() if window[0] > now}
            self._windows = running if len(running) < MOST_WINDOWS else {}

    def _now(self) -> float:
        return self._clock.now().timestamp()
