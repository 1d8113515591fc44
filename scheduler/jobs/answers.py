"""Looks what patients have answered to invitations, and says in numbers how that went."""

from __future__ import annotations

import logging
from collections.abc import Callable

from scheduler.config import Settings
from scheduler.domain.clock import Clock
from scheduler.reminders.answers import read_answers
from scheduler.reminders.letterboxes import letterbox_for

log = logging.getLogger(__name__)


def reader_of_answers(settings: Settings, clock: Clock, go_on: Callable[[], bool]) -> Callable[[], None]:
    """Return what reads the mailbox of answers, nothing where there is none; in the log are numbers alone.

    Raises `InvalidValue` for a faulty REPLIES_URL.
    """
    letterbox = letterbox_for(settings.replies_url) if settings.replies_url else None

    def look() -> None:
        if letterbox is None:
            return
        counted = read_answers(letterbox, clock, go_on)
        if counted:
            told = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in sorted(counted.items()))
            log.info("answers: %s", told)

    return look
