"""Shortens what grows with every change and is of no use for long."""

from __future__ import annotations

from scheduler.store.snapshots import forget_old_changes
from scheduler.store.work import unit_of_work

KEPT_CHANGES = 20_000
"""For each site; some eighty booked series. A process that slept through more of them loads the site anew."""


def shorten_the_log_of_changes() -> None:
    """Forget the oldest entries of the log by which processes keep up with each other."""
    with unit_of_work():
        forget_old_changes(KEPT_CHANGES)
