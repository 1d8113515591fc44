"""What a message says: neutral in every header and line, as plain text and as simple accessible HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from scheduler.domain.clock import local
from scheduler.domain.errors import InvalidValue
from scheduler.feeds.invitations import Invitation, Method
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.policy import MessageKind

_SUBJECTS = {
    MessageKind.CONFIRMATION: "Your appointments",
    MessageKind.PREPARATION: "Before your appointment",
    MessageKind.THREE_DAYS: "Appointment reminder",
    MessageKind.ONE_DAY: "Appointment reminder",
    MessageKind.SAME_DAY: "Appointment reminder",
    MessageKind.CHANGE: "Your appointments have changed",
}


_LOOKS = "font-family: sans-serif; line-height: 1.5; max-width: 36rem; margin: 1rem auto; padding: 0 1rem"
_LIST = "margin: 1rem 0; padding-left: 1.25rem"
_LINE = "margin-bottom: 0.35rem"


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as a message tells it: when, in which zone it is shown, and whether the patient is called instead."""

    start: datetime
    zone: str
    by_phone: bool

    def sentence(self) -> str:
        """Return such as 'Thursday, December 3, 2026 at 10:00 AM MST'."""
        where = " (by phone: we call you)" if self.by_phone else ""
        return time_in_words(self.start, self.zone) + where


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
    `link` is where to answer, empty where there is none.
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


def time_in_words(instant: datetime, zone: str) -> str:
    """Return an instant as a patient reads it, with the zone named."""
    at = local(instant, zone)
    hour = at.hour % 12 or 12
    name = at.tzname() or ""
    # Zones without a name of their own are called by their offset.
    shown_zone = f"UTC{name}" if name[:1] in "+-" else name
    return f"{at:%A}, {at:%B} {at.day}, {at.year} at {hour}:{at:%M} {at:%p} {shown_zone}"


def compose(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """Return the message, ready to send. Raises `InvalidValue` when the patient's address is none, or the sender's.

    The Message-ID comes from the ledger's id alone: should a message be sent again because it stayed unknown
    whether it had left, mail programs can tell that it is the same.
    """
    message = EmailMessage()
    ours = mailbox(sender, letter.public_name)
    message["From"] = ours
    try:
        message["To"] = mailbox(letter.recipient)
    except InvalidValue as error:
        raise InvalidValue(f"{error}; correct the patient's e-mail address") from error
    message["Subject"] = _SUBJECTS[letter.kind]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.reference}@{ours.domain}>"
    # RFC 3834: keeps holiday replies from coming back.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter))
    message.add_alternative(_html(letter), subtype="html")
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


def _opening(letter: Letter) -> str:
    match letter.kind:
        case MessageKind.CONFIRMATION:
            return f"{_counted(letter.visits)} booked for you at {letter.public_name}:"
        case MessageKind.CHANGE:
            return f"there is a change to your appointments at {letter.public_name}."
        case MessageKind.PREPARATION:
            return (
                f"there is something to read and to do before this appointment at {letter.public_name}. "
                "Please see your instructions, or call us if you do not have them:"
            )
        case _:
            return f"this is a reminder of your appointment at {letter.public_name}:"


def _counted(visits: Sequence[VisitLine]) -> str:
    return "an appointment is" if len(visits) == 1 else f"{len(visits)} appointments are"


@dataclass(frozen=True, slots=True)
class _Part:
    """Some lines under a heading, which is empty where the opening has said it; below a line may stand another."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def _parts(letter: Letter) -> Iterator[_Part]:
    """Yield what a letter lists: in a change the new times first, for these must not be missed."""
    if letter.moved:
        heading = (
            "This appointment has a new time:"
            if len(letter.moved) == 1
            else "These appointments have new times:"
        )
        lines = tuple((line.now.sentence(), f"instead of {line.before.sentence()}") for line in letter.moved)
        yield _Part(heading, lines)
    if letter.called_off:
        one = len(letter.called_off) == 1
        heading = "This appointment is cancelled:" if one else "These appointments are cancelled:"
        yield _Part(heading, tuple((line.sentence(), "") for line in letter.called_off))
    if letter.visits:
        is_change = letter.kind is MessageKind.CHANGE
        counted = _counted(letter.visits)
        heading = f"{counted[0].upper()}{counted[1:]} booked for you:" if is_change else ""
        yield _Part(heading, tuple((line.sentence(), "") for line in letter.visits))


def _asking(letter: Letter) -> str:
    """Return the words before the link to answer."""
    standing = len(letter.visits) + len(letter.moved)
    return f"Please tell us whether {'this time suits' if standing == 1 else 'these times suit'} you; no sign-in is needed:"


def _closing(letter: Letter) -> list[str]:
    lines = []
    standing = (*letter.visits, *(line.now for line in letter.moved))
    if letter.address and not all(visit.by_phone for visit in standing):
        lines.append(f"Address: {letter.address}")
    if letter.phone:
        lines.append(f"If you have a question or need another time, please call {letter.phone}.")
    if any(invitation.method is Method.REQUEST for invitation in letter.invitations):
        lines.append("Attached: what puts this into your calendar.")
    if letter.invitations and letter.answers_are_read:
        lines.append(
            "This message was sent automatically. Replies to it are not read, but for a yes or no to an invitation."
        )
    else:
        lines.append("This message was sent automatically. Replies to it are not read.")
    return lines


def _text(letter: Letter) -> str:
    paragraphs = [f"Hello,\n\n{_opening(letter)}"]
    for part in _parts(letter):
        if part.heading:
            paragraphs.append(part.heading)
        lines = (f"  {line}\n    {below}" if below else f"  {line}" for line, below in part.lines)
        paragraphs.append("\n".join(lines))
    if letter.link:
        paragraphs.append(f"{_asking(letter)}\n{letter.link}")
    return "\n\n".join((*paragraphs, *_closing(letter))) + "\n"


def _unbroken(sentence: str) -> str:
    """Return a sentence as HTML in which the time of day stays on one line with its zone, however small the screen."""
    return re.sub(r"(\d) ([AP]M) ", r"\1&nbsp;\2&nbsp;", escape(sentence))


def _html(letter: Letter) -> str:
    listed = "\n".join(_html_part(part) for part in _parts(letter))
    link = escape(letter.link)
    asking = f'<p>{escape(_asking(letter))}<br><a href="{link}">{link}</a></p>\n' if link else ""
    closing = asking + "\n".join(f"<p>{escape(line)}</p>" for line in _closing(letter))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{_SUBJECTS[letter.kind]}</title>
</head>
<body style="{_LOOKS}">
<p>Hello,</p>
<p>{escape(_opening(letter))}</p>
{listed}
{closing}
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
