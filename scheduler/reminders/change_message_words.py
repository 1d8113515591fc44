"""Choose the words of a message, or its built-in ones again, and the language of the site; checked before they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.clock import Clock
from scheduler.domain.message_checks import faults_of
from scheduler.domain.message_words import ChosenWords, MessageForm, Place, with_words, words_at
from scheduler.domain.places import Site
from scheduler.domain.telling_words import folded
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
    return retried(lambda: choose(command, by, lambda site: _changed(site, command)))


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
    return retried(lambda: choose(command, by, lambda site: _speaking(site, command.language)))


def faults_at(site: Site, place: Place, chosen: ChosenWords, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield all that is wrong with words at a site, each with `subject` or `body`; for use in one reading."""
    found = False
    for fault in faults_of(place, chosen):
        found = True
        yield fault
    for where, text in (("subject", chosen.subject), ("body", chosen.body)):
        yield from ((where, why) for why in _naming(text, site))
    if place.form is MessageForm.TEXT and not found:
        takes = segments_of(place, chosen, Setting(site, now))
        if takes > MOST_SEGMENTS:
            yield (
                "body",
                f"about one visit this takes {takes} segments: {MOST_SEGMENTS} at most, for each is paid for",
            )


def _naming(text: str, site: Site) -> Iterator[str]:
    """Yield whom or what a text names that it must not: the clinic by its real name, staff by theirs, patients whole."""
    public = set(_words(site.public_name)) | set(_words(site.address))
    staff = [person.name for person in clinic.staff(site.id)]
    family = [name.split()[-1] for name in staff if name.split()]
    for names, whose in (
        ([site.name], "the clinic's own name"),
        ([*staff, *family], "the name of somebody of the staff"),
        (clinic.patient_names(site.id), "the name of a patient"),
    ):
        for name in dict.fromkeys(names):
            if set(_words(name)) - public and _is_in(name, text):
                yield f"'{name}' is {whose}: leave it out"


def _is_in(name: str, text: str) -> bool:
    # Alone, May and Park may be words as well: then they are small.
    wanted, said = (name, text) if " " not in name else (folded(name), folded(text))
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said) is not None


def _words(text: str) -> Iterable[str]:
    return re.findall(r"\w+", folded(text))


def _reason(where: str, why: str) -> Reason:
    return nonsense(
        f"message_words_{where}", f"{why[:1].upper()}{why[1:]}.", "Change the words and save again."
    )


def _changed(site: Site, command: ChangeMessageWords) -> tuple[Site, dict[str, object]] | None:
    place = command.place
    if words_at(site.message_words, place) == command.chosen:
        return None
    words = with_words(site.message_words, place, command.chosen)
    details: dict[str, object] = {"language": place.language, "form": place.form.value, "kind": place.kind}
    if command.chosen is not None:
        details |= {"subject": command.chosen.subject, "body": command.chosen.body}
    return replace(site, message_words=words), details


def _speaking(site: Site, language: str) -> tuple[Site, dict[str, object]] | None:
    if site.language == language:
        return None
    return replace(site, language=language), {"language": [site.language, language]}
