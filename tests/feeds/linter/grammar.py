"""Which properties a component has, how often and of which type (RFC 5545, 7986, 9074 and 9253): tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ONE, AT_MOST_ONE, MANY = "exactly once", "at most once", "any number of times"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a property may hold: its own type, others that VALUE may name, one of few words, one value or a list.

    `is_utc` asks for UTC, `says_type` for VALUE even where the type is the only one. `parameters` are those besides VALUE.
    """

    type: str
    others: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_list: bool = False
    is_utc: bool = False
    says_type: bool = False
    parameters: tuple[str, ...] = ()


_TEXT = ("ALTREP", "LANGUAGE")
_PERSON = (
    "LANGUAGE",
    "CN",
    "SENT-BY",
    "DIR",
    "EMAIL",
    "SCHEDULE-AGENT",
    "SCHEDULE-STATUS",
    "SCHEDULE-FORCE-SEND",
)
_LINKED = ("LINKREL", "FMTTYPE", "LABEL", "LANGUAGE")

KINDS: Mapping[str, Kind] = {
    "PRODID": Kind("TEXT"),
    "VERSION": Kind("TEXT", words=("2.0",)),
    "CALSCALE": Kind("TEXT", words=("GREGORIAN",)),
    "METHOD": Kind(
        "TEXT", words=("PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER")
    ),
    "NAME": Kind("TEXT", parameters=_TEXT),
    "DESCRIPTION": Kind("TEXT", parameters=_TEXT),
    "UID": Kind("UID"),
    "LAST-MODIFIED": Kind("DATE-TIME", is_utc=True),
    "URL": Kind("URI"),
    "CATEGORIES": Kind("TEXT", is_list=True, parameters=("LANGUAGE",)),
    "REFRESH-INTERVAL": Kind("DURATION", says_type=True),
    "SOURCE": Kind("URI", says_type=True),
    "COLOR": Kind("TEXT"),
    "IMAGE": Kind(
        "URI", ("BINARY",), says_type=True, parameters=("ENCODING", "FMTTYPE", "ALTREP", "DISPLAY")
    ),
    "CONFERENCE": Kind("URI", says_type=True, parameters=("FEATURE", "LABEL", "LANGUAGE")),
    "DTSTART": Kind("DATE-TIME", ("DATE",), parameters=("TZID",)),
    "DTEND": Kind("DATE-TIME", ("DATE",), parameters=("TZID",)),
    "DURATION": Kind("DURATION"),
    "DTSTAMP": Kind("DATE-TIME", is_utc=True),
    "CREATED": Kind("DATE-TIME", is_utc=True),
    "ACKNOWLEDGED": Kind("DATE-TIME", is_utc=True),
    "CLASS": Kind("TEXT", words=("PUBLIC", "PRIVATE", "CONFIDENTIAL")),
    "GEO": Kind("GEO"),
    "LOCATION": Kind("TEXT", parameters=_TEXT),
    "PRIORITY": Kind("INTEGER"),
    "SEQUENCE": Kind("INTEGER"),
    "STATUS": Kind("TEXT", words=("TENTATIVE", "CONFIRMED", "CANCELLED")),
    "SUMMARY": Kind("TEXT", parameters=_TEXT),
    "TRANSP": Kind("TEXT", words=("OPAQUE", "TRANSPARENT")),
    "RECURRENCE-ID": Kind("DATE-TIME", ("DATE",), parameters=("TZID", "RANGE")),
    "RRULE": Kind("RECUR"),
    "RDATE": Kind("DATE-TIME", ("DATE", "PERIOD"), is_list=True, parameters=("TZID",)),
    "EXDATE": Kind("DATE-TIME", ("DATE",), is_list=True, parameters=("TZID",)),
    "ATTACH": Kind("URI", ("BINARY",), parameters=("FMTTYPE", "ENCODING", "FILENAME", "SIZE", "MANAGED-ID")),
    "ATTENDEE": Kind(
        "CAL-ADDRESS",
        parameters=(
            *_PERSON,
            "CUTYPE",
            "MEMBER",
            "ROLE",
            "PARTSTAT",
            "RSVP",
            "DELEGATED-TO",
            "DELEGATED-FROM",
        ),
    ),
    "ORGANIZER": Kind("CAL-ADDRESS", parameters=_PERSON),
    "COMMENT": Kind("TEXT", parameters=_TEXT),
    "CONTACT": Kind("TEXT", parameters=_TEXT),
    "REQUEST-STATUS": Kind("STATUS", parameters=("LANGUAGE",)),
    "RELATED-TO": Kind("TEXT", ("UID", "URI"), parameters=("RELTYPE", "GAP")),
    "RESOURCES": Kind("TEXT", is_list=True, parameters=_TEXT),
    "CONCEPT": Kind("URI"),
    "LINK": Kind("URI", ("UID", "XML-REFERENCE"), says_type=True, parameters=_LINKED),
    "REFID": Kind("TEXT"),
    "ACTION": Kind("TEXT", words=("AUDIO", "DISPLAY", "EMAIL")),
    "TRIGGER": Kind("DURATION", ("DATE-TIME",), parameters=("RELATED",)),
    "REPEAT": Kind("INTEGER"),
    "PROXIMITY": Kind("TEXT", words=("ARRIVE", "DEPART", "CONNECT", "DISCONNECT")),
    "TZID": Kind("TEXT"),
    "TZURL": Kind("URI"),
    "TZOFFSETFROM": Kind("UTC-OFFSET"),
    "TZOFFSETTO": Kind("UTC-OFFSET"),
    "TZNAME": Kind("TEXT", parameters=("LANGUAGE",)),
}
"""Every property of the components below."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OFTEN_IN_EVENT = _words(
    "ATTACH ATTENDEE CATEGORIES COMMENT CONTACT EXDATE REQUEST-STATUS RELATED-TO RESOURCES RDATE IMAGE CONFERENCE"
    " CONCEPT LINK REFID"
)
_ONCE_IN_EVENT = _words(
    "DTSTART DTEND DURATION CLASS CREATED DESCRIPTION GEO LAST-MODIFIED LOCATION ORGANIZER PRIORITY SEQUENCE STATUS"
    " SUMMARY TRANSP URL RECURRENCE-ID RRULE COLOR"
)
_ALARM = ("DURATION", "REPEAT", "DESCRIPTION", "SUMMARY", "UID", "PROXIMITY", "ACKNOWLEDGED")
_CHANGE = {"DTSTART": ONE, "TZOFFSETFROM": ONE, "TZOFFSETTO": ONE, "RRULE": AT_MOST_ONE}

COMPONENTS: Mapping[str, Mapping[str, str]] = {
    "VCALENDAR": {
        "PRODID": ONE,
        "VERSION": ONE,
        **dict.fromkeys(
            _words("CALSCALE METHOD UID LAST-MODIFIED URL REFRESH-INTERVAL SOURCE COLOR"), AT_MOST_ONE
        ),
        **dict.fromkeys(_words("NAME DESCRIPTION CATEGORIES IMAGE CONCEPT LINK REFID"), MANY),
    },
    "VEVENT": {
        "UID": ONE,
        "DTSTAMP": ONE,
        **dict.fromkeys(_ONCE_IN_EVENT, AT_MOST_ONE),
        **dict.fromkeys(_OFTEN_IN_EVENT, MANY),
    },
    "VALARM": {
        "ACTION": ONE,
        "TRIGGER": ONE,
        **dict.fromkeys(_ALARM, AT_MOST_ONE),
        **dict.fromkeys(("ATTACH", "ATTENDEE", "RELATED-TO"), MANY),
    },
    "VTIMEZONE": {"TZID": ONE, "LAST-MODIFIED": AT_MOST_ONE, "TZURL": AT_MOST_ONE},
    "STANDARD": {**_CHANGE, "RDATE": MANY, "TZNAME": MANY, "COMMENT": MANY},
    "DAYLIGHT": {**_CHANGE, "RDATE": MANY, "TZNAME": MANY, "COMMENT": MANY},
}
"""How often each component may have each property; one that is not named here has no place in it."""

INSIDE: Mapping[str, tuple[str, ...]] = {
    "": ("VCALENDAR",),
    "VCALENDAR": ("VEVENT", "VTIMEZONE"),
    "VEVENT": ("VALARM",),
    "VTIMEZONE": ("STANDARD", "DAYLIGHT"),
}
"""Which components stand inside which."""

TEMPORAL = ("FINISHTOSTART", "FINISHTOFINISH", "STARTTOFINISH", "STARTTOSTART")
"""The relations of which a GAP may say more (RFC 9253 section 6.2)."""

PARAMETER_WORDS: Mapping[str, tuple[str, ...]] = {
    "CUTYPE": ("INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"),
    "ENCODING": ("8BIT", "BASE64"),
    "PARTSTAT": ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"),
    "RANGE": ("THISANDFUTURE",),
    "RELATED": ("START", "END"),
    "RELTYPE": (
        "PARENT",
        "CHILD",
        "SIBLING",
        "SNOOZE",
        *TEMPORAL,
        "FIRST",
        "NEXT",
        "DEPENDS-ON",
        "REFID",
        "CONCEPT",
    ),
    "ROLE": ("CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"),
    "RSVP": ("TRUE", "FALSE"),
    "SCHEDULE-AGENT": ("SERVER", "CLIENT", "NONE"),
}
"""What these parameters may say, besides words that begin with X-."""
