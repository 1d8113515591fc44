"""Visits that are moved and called off in one transaction, and what the messages about it say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from scheduler.domain.interval import Interval
from scheduler.reminders.messages import time_in_words
from scheduler.store.appointments import appointment, rewrite
from scheduler.store.work import unit_of_work

ZONE = "America/Denver"


def move(starts: Mapping[str, datetime], at: datetime) -> None:
    """Give visits other times, all of them at once, as a use case does."""
    visits = [appointment(id) for id in starts]
    moved = [
        replace(
            visit,
            version=visit.version + 1,
            interval=Interval.lasting(starts[visit.id], visit.interval.duration),
        )
        for visit in visits
    ]
    with unit_of_work():
        rewrite(moved, at)


def body(message: EmailMessage) -> str:
    """Return the text of a message."""
    text = message.get_body(("plain",))
    assert text is not None
    content = text.get_content()
    assert isinstance(content, str)
    return content


def told(message: EmailMessage) -> list[str]:
    """Return the indented lines of a message: its visits."""
    return [line.strip() for line in body(message).splitlines() if line.startswith("  ")]


def words(start: datetime) -> str:
    """Return how a message says this time."""
    return time_in_words(start, ZONE)
