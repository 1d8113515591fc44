"""What a message says: neutral in every header and line, as plain text and as simple accessible HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from scheduler.domain.errors import InvalidValue
from scheduler.domain.message_words import MessageWords
from scheduler.domain.placeholders import filled, with_something_to_say
from scheduler.feeds.invitations import Invitation, Method
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.mail_headers import AS_MAIL
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.chosen import mail_words
from scheduler.reminders.words.english import ENGLISH
from scheduler.reminders.words.language import UNBROKEN, Language, MailWords, plain_spaces
from scheduler.reminders.words.spoken import spoken

_LOOKS = (
    "font-family: sans-serif; line-height: 1.5; max-width: 36rem; margin: 1rem auto; padding: 0 1rem; "
    # A link is longer than a small screen is wide.
    "overflow-wrap: anywhere"
)
# Programs darken what is behind a link each in its own way, and not always the link: it has the colour of the words.
_LINK = "color: inherit"
_LIST = "margin: 1rem 0; padding-left: 1.25rem"
_LINE = "margin-bottom: 0.35rem"


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as a message tells it: when, in which zone it is shown, and whether the patient is called instead."""

    start: datetime
    zone: str
    by_phone: bool

    def sentence(self, language: Language) -> str:
        """Return such as 'Thursday, December 3, 2026 at 10:00 AM MST', the time of day not to be broken."""
        where = language.moments.by_phone if self.by_phone else ""
        return language.moment(self.start, self.zone) + where


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One visit that has another time than was told."""

    before: VisitLine
    now: VisitLine


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything one message is made of. `reference` is the ledger's own id of it; phone and address may be empty.

    `visits` are those that stand and are told of whole: in a change, the new ones. `moved` and `called_off` are of a
    change alone. `invitations` are entries for the patient's calendar; `answers_are_read` says what the letter says of them.
    `link` is where to answer, empty where there is none. `language` is what the patient reads, a code of BCP 47.
    `chosen` are the words that the site chose in place of the built-in ones. `also` are visits of which a text reminds
    besides what it is about, `needed` those of all before which something is still needed of the patient.
    """

    reference: str
    kind: MessageKind
    recipient: str
    public_name: str
    phone: str
    address: str
    visits: tuple[VisitLine, ...]
    moved: tuple[MovedLine, ...] = ()
    called_off: tuple[VisitLine, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    answers_are_read: bool = False
    link: str = ""
    language: str = ENGLISH.code
    chosen: MessageWords = ()
    also: tuple[VisitLine, ...] = ()
    needed: tuple[VisitLine, ...] = ()

    def call(self, language: Language) -> str:
        """Return how to reach us, to be read on within a sentence."""
        page = language.page
        return filled(page.call_number, {"phone": self.phone}) if self.phone else page.call_us


def time_in_words(instant: datetime, zone: str, language: Language = ENGLISH) -> str:
    """Return an instant as a patient reads it, with the zone named."""
    return plain_spaces(language.moment(instant, zone))


def compose(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """Return the message, ready to send. Raises `InvalidValue` when the patient's address is none, or the sender's.

    The Message-ID comes from the ledger's id alone: should a message be sent again because it stayed unknown
    whether it had left, mail programs can tell that it is the same.
    """
    message = EmailMessage(AS_MAIL)
    ours = mailbox(sender, letter.public_name)
    message["From"] = ours
    try:
        message["To"] = mailbox(letter.recipient)
    except InvalidValue as error:
        raise InvalidValue(f"{error}; correct the patient's e-mail address") from error
    language = spoken(letter.language)
    words = mail_words(language, letter.kind, letter.chosen)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.reference}@{ours.domain}>"
    # RFC 3834: keeps holiday replies from coming back.
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language.code
    message.set_content(_text(letter, words, language))
    message.add_alternative(_html(letter, words, language), subtype="html")
    _add_invitations(message, letter.invitations)
    return message


def _add_invitations(message: EmailMessage, invitations: Sequence[Invitation]) -> None:
    """Add the entries for the calendar as RFC 6047 has it, each an object of its own (RFC 5546 section 3.2).

    A single one is a further form of the message, from which programs offer to accept it, and a file for those that
    heed files alone. Several are files: a message has but one meaning, and programs would show the first alone.
    """
    if len(invitations) == 1:
        [one] = invitations
        message.add_alternative(one.text, subtype="calendar", params={"method": one.method.value})
        message.add_attachment(
            one.text.encode(), maintype="application", subtype="ics", filename="appointment.ics"
        )
        return
    for number, one in enumerate(invitations, start=1):
        message.add_attachment(
            one.text,
            subtype="calendar",
            params={"method": one.method.value},
            filename=f"appointment-{number}.ics",
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some lines under a heading, which is empty where the opening has said it; below a line may stand another."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def _parts(letter: Letter, language: Language) -> Iterator[_Part]:
    """Yield what a letter lists: in a change the new times first, for these must not be missed."""
    words = language.lists
    if letter.moved:
        lines = tuple(
            (one.now.sentence(language), filled(words.instead, {"before": one.before.sentence(language)}))
            for one in letter.moved
        )
        yield _Part(language.said(words.heading_moved, len(lines)), lines)
    if letter.called_off:
        heading = language.said(words.heading_called_off, len(letter.called_off))
        yield _Part(heading, tuple((line.sentence(language), "") for line in letter.called_off))
    if letter.visits:
        is_change = letter.kind is MessageKind.CHANGE
        heading = language.said(words.heading_booked, len(letter.visits)) if is_change else ""
        yield _Part(heading, tuple((line.sentence(language), "") for line in letter.visits))


_VISITS = "{visits}"


def _places(letter: Letter, language: Language) -> dict[str, str]:
    """Return what stands for each place but the visits; empty where there is nothing to say."""
    words = language.lists
    standing = (*letter.visits, *(line.now for line in letter.moved))
    shows_address = not all(visit.by_phone for visit in standing)
    return {
        "public_name": letter.public_name,
        "booked": language.said(words.booked, len(letter.visits)),
        "times_suit": language.said(words.times_suit, len(standing)) if standing else "",
        "link": letter.link,
        "address": letter.address if shows_address else "",
        "phone": letter.phone,
    }


def _paragraphs(words: MailWords, places: Mapping[str, str]) -> Iterator[str]:
    """Yield the paragraphs of a body, not filled in, of which no place is empty."""
    return with_something_to_say(iter(words.body.split("\n\n")), {**places, "visits": _VISITS})


def _closing(letter: Letter, language: Language) -> Iterator[str]:
    words = language.closing
    if letter.needed:
        yield filled(words.needed, {"call": letter.call(language)})
    if any(invitation.method is Method.REQUEST for invitation in letter.invitations):
        yield words.attached
    are_read = letter.invitations and letter.answers_are_read
    yield words.automatic_but_answers if are_read else words.automatic


def _text(letter: Letter, words: MailWords, language: Language) -> str:
    places = _places(letter, language)
    said: list[str] = []
    for paragraph in _paragraphs(words, places):
        if paragraph == _VISITS:
            said += _listed(letter, language)
        else:
            said.append(filled(paragraph, places))
    return plain_spaces("\n\n".join((*said, *_closing(letter, language)))) + "\n"


def _listed(letter: Letter, language: Language) -> Iterator[str]:
    for part in _parts(letter, language):
        if part.heading:
            yield part.heading
        yield "\n".join(f"  {line}\n    {below}" if below else f"  {line}" for line, below in part.lines)


def _unbroken(sentence: str) -> str:
    """Return a sentence as HTML in which the time of day stays on one line with its zone, however small the screen."""
    return escape(sentence).replace(UNBROKEN, "&nbsp;")


def _html(letter: Letter, words: MailWords, language: Language) -> str:
    places = _places(letter, language)
    shown = {name: escape(value) for name, value in places.items()}
    # A number that is parted is hard to dial.
    shown["phone"] = shown["phone"].replace(" ", "&nbsp;")
    if letter.link:
        shown["link"] = f'<a style="{_LINK}" href="{shown["link"]}">{shown["link"]}</a>'
    said = [
        "\n".join(_html_part(part) for part in _parts(letter, language))
        if paragraph == _VISITS
        else f"<p>{filled(escape(paragraph), shown)}</p>".replace("\n", "<br>")
        for paragraph in _paragraphs(words, places)
    ]
    said += [f"<p>{escape(line)}</p>" for line in _closing(letter, language)]
    body = "\n".join(said)
    return f"""<!doctype html>
<html lang="{language.code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(words.subject)}</title>
</head>
<body style="{_LOOKS}">
<main>
{body}
</main>
</body>
</html>
"""


def _html_part(part: _Part) -> str:
    heading = f"<p>{escape(part.heading)}</p>\n" if part.heading else ""
    lines = "\n".join(f'<li style="{_LINE}">{_html_line(line, below)}</li>' for line, below in part.lines)
    return f'{heading}<ul style="{_LIST}">\n{lines}\n</ul>'


def _html_line(line: str, below: str) -> str:
    # What stands in place of something else is what must be seen first.
    return f"<b>{_unbroken(line)}</b><br>{_unbroken(below)}" if below else _unbroken(line)
