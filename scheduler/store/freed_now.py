"""Which of the times that became free nobody has taken since."""

from __future__ import annotations

from datetime import datetime

from scheduler.domain.waiting import FreedTime
from scheduler.store.freed_times import freed_ahead
from scheduler.store.series import lapsed_visits
from scheduler.store.snapshots import snapshot_of
from scheduler.store.work import reading


def still_free(site: str, now: datetime) -> tuple[FreedTime, ...]:
    """Return the freed times of a site that are not over, not left free by somebody and not taken since, by start."""
    with reading() as connection:
        freed = freed_ahead(site, now)
        if not freed:
            return ()
        # What was only held until now is free, also before that is written down.
        book = snapshot_of(connection, site, now).book.leaving_out(lapsed_visits(now))
    return tuple(one for one in freed if one.is_still_free(book))
