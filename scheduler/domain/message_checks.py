"""What the words of a message must and must not hold: its places, nothing that tells, no command that stops messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from scheduler.domain.message_words import TO_ESCORTS, ChosenWords, MessageForm, Place
from scheduler.domain.opt_out_words import OPT_OUT_WORDS
from scheduler.domain.placeholders import Wording, names_in
from scheduler.domain.telling import told
from scheduler.domain.telling_words import folded, telling_words_in

PLACES: Mapping[MessageForm, Mapping[str, str]] = MappingProxyType(
    {
        MessageForm.MAIL: {
            "public_name": told("the site's public name"),
            "visits": told("what is booked, moved or called off, with times and zone"),
            "times_suit": told("such as: this time suits"),
            "link": told("the link to answer by"),
            "address": told("the site's address"),
            "phone": told("the site's phone number"),
        },
        MessageForm.TEXT: {
            "public_name": told("the site's public name"),
            "visits": told("what is booked, moved or called off, with times and zone"),
            "answers": told("how to answer: reply 1 or 2"),
            "link": told("the link to answer by"),
            "phone": told("the site's phone number"),
        },
    }
)
"""The places that words may have, with what stands there."""

BOOKED = {"booked": told("such as: 2 appointments are booked for you")}
"""The place that a confirmation has besides: elsewhere nothing was booked just now."""

OF_ESCORTS = ("public_name", "visits", "address", "phone")
"""The places of a note to whoever takes a patient home, of whom no answer is asked."""

NEEDED = {
    MessageForm.MAIL: ("visits", "link", "phone"),
    MessageForm.TEXT: ("public_name", "visits", "answers"),
}
"""What no message to a patient does without: who writes, when it is, and how to answer or whom to call."""

NEEDED_BY_ESCORTS = {
    MessageForm.MAIL: ("public_name", "visits", "phone"),
    MessageForm.TEXT: ("public_name", "visits", "phone"),
}
"""What no note to whoever takes a patient home does without."""

_MAY_BE_MISSING = frozenset({"link", "address", "phone", "answers"})

LONGEST_SUBJECT = 78
"""Letters: a longer line is folded in the head of a mail (RFC 5322 section 2.1.1), and phones show half of it."""

LONGEST_MAIL = 2000
"""Letters: about a page, beyond which nobody looks for the time."""

LONGEST_TEXT = 306
"""Letters, places not filled in: two segments, each of which is paid for."""

_ADDRESS = re.compile(r"https?:|www\.|\S@\S|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_NEVER = frozenset(
    {"cancel", "cancela", "cancelar", "unsubscribe", "stopall", "optout", "quit", "revoke", "revocar"}
)
_ASKING = re.compile(
    r"\b(?:reply|replying|text|send|answer|write|responda|responder|conteste|envie|escriba|mande)\b"
)
_WORDS_AFTER = 4


def places_of(place: Place) -> dict[str, str]:
    """Return the places that words here may have, each with what stands there."""
    if place.kind in TO_ESCORTS:
        in_mail = PLACES[MessageForm.MAIL]
        return {name: in_mail[name] for name in OF_ESCORTS} | {"visits": told("around when, with the zone")}
    return {**PLACES[place.form], **(BOOKED if place.kind == "confirmation" else {})}


def needed_at(place: Place) -> tuple[str, ...]:
    """Return the places that words here must have."""
    return (NEEDED_BY_ESCORTS if place.kind in TO_ESCORTS else NEEDED)[place.form]


def faults_of(place: Place, chosen: ChosenWords) -> Iterator[tuple[str, str]]:
    """Yield all that is wrong with words, each with `subject` or `body`, where it is to be mended."""
    for field, text in _fields(place, chosen):
        yield from ((field, why) for why in _faults_of_any(text))
    if place.form is MessageForm.MAIL:
        yield from (("subject", why) for why in _faults_of_subject(chosen.subject))
    yield from (("body", why) for why in _faults_of_places(place, chosen.body))
    yield from (("body", why) for why in _faults_of_length(place, chosen.body))
    if place.form is MessageForm.TEXT and not re.search(r"\bSTOP\b", chosen.body):
        yield "body", "a text must say how to have no more of them: add a line such as STOP to opt out"


def _fields(place: Place, chosen: ChosenWords) -> Iterator[tuple[str, str]]:
    if place.form is MessageForm.MAIL:
        yield "subject", chosen.subject
    yield "body", chosen.body


def _faults_of_any(text: str) -> Iterator[str]:
    said = re.sub(r"\{[^{}\s]*\}?", " ", text)
    for word in dict.fromkeys(telling_words_in(said)):
        yield f"'{word}' may tell what the appointment is about: leave it out"
    address = _ADDRESS.search(said)
    if address is not None:
        yield f"'{address.group()}' reads as an address: write {{link}} where the link is to stand"
    for word in dict.fromkeys(_commands_in(said)):
        yield f"'{word}' as an answer stops all messages to whoever sends it: offer 1 and 2, or the phone"


def _commands_in(said: str) -> Iterator[str]:
    """Yield words by which people opt out, where they stand as a command; STOP is the one that is meant so."""
    for word in re.findall(r"\w+", said):
        plain = folded(word)
        if plain in _NEVER or (word.isupper() and plain != "stop" and plain in OPT_OUT_WORDS):
            yield plain.upper()
    for asked in _ASKING.finditer(folded(said)):
        for word in re.findall(r"\w+", folded(said)[asked.end() :])[:_WORDS_AFTER]:
            if word in OPT_OUT_WORDS - {"stop", "para"}:
                yield word.upper()


def _faults_of_subject(subject: str) -> Iterator[str]:
    if not subject:
        yield "a mail needs a subject"
    elif len(subject) > LONGEST_SUBJECT:
        yield f"the subject has {len(subject)} letters: {LONGEST_SUBJECT} at most, for it is cut off elsewhere"
    if "{" in subject or "}" in subject:
        yield "the subject has no places to fill in: the sender is the public name already"


def _faults_of_places(place: Place, body: str) -> Iterator[str]:
    if not Wording(body).is_valid():
        yield "a { stands for a place, such as {visits}: write its name in small letters and close it with }"
        return
    known, found = places_of(place), names_in(body)
    for name in found:
        if name not in known:
            yield f"there is no {{{name}}} here: there are {_listed(known)}"
    for name in needed_at(place):
        if name not in found:
            yield f"{{{name}}} is missing: {known[name]}"
    yield from _faults_of_parts(place.form, body)


def _faults_of_parts(form: MessageForm, body: str) -> Iterator[str]:
    """Yield what is wrong with how places share a paragraph of a mail or a line of a text: these come and go whole."""
    is_mail = form is MessageForm.MAIL
    part = "paragraph" if is_mail else "line"
    for text in body.split("\n\n") if is_mail else body.splitlines():
        names = names_in(text)
        missing = [name for name in names if name in _MAY_BE_MISSING]
        if is_mail and "visits" in names and text != "{visits}":
            yield "{visits} must be a paragraph of its own, with an empty line before and after: it becomes a list"
        elif len(missing) > 1 or (missing and ("visits" in names or "STOP" in text)):
            yield (
                f"{{{missing[-1]}}} needs a {part} of its own: where there is none, the whole {part} is left out"
            )


def _faults_of_length(place: Place, body: str) -> Iterator[str]:
    longest, why = (
        (LONGEST_MAIL, "nobody looks for the time in more")
        if place.form is MessageForm.MAIL
        else (LONGEST_TEXT, "more than two segments are paid for and torn apart")
    )
    if len(body) > longest:
        yield f"this has {len(body)} letters: {longest} at most, for {why}"


def _listed(names: Mapping[str, str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
