"""Lets the linter look at every calendar that the program writes in a test, whichever test it is."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from scheduler.feeds import publication, single_visit
from scheduler.feeds.entries import Entry
from scheduler.feeds.render import calendar_bytes
from tests.feeds.linter.check import faults

WRITERS = (publication, single_visit)


def look_at_every_calendar(patch: pytest.MonkeyPatch) -> None:
    """Let whatever feeds and files write be refused with an `AssertionError` where it has a fault."""
    for room in WRITERS:
        patch.setattr(room, "calendar_bytes", _looked_at)


def _looked_at(name: str, entries: Iterable[Entry]) -> bytes:
    written = calendar_bytes(name, entries)
    found = faults(written)
    assert not found, "\n".join(found)
    return written
