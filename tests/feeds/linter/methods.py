"""What a message with a METHOD must have (RFC 5546 section 3.2): who invites whom, to which version of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.feeds.linter.components import Component
from tests.feeds.linter.content_lines import Fault

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "PUBLISH": ("DTSTART", "SUMMARY", "ORGANIZER"),
    "REQUEST": ("DTSTART", "SUMMARY", "ORGANIZER", "ATTENDEE"),
    "REPLY": ("ORGANIZER", "ATTENDEE"),
    "ADD": ("DTSTART", "SUMMARY", "ORGANIZER", "SEQUENCE"),
    "CANCEL": ("ORGANIZER", "SEQUENCE"),
    "REFRESH": ("ORGANIZER", "ATTENDEE"),
    "COUNTER": ("DTSTART", "SUMMARY", "ORGANIZER", "ATTENDEE", "SEQUENCE"),
    "DECLINECOUNTER": ("ORGANIZER", "SEQUENCE"),
}
FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "PUBLISH": ("ATTENDEE", "REQUEST-STATUS"),
    "REQUEST": ("REQUEST-STATUS",),
    "ADD": ("RECURRENCE-ID", "REQUEST-STATUS"),
    "CANCEL": ("REQUEST-STATUS",),
}
STATUSES: Mapping[str, tuple[str, ...]] = {
    "REQUEST": ("TENTATIVE", "CONFIRMED"),
    "ADD": ("TENTATIVE", "CONFIRMED"),
    "CANCEL": ("CANCELLED",),
}
WITHOUT_ALARM = ("REPLY", "CANCEL", "REFRESH", "DECLINECOUNTER")


def faults_of_method(calendar: Component) -> Iterator[Fault]:
    """Yield what the method of a calendar asks for and its events do not have; nothing where it has no method."""
    method = calendar.value("METHOD").upper()
    if method not in REQUIRED:
        return
    events = calendar.parts_called("VEVENT")
    if not events:
        yield Fault(calendar.line, f"METHOD:{method} without an event")
    if method != "PUBLISH" and len({event.value("UID") for event in events}) > 1:
        yield Fault(calendar.line, f"METHOD:{method} is about one UID, and its events have several")
    if len({event.value("ORGANIZER") for event in events}) > 1 and method != "PUBLISH":
        yield Fault(calendar.line, f"METHOD:{method} comes from one ORGANIZER, and its events have several")
    for event in events:
        for sentence in _event(event, method):
            yield Fault(event.line, f"METHOD:{method} {sentence}")


def _event(event: Component, method: str) -> Iterator[str]:
    for name in REQUIRED[method]:
        if event.first(name) is None:
            yield f"needs {name}"
    for name in FORBIDDEN.get(method, ()):
        if event.first(name) is not None:
            yield f"does not allow {name}"
    status, allowed = event.value("STATUS"), STATUSES.get(method)
    if status and allowed and status not in allowed:
        yield f"does not allow STATUS:{status}"
    if method == "CANCEL" and status == "CANCELLED" and event.first("ATTENDEE") is None:
        yield "of a whole event needs every ATTENDEE"
    if method == "REPLY" and len(event.all("ATTENDEE")) > 1:
        yield "comes from one ATTENDEE"
    if method in WITHOUT_ALARM and event.parts_called("VALARM"):
        yield "does not allow an alarm"
    if method == "REQUEST" and not all(
        one.value.lower().startswith("mailto:") for one in event.all("ATTENDEE")
    ):
        yield "needs an address of mail for every ATTENDEE"
