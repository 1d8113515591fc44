"""Shortens what grows with every change and is of no use for long."""

from __future__ import annotations

from datetime import timedelta

from scheduler.domain.clock import Clock
from scheduler.domain.waiting import KEPT
from scheduler.store.answer_links import forget_links
from scheduler.store.freed_times import forget_freed
from scheduler.store.own_door import forget_openings
from scheduler.store.snapshots import forget_old_changes
from scheduler.store.work import unit_of_work

KEPT_CHANGES = 20_000
"""For each site; some eighty booked series. A process that slept through more of them loads the site anew."""

KEPT_LINKS = timedelta(days=30)
"""For so long after its end it can still be seen that a link to answer a message was there; it opens nothing any more."""


def tidy(clock: Clock) -> None:
    """Shorten all of it."""
    shorten_the_log_of_changes()
    forget_old_links(clock)
    with unit_of_work():
        forget_freed(clock.now() - KEPT)


def forget_old_links(clock: Clock) -> None:
    """Forget links in messages some time after they were of no use any more, and whose pages were opened by them."""
    before = clock.now() - KEPT_LINKS
    with unit_of_work():
        # Whoever opened pages by a link did so before it ended.
        forget_openings(before)
        forget_links(before)


def shorten_the_log_of_changes() -> None:
    """Forget the oldest entries of the log by which processes keep up with each other."""
    with unit_of_work():
        forget_old_changes(KEPT_CHANGES)
