"""One visit as an invitation or its withdrawal, for a message to its patient (iTIP, RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.prop import vInline

from scheduler.feeds.entries import Entry, neutral_entry
from scheduler.feeds.texts import escaped
from scheduler.store.feed_visits import announced_visit


class Method(StrEnum):
    """What a calendar is to do with it (RFC 5546 section 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Organizer:
    """Who invites, in neutral words: `name` is the site's public one. `reads_answers` says whether any are hoped for."""

    name: str
    address: str
    reads_answers: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """One calendar object; `text` has lines of at most 75 octets ended by CRLF."""

    method: Method
    text: str


def invitation_to(
    appointment: str, attendee: str, organizer: Organizer, written_at: datetime
) -> Invitation | None:
    """Return what puts a visit into its patient's calendar, or takes it out when it was called off.

    UID, SEQUENCE and words are those of the patient's feed, so that a program that has both can tell that they are one.
    `attendee` is the address that the message goes to, and the only one that it names beside the organizer's. `None` for
    a visit of which the patient is not told.
    """
    visit = announced_visit(appointment)
    if visit is None:
        return None
    entry = neutral_entry(visit)
    method = Method.REQUEST if entry.state.takes_time else Method.CANCEL
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Calendar//Appointments//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(_event(entry, attendee, organizer, written_at))
    return Invitation(method, calendar.to_ical().decode())


def _event(entry: Entry, attendee: str, organizer: Organizer, written_at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    # RFC 5545 section 3.8.7.2: with a METHOD this is when the object was written, not when the visit was changed.
    event.add("dtstamp", written_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.interval.start.astimezone(UTC))
    event.add("dtend", entry.interval.end.astimezone(UTC))
    # Escaped already, as in the feed, and folded alone by the library.
    event["summary"] = vInline(escaped(entry.summary))
    if entry.location:
        event["location"] = vInline(escaped(entry.location))
    event.add("status", "CONFIRMED" if entry.state.takes_time else "CANCELLED")
    event.add("transp", "OPAQUE" if entry.state.takes_time else "TRANSPARENT")
    sender = vCalAddress(f"mailto:{organizer.address}")
    sender.params["CN"] = vText(organizer.name)
    event.add("organizer", sender)
    invited = vCalAddress(f"mailto:{attendee}")
    if entry.state.takes_time:
        invited.params["ROLE"] = vText("REQ-PARTICIPANT")
        invited.params["PARTSTAT"] = vText("NEEDS-ACTION")
        invited.params["RSVP"] = vText("TRUE" if organizer.reads_answers else "FALSE")
    event.add("attendee", invited)
    return event
