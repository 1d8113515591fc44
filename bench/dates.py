"""The dates of a clinic for the solvers: in which slots each begins, found by looking at the date of every quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bench.scale import SLOT, Scale

_QUARTER = timedelta(minutes=15) // SLOT
"""Every zone's offset is a multiple of a quarter of an hour, and so no date begins within one."""


@dataclass(frozen=True)
class Dates:
    """The clinic-local dates of slots on a scale; `zone` is an IANA name."""

    scale: Scale
    zone: str

    def begins(self, first: int, last: int) -> tuple[int, ...]:
        """Return the first slot of every date from that of one slot to the day after that of another, in order.

        So each of them ends where the next begins, and the last is an end alone.
        """
        return _begins(self, first, last)


@lru_cache(maxsize=256)
def _begins(dates: Dates, first: int, last: int) -> tuple[int, ...]:
    # The scale begins on a whole hour of UTC, and so every multiple of a quarter is one in the zone.
    day = timedelta(days=1) // SLOT
    quarters = range((first - 2 * day) // _QUARTER * _QUARTER, last + 2 * day, _QUARTER)
    local = [dates.scale.at(slot).astimezone(ZoneInfo(dates.zone)).date() for slot in quarters]
    found = [slot for slot, before, now in zip(quarters[1:], local, local[1:], strict=False) if now != before]
    return tuple(found)
