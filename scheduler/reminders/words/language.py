"""What a language must have words for, and how it writes times and numbers of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from babel import Locale
from babel.dates import format_datetime

from scheduler.domain.answers import Answer
from scheduler.domain.clock import local
from scheduler.domain.placeholders import filled
from scheduler.reminders.policy import MessageKind

UNBROKEN = "\u00a0"
"""A space at which no line is broken: within a time of day, and before its zone."""


@dataclass(frozen=True, slots=True)
class MailWords:
    """The words of a mail. Paragraphs of the body are parted by an empty line, {visits} is one of its own.

    A paragraph with a place that has nothing to say is left out.
    """

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Forms:
    """One phrase in the forms that its language has for numbers, by the categories of CLDR; `other` is always there."""

    other: str
    one: str | None = None
    two: str | None = None
    few: str | None = None
    many: str | None = None

    def form(self, category: str) -> str:
        """Return the form of a category."""
        return getattr(self, category, None) or self.other


@dataclass(frozen=True, slots=True)
class MomentWords:
    """How a time is written: patterns of CLDR (UTS 35) for mail and for texts, and what is added where we call."""

    pattern: str
    short_pattern: str
    by_phone: str
    short_by_phone: str


@dataclass(frozen=True, slots=True)
class ListWords:
    """What stands around the visits that a message lists; {number} and {visits} are filled in, {before} and {now} too.

    `booked` follows other words within a sentence, the headings begin one. What is short is for texts.
    """

    booked: Forms
    heading_booked: Forms
    heading_moved: Forms
    heading_called_off: Forms
    instead: str
    times_suit: Forms
    short_moved: str
    short_called_off: Forms
    short_booked: str
    short_also: Forms
    short_needed: str
    short_needed_before: str


@dataclass(frozen=True, slots=True)
class ClosingWords:
    """What a text says of answering, and what every mail ends with. {phone} and {call} are filled in."""

    confirm: str
    accept: str
    questions: str
    attached: str
    needed: str
    automatic: str
    automatic_but_answers: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a page says that has no appointments to show."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of the page behind the link in a message; {call} is filled in with one of the two that follow it.

    `buttons` are the answers that are offered, in order; `said` what is on file, `seen_to` where somebody has settled it.
    """

    heading: Forms
    all_suit: str
    called_off: str
    moved: str
    call_number: str
    call_us: str
    if_changed: str
    where: str
    questions: str
    please: str
    nothing_cancelled: str
    buttons: Mapping[Answer, str]
    take_the_call: str
    said: Mapping[Answer, str]
    seen_to: Mapping[Answer, str]
    notes: Mapping[int, Note]
    other_note: Note


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language: `code` as BCP 47 has it, `name` in the clinic's own, `locale` by which CLDR knows it."""

    code: str
    name: str
    locale: str
    moments: MomentWords
    lists: ListWords
    closing: ClosingWords
    mails: Mapping[MessageKind, MailWords]
    texts: Mapping[MessageKind, str]
    page: PageWords

    def counted(self, forms: Forms, number: int) -> str:
        """Return a phrase in its form for so many, the number not filled in yet."""
        return forms.form(Locale.parse(self.locale).plural_form(number))

    def said(self, forms: Forms, number: int, places: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return a phrase for so many, with the number and these places filled in."""
        return filled(self.counted(forms, number), {**places, "number": str(number)})

    def moment(self, instant: datetime, zone: str) -> str:
        """Return such as 'Thursday, December 3, 2026 at 10:00 AM MST', the time of day not to be broken."""
        return _moment(self, self.moments.pattern, instant, zone)

    def short_moment(self, instant: datetime, zone: str) -> str:
        """Return such as 'Thu Dec 3 at 10:00 AM MST', with plain spaces."""
        return plain_spaces(_moment(self, self.moments.short_pattern, instant, zone))


def plain_spaces(text: str) -> str:
    """Return a text that may be broken at every space."""
    return text.replace(UNBROKEN, " ")


def _moment(language: Language, pattern: str, instant: datetime, zone: str) -> str:
    # The library gets the wall time alone: what zone data say comes from where all of it comes from.
    at = local(instant, zone)
    name = at.tzname() or ""
    # Zones without a name of their own are called by their offset.
    shown = f"UTC{name}" if name[:1] in "+-" else name
    said = format_datetime(at.replace(tzinfo=None), pattern, locale=language.locale)
    # CLDR parts the halves of the day by spaces of several widths.
    said = said.replace("\u202f", UNBROKEN)
    return f"{said}{UNBROKEN}{shown}"
