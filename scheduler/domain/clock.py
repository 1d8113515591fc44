"""The one room that knows the wall clock, and the way from clinic-local times to instants and back."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval, as_utc


class Clock(Protocol):
    """Tells the present instant, in UTC. It is always passed in, and read once per request."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)


@dataclass
class StandingClock:
    """A clock that stands where it was put; for tests, `--now` and dry runs."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant it was put at, in UTC."""
        return as_utc(self.instant)

    def advance(self, by: timedelta) -> None:
        """Move the hands forward by an elapsed duration."""
        self.instant = as_utc(self.instant) + by


def use_packaged_time_zones() -> None:
    """Read time zones from the pinned tzdata package, never from the machine.

    A machine's own data may be years old and an hour wrong; every process calls this first.
    """
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=())
        ZoneInfo.clear_cache()
        zone_of.cache_clear()


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone with this IANA name. Raises `InvalidValue` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValue(
            f"'{name}' is not a known time zone; use an IANA name such as America/Denver"
        ) from error


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names of the zones of places, such as America/Denver, in order; no aliases of offsets."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return tuple(sorted(places))


def instant_at(day: date, at: time, zone: str) -> datetime:
    """Return the UTC instant of a clinic-local wall time.

    In the hour that occurs twice the first is meant; in the hour that is skipped, the instant the
    same distance after the change.
    """
    return datetime.combine(day, at, tzinfo=zone_of(zone)).astimezone(UTC)


def local(instant: datetime, zone: str) -> datetime:
    """Return the instant as clinic-local time, for showing and for calendar days; never to be subtracted."""
    return instant.astimezone(zone_of(zone))


@lru_cache(maxsize=65536)
def local_day(instant: datetime, zone: str) -> date:
    """Return the clinic-local calendar day of an instant."""
    return instant.astimezone(zone_of(zone)).date()


def first_moment(day: date, zone: str) -> datetime:
    """Return the UTC instant at which a clinic-local calendar day begins."""
    return instant_at(day, time.min, zone)


def days_between(one: datetime, other: datetime, zone: str) -> timedelta:
    """Return the whole calendar days from the local date of one instant to that of another, whatever the hour of either.

    The same date is no day, the date after one day; negative when the other date is earlier.
    """
    return local_day(other, zone) - local_day(one, zone)


@lru_cache(maxsize=4096)
def whole_local_day(day: date, zone: str) -> Interval:
    """Return the instants of one clinic-local calendar day, 23 to 25 hours long."""
    return Interval(first_moment(day, zone), first_moment(day + timedelta(days=1), zone))


def days_of(interval: Interval, zone: str) -> Iterator[date]:
    """Yield every clinic-local calendar day that shares a moment with the interval."""
    day = local_day(interval.start, zone)
    last = local_day(interval.end - timedelta(microseconds=1), zone)
    while day <= last:
        yield day
        day += timedelta(days=1)
