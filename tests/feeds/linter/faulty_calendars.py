"""Calendars that are right, and what to replace in them so that each has one fault, with what must be said of it."""

from __future__ import annotations

RIGHT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Calendar//Appointments//EN
CALSCALE:GREGORIAN
NAME:Appointments
COLOR:steelblue
REFRESH-INTERVAL;VALUE=DURATION:PT1H
SOURCE;VALUE=URI:https://visits.example.org/feeds/a.ics
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:America/Denver
BEGIN:STANDARD
DTSTART:20261101T020000
TZOFFSETFROM:-0600
TZOFFSETTO:-0700
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one
DTSTAMP:20261123T160000Z
DTSTART:20261203T170000Z
DTEND:20261203T194500Z
SUMMARY:Appointment\\, the first
LOCATION;LANGUAGE=de:Straße
 n 7
SEQUENCE:0
STATUS:CONFIRMED
TRANSP:OPAQUE
CATEGORIES:one,two\\,three
LINK;LINKREL=describedby;VALUE=URI:https://visits.example.org/help
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Appointment
TRIGGER:-PT60M
UID:one-60
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:two
DTSTAMP:20261123T160000Z
DTSTART;TZID=America/Denver:20261205T100000
DTEND;TZID=America/Denver:20261205T110000
RELATED-TO;RELTYPE=FINISHTOSTART;GAP=P2D:one
SUMMARY:Appointment
END:VEVENT
END:VCALENDAR
"""

INVITATION = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Calendar//Appointments//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:one
DTSTAMP:20261123T160000Z
DTSTART:20261203T170000Z
DTEND:20261203T194500Z
SUMMARY:Appointment
SEQUENCE:1
STATUS:CONFIRMED
ORGANIZER;CN=Maple House:mailto:appointments@example.org
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;CN="Sample,
  Robin":mailto:robin@example.org
END:VEVENT
END:VCALENDAR
"""

CANCELLATION = INVITATION.replace("METHOD:REQUEST", "METHOD:CANCEL").replace(
    "STATUS:CONFIRMED", "STATUS:CANCELLED"
)

ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:PT0S\nEND:VALARM\n"

# What is replaced in the right calendar, by what, and what must be said of it.
FAULTS = {
    "no version": ("VERSION:2.0\n", "", "VCALENDAR has VERSION 0 times"),
    "another version": ("VERSION:2.0", "VERSION:1.0", "VERSION says 1.0"),
    "no product": ("PRODID:-//Calendar//Appointments//EN\n", "", "PRODID 0 times"),
    "product twice": ("PRODID:", "PRODID:other\nPRODID:", "PRODID 2 times"),
    "another calendar": ("CALSCALE:GREGORIAN", "CALSCALE:JULIAN", "CALSCALE says JULIAN"),
    "an interval without its type": (";VALUE=DURATION", "", "REFRESH-INTERVAL needs VALUE=DURATION"),
    "an interval of another type": ("VALUE=DURATION:PT1H", "VALUE=TEXT:PT1H", "VALUE=TEXT"),
    "an interval that is none": (
        "VALUE=DURATION:PT1H",
        "VALUE=DURATION:1H",
        "REFRESH-INTERVAL is no DURATION",
    ),
    "a source without its type": ("SOURCE;VALUE=URI:", "SOURCE:", "SOURCE needs VALUE=URI"),
    "a source that is no address": ("https://visits.example.org/feeds/a.ics", "a.ics", "SOURCE is no URI"),
    "a time to live that is none": (
        "X-PUBLISHED-TTL:PT1H",
        "X-PUBLISHED-TTL:1:00:00",
        "X-PUBLISHED-TTL is no",
    ),
    "an unknown property": ("SEQUENCE:0", "SEQUENCES:0", "SEQUENCES is unknown"),
    "a property of something else": ("COLOR:steelblue", "SUMMARY:x", "SUMMARY has no place in VCALENDAR"),
    "no uid": ("UID:one\n", "", "UID 0 times"),
    "an empty uid": ("UID:one\n", "UID:\n", "UID is no UID"),
    "a uid twice in an event": ("UID:one\n", "UID:one\nUID:three\n", "UID 2 times"),
    "a uid for two events": ("UID:two", "UID:one", "the UID one stands for two events"),
    "an alarm with the uid of its event": ("UID:one-60", "UID:one", "of an alarm stands for something else"),
    "no stamp": ("DTSTAMP:20261123T160000Z\nDTSTART:", "DTSTART:", "DTSTAMP 0 times"),
    "a local stamp": (
        "DTSTAMP:20261123T160000Z\nDTSTART:",
        "DTSTAMP:20261123T160000\nDTSTART:",
        "must be in UTC",
    ),
    "no beginning": ("DTSTART:20261203T170000Z\n", "", "DTSTART is missing"),
    "two beginnings": ("DTEND:", "DTSTART:20261203T170000Z\nDTEND:", "DTSTART 2 times"),
    "an end before the beginning": ("DTEND:20261203T194500Z", "DTEND:20261203T160000Z", "ends at"),
    "an end at the beginning": ("DTEND:20261203T194500Z", "DTEND:20261203T170000Z", "ends at"),
    "an end of another form": ("DTEND:20261203T194500Z", "DTEND:20261203T194500", "of one form"),
    "an end that is a date": ("DTEND:20261203T194500Z", "DTEND;VALUE=DATE:20261204", "of one form"),
    "an end and a length": ("DTEND:20261203T194500Z", "DTEND:20261203T194500Z\nDURATION:PT1H", "not both"),
    "a length below nothing": ("DTEND:20261203T194500Z", "DURATION:-PT1H", "less than nothing"),
    "a day that is not": ("DTSTART:20261203T170000Z", "DTSTART:20261131T170000Z", "DTSTART is no DATE-TIME"),
    "an hour that is not": (
        "DTSTART:20261203T170000Z",
        "DTSTART:20261203T250000Z",
        "DTSTART is no DATE-TIME",
    ),
    "an offset": ("DTSTART:20261203T170000Z", "DTSTART:20261203T170000+0100", "DTSTART is no DATE-TIME"),
    "utc in a zone": ("20261205T100000", "20261205T100000Z", "has a TZID for"),
    "a zone that is not told": (
        "DTSTART;TZID=America/Denver",
        "DTSTART;TZID=America/Lima",
        "no VTIMEZONE for",
    ),
    "a zone of a stamp": ("DTSTAMP:", "DTSTAMP;TZID=America/Denver:", "no parameter TZID"),
    "a zone that says nothing": (
        "BEGIN:STANDARD",
        "BEGIN:X-STANDARD",
        "END:STANDARD stands where X-STANDARD",
    ),
    "an offset without a sign": ("TZOFFSETTO:-0700", "TZOFFSETTO:0700", "TZOFFSETTO is no UTC-OFFSET"),
    "a rule without a rhythm": ("FREQ=YEARLY;", "", "RRULE is no RECUR"),
    "a comma that is not escaped": ("\\, the first", ", the first", "SUMMARY is no TEXT"),
    "a semicolon that is not escaped": ("\\, the first", "; the first", "SUMMARY is no TEXT"),
    "a backslash before nothing": ("\\, the first", "\\x", "SUMMARY is no TEXT"),
    "an unknown status": ("STATUS:CONFIRMED", "STATUS:DONE", "STATUS says DONE"),
    "an unknown transparency": ("TRANSP:OPAQUE", "TRANSP:BUSY", "TRANSP says BUSY"),
    "a sequence that is no number": ("SEQUENCE:0", "SEQUENCE:zero", "SEQUENCE is no INTEGER"),
    "a sequence below nothing": ("SEQUENCE:0", "SEQUENCE:-1", "SEQUENCE is -1"),
    "an unknown parameter": ("LANGUAGE=de", "TONGUE=de", "LOCATION has no parameter TONGUE"),
    "a parameter twice": ("LANGUAGE=de", "LANGUAGE=de;LANGUAGE=en", "has the parameter LANGUAGE twice"),
    "a parameter without a value": ("LANGUAGE=de", "LANGUAGE", "is no NAME;PARAMETER=VALUE:VALUE"),
    "a gap of hours without T": ("GAP=P2D", "GAP=P48H", "GAP=P48H, which is no duration"),
    "a gap of a kinship": (
        "RELTYPE=FINISHTOSTART",
        "RELTYPE=PARENT",
        "GAP, which means nothing for RELTYPE=PARENT",
    ),
    "an unknown relation": ("RELTYPE=FINISHTOSTART", "RELTYPE=AFTER", "RELTYPE=AFTER, which is none of"),
    "a link without its type": ("describedby;VALUE=URI", "describedby", "LINK needs VALUE=URI"),
    "an alarm without words": ("DESCRIPTION:Appointment\n", "", "ACTION:DISPLAY needs DESCRIPTION"),
    "an alarm without a moment": ("TRIGGER:-PT60M\n", "", "TRIGGER 0 times"),
    "an alarm at a local time": (
        "TRIGGER:-PT60M",
        "TRIGGER;VALUE=DATE-TIME:20261203T160000",
        "must be in UTC",
    ),
    "an alarm of no kind": ("ACTION:DISPLAY", "ACTION:SING", "ACTION says SING"),
    "an alarm repeated without a pause": (
        "TRIGGER:-PT60M",
        "TRIGGER:-PT60M\nREPEAT:2",
        "both REPEAT and DURATION",
    ),
    "an alarm by itself": ("BEGIN:VTIMEZONE", f"{ALARM}BEGIN:VTIMEZONE", "VALARM has no place in VCALENDAR"),
    "an unknown component": (
        "BEGIN:VTIMEZONE",
        "BEGIN:VNOTE\nEND:VNOTE\nBEGIN:VTIMEZONE",
        "no component VNOTE",
    ),
    "an end that is missing": ("END:VALARM\n", "", "END:VEVENT stands where VALARM is open"),
    "an end too many": ("END:VCALENDAR\n", "END:VCALENDAR\nEND:VCALENDAR\n", "stands where nothing is open"),
    "a property after the end": ("END:VCALENDAR\n", "END:VCALENDAR\nNAME:x\n", "outside of any component"),
    "a blank line": ("STATUS:CONFIRMED\n", "STATUS:CONFIRMED\n\n", "the line is blank"),
    "a line that was not folded": ("Straße", "Straße" * 20, "octets, 75 at most"),
    "a line without a colon": ("TRANSP:OPAQUE", "TRANSP", "is no NAME;PARAMETER=VALUE:VALUE"),
    "a control character": ("Straße", "Stra\x07ße", "LOCATION has a control character"),
}

MESSAGE_FAULTS = {
    "nobody invites": ("ORGANIZER;CN=Maple House:mailto:appointments@example.org\n", "", "needs ORGANIZER"),
    "nothing happens": ("SUMMARY:Appointment\n", "", "needs SUMMARY"),
    "at no time": ("DTSTART:20261203T170000Z\nDTEND:20261203T194500Z\n", "", "needs DTSTART"),
    "called off already": ("STATUS:CONFIRMED", "STATUS:CANCELLED", "does not allow STATUS:CANCELLED"),
    "an answer within": (
        "SEQUENCE:1",
        "SEQUENCE:1\nREQUEST-STATUS:2.0;Success",
        "does not allow REQUEST-STATUS",
    ),
    "an unknown method": ("METHOD:REQUEST", "METHOD:INVITE", "METHOD says INVITE"),
    "two methods": ("METHOD:REQUEST", "METHOD:REQUEST\nMETHOD:CANCEL", "METHOD 2 times"),
    "an unknown part": ("ROLE=REQ-PARTICIPANT", "ROLE=GUEST", "ROLE=GUEST, which is none of"),
    "no address": (
        "mailto:appointments@example.org",
        "appointments@example.org",
        "ORGANIZER is no CAL-ADDRESS",
    ),
    "two things at once": (
        "END:VCALENDAR",
        "BEGIN:VEVENT\nUID:two\nDTSTAMP:20261123T160000Z\nEND:VEVENT\nEND:VCALENDAR",
        "about one UID",
    ),
}
