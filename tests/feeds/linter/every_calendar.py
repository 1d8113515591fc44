"""Lets the linter look at every calendar that the program writes in a test, whichever test it is."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from scheduler.feeds import invitations, publication, single_visit
from scheduler.feeds.entries import Entry
from scheduler.feeds.invitations import Invitation, Method
from scheduler.feeds.render import calendar_bytes
from tests.feeds.linter.check import faults

WRITERS = (publication, single_visit)


def look_at_every_calendar(patch: pytest.MonkeyPatch) -> None:
    """Let whatever feeds, files and invitations hold be refused with an `AssertionError` where it has a fault."""
    for room in WRITERS:
        patch.setattr(room, "calendar_bytes", _calendar_looked_at)
    patch.setattr(invitations, "Invitation", _invitation_looked_at)


def _calendar_looked_at(name: str, entries: Iterable[Entry], *more: str) -> bytes:
    return _looked_at(calendar_bytes(name, entries, *more))


def _invitation_looked_at(method: Method, text: str) -> Invitation:
    _looked_at(text.encode())
    return Invitation(method, text)


def _looked_at(written: bytes) -> bytes:
    found = faults(written)
    assert not found, "\n".join(found)
    return written
