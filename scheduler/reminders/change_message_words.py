"""Choose the words of a message, or its built-in ones again, and the language of the site; checked before they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.clock import Clock
from scheduler.domain.message_checks import faults_of
from scheduler.domain.message_names import Unnamed, names_told
from scheduler.domain.message_words import ChosenWords, MessageForm, Place, with_words
from scheduler.domain.places import Site
from scheduler.planner.proposal import Reason
from scheduler.reminders.example_letters import MOST_SEGMENTS, Setting, segments_of
from scheduler.reminders.words.spoken import LANGUAGES
from scheduler.store import clinic

VERB = "change_message_words"
LANGUAGE_VERB = "change_site_language"


@dataclass(frozen=True, slots=True)
class ChangeMessageWords:
    """Let a message say these words, or for `None` the built-in ones. A repeated request changes nothing again."""

    site: str
    place: Place
    chosen: ChosenWords | None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeSiteLanguage:
    """Let patients of whom no language is known be written to in this one. A repeated request changes nothing again."""

    site: str
    language: str
    idempotency_key: str | None = None


def change_message_words(
    command: ChangeMessageWords, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the words; nothing is written where they are those already, or where something is wrong with them.

    They hold for every message that is written from then on. Raises `NotFound` for an unknown site.
    """
    if not may_at(actor, Permission.CHANGE_MESSAGE_WORDS, command.site):
        return NotAllowed(Permission.CHANGE_MESSAGE_WORDS)
    now = clock.now()
    if command.chosen is not None:
        wrong = tuple(faults_at(clinic.site(command.site), command.place, command.chosen, now))
        if wrong:
            return Refused(reasons=tuple(_reason(where, why) for where, why in wrong))
    by = Chooser(VERB, actor, now)
    return retried(lambda: choose(command, by, lambda site: _worded(site, command)))


def change_site_language(
    command: ChangeSiteLanguage, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the language; nothing is written where it is that already. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.CHANGE_MESSAGE_WORDS, command.site):
        return NotAllowed(Permission.CHANGE_MESSAGE_WORDS)
    if command.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        why = f"There are no words in '{command.language}'."
        return Refused(reasons=(nonsense("unknown_language", why, f"Choose one of {known}."),))
    by = Chooser(LANGUAGE_VERB, actor, clock.now())
    return retried(lambda: choose(command, by, lambda site: replace(site, language=command.language)))


def faults_at(site: Site, place: Place, chosen: ChosenWords, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield all that is wrong with words at a site, each with `subject` or `body`; for use in one reading."""
    found = False
    for fault in faults_of(place, chosen):
        found = True
        yield fault
    staff = tuple(person.name for person in clinic.staff(site.id))
    yield from names_told(chosen, Unnamed(site, staff, clinic.patient_names(site.id)))
    if place.form is MessageForm.TEXT and not found:
        takes = segments_of(place, chosen, Setting(site, now))
        if takes > MOST_SEGMENTS:
            yield (
                "body",
                f"about one visit this takes {takes} segments: {MOST_SEGMENTS} at most, for each is paid for",
            )


def _reason(where: str, why: str) -> Reason:
    return nonsense(
        f"message_words_{where}", f"{why[:1].upper()}{why[1:]}.", "Change the words and save again."
    )


def _worded(site: Site, command: ChangeMessageWords) -> Site:
    return replace(site, message_words=with_words(site.message_words, command.place, command.chosen))
