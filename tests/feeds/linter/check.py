"""All that is wrong with a calendar: lines, components, properties, what they say together, and its method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.feeds.linter.components import Component, components_in
from tests.feeds.linter.content_lines import Fault, Property, properties_in
from tests.feeds.linter.grammar import AT_MOST_ONE, COMPONENTS, KINDS, ONE
from tests.feeds.linter.methods import faults_of_method
from tests.feeds.linter.single_properties import faults_of
from tests.feeds.linter.values import TYPES, is_date


def faults(content: bytes) -> list[str]:
    """Return every fault of a calendar, each as a sentence with its line, in order; none for one that is right."""
    found: list[Fault] = []
    properties: list[Property] = []
    for one in properties_in(content):
        (found if isinstance(one, Fault) else properties).append(one)  # type: ignore[arg-type]  # parted by kind
    calendars = components_in(properties, found)
    if not calendars:
        found.append(Fault(1, "there is no calendar"))
    for calendar in calendars:
        for component in calendar.walk():
            found += _component(component)
        found += _calendar(calendar)
        found += faults_of_method(calendar)
    return [str(fault) for fault in sorted(found, key=lambda fault: (fault.line, fault.sentence))]


def _component(component: Component) -> Iterator[Fault]:
    allowed = COMPONENTS.get(component.name)
    if allowed is None:
        return
    counted = Counter(one.name for one in component.properties)
    for name, often in allowed.items():
        if (often == ONE and counted[name] != 1) or (often == AT_MOST_ONE and counted[name] > 1):
            yield Fault(
                component.line, f"{component.name} has {name} {counted[name]} times, allowed is {often}"
            )
    for one in component.properties:
        if one.name not in allowed and not one.name.startswith("X-"):
            known = "has no place in" if one.name in KINDS else "is unknown; it stands in"
            yield Fault(one.line, f"{one.name} {known} {component.name}")
        yield from faults_of(one)
    if component.name == "VEVENT":
        yield from _event(component)
    if component.name == "VALARM":
        yield from _alarm(component)


def _event(event: Component) -> Iterator[Fault]:
    start, end, length = (event.first(name) for name in ("DTSTART", "DTEND", "DURATION"))
    if end is not None and length is not None:
        yield Fault(length.line, "an event has DTEND or DURATION, not both")
    if length is not None and length.value.startswith("-"):
        yield Fault(length.line, "an event does not last less than nothing")
    if (end or length) is not None and start is None:
        yield Fault(event.line, "an event that ends begins: DTSTART is missing")
    if start is not None and end is not None:
        yield from _order(start, end)
    for name, least, most in (("SEQUENCE", 0, 2**31 - 1), ("PRIORITY", 0, 9)):
        one = event.first(name)
        if one is not None and TYPES["INTEGER"](one.value) and not least <= int(one.value) <= most:
            yield Fault(one.line, f"{name} is {one.value}, and goes from {least} to {most}")


def _order(start: Property, end: Property) -> Iterator[Fault]:
    forms = [
        (is_date(one.value), one.value.endswith("Z"), one.parameters.get("TZID")) for one in (start, end)
    ]
    if forms[0][0] != forms[1][0] or (forms[0][1] != forms[1][1] and not any(form[2] for form in forms)):
        yield Fault(end.line, "DTSTART and DTEND are of one form: both dates, both local or both UTC")
    elif forms[0] == forms[1] and end.value <= start.value:
        # Of one form they have one width, so that the order of texts is the order of time.
        yield Fault(end.line, f"the event ends at {end.value} and begins at {start.value}")


def _alarm(alarm: Component) -> Iterator[Fault]:
    wanted = {"DISPLAY": ("DESCRIPTION",), "EMAIL": ("DESCRIPTION", "SUMMARY", "ATTENDEE")}
    action = alarm.value("ACTION").upper()
    for name in wanted.get(action, ()):
        if alarm.first(name) is None:
            yield Fault(alarm.line, f"an alarm with ACTION:{action} needs {name}")
    if (alarm.first("REPEAT") is None) != (alarm.first("DURATION") is None):
        yield Fault(alarm.line, "an alarm that is repeated has both REPEAT and DURATION")


def _calendar(calendar: Component) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    named = {zone.value("TZID") for zone in calendar.parts_called("VTIMEZONE")}
    for event in calendar.parts_called("VEVENT"):
        known = (event.value("UID"), event.value("RECURRENCE-ID"))
        if known in seen:
            yield Fault(event.line, f"the UID {known[0]} stands for two events")
        seen.add(known)
        if event.first("DTSTART") is None and calendar.first("METHOD") is None:
            yield Fault(
                event.line, "VEVENT has no DTSTART, which only a calendar with a METHOD may leave out"
            )
        for one in event.properties:
            for missing in set(one.parameters.get("TZID", ())) - named:
                yield Fault(one.line, f"there is no VTIMEZONE for TZID={missing}")
    yield from _alarm_uids(calendar, {uid for uid, _ in seen})
    for zone in calendar.parts_called("VTIMEZONE"):
        if not zone.parts:
            yield Fault(zone.line, "VTIMEZONE says nothing: it needs STANDARD or DAYLIGHT")


def _alarm_uids(calendar: Component, taken: set[str]) -> Iterator[Fault]:
    known = set(taken)
    for alarm in calendar.walk():
        uid = alarm.value("UID") if alarm.name == "VALARM" else ""
        if uid and uid in known:
            yield Fault(alarm.line, f"the UID {uid} of an alarm stands for something else, too")
        known.add(uid)
