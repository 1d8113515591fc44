"""Time as the clinic gives it, as masks: when a site is open, people are at work and their credentials hold."""

from __future__ import annotations

from functools import lru_cache

from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Site, WeeklyHours, weekly_times
from scheduler.planner.timeline import Grid


@lru_cache(maxsize=1024)
def open_time(site: Site, grid: Grid) -> int:
    """Return when a site is open."""
    return grid.mask(grid.within(interval) for interval in site.open_times(grid.horizon))


@lru_cache(maxsize=4096)
def working_time(person: StaffMember, site: Site, grid: Grid) -> int:
    """Return when a member of staff is at work at a site."""
    return grid.mask(grid.within(interval) for interval in person.working_times(site, grid.horizon))


@lru_cache(maxsize=1024)
def weekly_time(hours: tuple[WeeklyHours, ...], zone: str, grid: Grid) -> int:
    """Return when weekly hours lie."""
    return grid.mask(grid.within(interval) for interval in weekly_times(hours, grid.horizon, zone))


@lru_cache(maxsize=4096)
def valid_time(person: StaffMember, credential: str, zone: str, grid: Grid) -> int:
    """Return on which local days, as slots, a credential of a member of staff holds."""
    held = [mine for mine in person.credentials if mine.kind == credential]
    if any(mine.valid_until is None for mine in held):
        return grid.full
    last = max((mine.valid_until for mine in held if mine.valid_until), default=None)
    if last is None or last < local_day(grid.origin, zone):
        return 0
    end = whole_local_day(last, zone).end
    return grid.run(grid.within(Interval(grid.origin, end))) if end > grid.origin else 0
