"""One visit as a calendar file of its own, the same entry as in its patient's feed but for its links."""

from __future__ import annotations

from scheduler.feeds.entries import neutral_entry
from scheduler.feeds.render import calendar_bytes
from scheduler.store.feed_visits import announced_visit


def visit_as_file(appointment: str) -> bytes | None:
    """Return the file, `None` for a visit of which the patient is not told, such as one that is only held.

    It has the UID of the feed, so that a program that has both shows one visit.
    """
    visit = announced_visit(appointment)
    return None if visit is None else calendar_bytes("Appointments", [neutral_entry(visit)])
