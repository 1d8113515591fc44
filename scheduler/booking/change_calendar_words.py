"""Choose what the calendars of staff, rooms and the site call visits; they are read anew at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.domain.calendar_words import CalendarWords
from scheduler.domain.clock import Clock
from scheduler.store.audit import AuditEntry, record
from scheduler.store.locks import lock
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work

VERB = "change_calendar_words"


@dataclass(frozen=True, slots=True)
class ChangeCalendarWords:
    """Let the calendars of a site say these words. A request repeated with the same key changes nothing again."""

    site: str
    words: CalendarWords
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarWordsChanged:
    """The site whose calendars say the words now; `id` and `site` are both its id."""

    id: str
    site: str


def change_calendar_words(
    command: ChangeCalendarWords, actor: Actor, clock: Clock
) -> CalendarWordsChanged | Refused | NotAllowed:
    """Choose the words; nothing is written where they are those already. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.CHANGE_CALENDAR_WORDS, command.site):
        return NotAllowed(Permission.CHANGE_CALENDAR_WORDS)
    now = clock.now()
    return retried(lambda: _attempt(command, actor, now))


def _attempt(command: ChangeCalendarWords, actor: Actor, now: datetime) -> CalendarWordsChanged | Refused:
    with unit_of_work():
        lock([command.site], [])
        outcome = CalendarWordsChanged(command.site, command.site)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if earlier is not None:
            return earlier if isinstance(earlier, Refused) else outcome
        before = facts_of(command.site)
        if before.site.calendar_words != command.words:
            site = replace(before.site, calendar_words=command.words)
            save_facts(before, replace(before, site=site))
            details = command.words.plain()
            record(AuditEntry(now, actor.id, VERB, "site", command.site, details, command.site))
        note_answer(VERB, command, command.idempotency_key, outcome, now)
    return outcome
