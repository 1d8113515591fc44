"""Choose what the calendars of staff, rooms and the site call visits; they are read anew at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.calendar_words import CalendarWords
from scheduler.domain.clock import Clock

VERB = "change_calendar_words"


@dataclass(frozen=True, slots=True)
class ChangeCalendarWords:
    """Let the calendars of a site say these words. A request repeated with the same key changes nothing again."""

    site: str
    words: CalendarWords
    idempotency_key: str | None = None


def change_calendar_words(
    command: ChangeCalendarWords, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the words; nothing is written where they are those already. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.CHANGE_CALENDAR_WORDS, command.site):
        return NotAllowed(Permission.CHANGE_CALENDAR_WORDS)
    now = clock.now()
    by = Chooser(VERB, actor, now)
    return retried(lambda: choose(command, by, lambda site: replace(site, calendar_words=command.words)))
