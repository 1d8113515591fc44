"""Whatever people write and whenever visits are: every program reads back exactly what was written."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from vdirsyncer.vobject import Item, split_collection

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.interval import Interval
from scheduler.feeds.entries import Entry
from scheduler.feeds.render import calendar_bytes
from tests.feeds.calendar_programs import Seen, seen_by_ical_js
from tests.feeds.linter.check import faults
from tests.feeds.native_programs import seen_by_libical, seen_by_vobject

FOLD = b"\r\n "
LONGEST = 75

# What the clinic file takes for words: no surrogates, no line breaks, no other control characters. A byte order mark at the
# beginning of a text is dropped by whoever reads. A backslash is left out where others read: icalendar and ical.js take one
# before an N for a line break, node-ical one before an n; that it is written as it should be is asked below.
readable = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\\"), max_size=200
)
# What would hurt most: everything that has a meaning in a calendar, and characters of two, three and four octets.
telling = st.text(st.sampled_from(',;:"nN=é木🌳\u0301\u200d'), max_size=200)
words = readable | telling
# A byte order mark is no character within a text, and the library leaves it out.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=200)
escaped = st.text(st.sampled_from('\\,;nN\n\r:" é🌳'), max_size=120)
whole_seconds = st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
entries = st.builds(
    Entry,
    uid=st.builds(lambda number: UUID(int=number).hex, st.integers(0, 2**128 - 1)),
    summary=words,
    interval=st.builds(
        Interval.lasting, whole_seconds, st.integers(1, 100_000).map(lambda s: timedelta(seconds=s))
    ),
    state=st.sampled_from(AppointmentState),
    sequence=st.integers(0, 2**31 - 1),
    created_at=whole_seconds,
    changed_at=whole_seconds,
    location=words,
    alarm_minutes=st.sampled_from([None, 15, 60, 1440]),
    links=st.just(()),
)
feeds = st.lists(entries, max_size=4, unique_by=lambda entry: entry.uid)


def as_seen(entry: Entry) -> Seen:
    """Return what a program must understand of an entry."""
    called_off = not entry.state.takes_time
    return Seen(entry.interval.start, entry.interval.end, entry.summary, entry.location, called_off)


@settings(max_examples=50)
@given(feeds)
def test_what_is_written_is_read_back_value_by_value(written: list[Entry]) -> None:
    content = calendar_bytes("Busy", written)
    assert faults(content) == []
    calendar = Calendar.from_ical(content)
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Busy"
    for event, entry in zip(calendar.events, written, strict=True):
        assert str(event["UID"]) == entry.uid
        assert str(event["SUMMARY"]) == entry.summary
        assert str(event.get("LOCATION", "")) == entry.location
        assert event.decoded("DTSTART") == entry.interval.start
        assert event.decoded("DTEND") == entry.interval.end
        assert event.decoded("SEQUENCE") == entry.sequence
        assert event.decoded("CREATED") == entry.created_at
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == entry.changed_at
        assert (event["STATUS"] == "CANCELLED") == (not entry.state.takes_time)
        alarms = [(str(alarm["DESCRIPTION"]), alarm.decoded("TRIGGER")) for alarm in event.walk("VALARM")]
        minutes = entry.alarm_minutes
        assert alarms == ([] if minutes is None else [(entry.summary, -timedelta(minutes=minutes))])


@settings(max_examples=50)
@given(feeds)
def test_vdirsyncer_hands_on_every_event_as_it_is(written: list[Entry]) -> None:
    """It splits a calendar into lines by its own lights before anybody reads it."""
    parts = [Item(part) for part in split_collection(calendar_bytes("Busy", written).decode())]
    summaries = {part.uid: str(Calendar.from_ical(part.raw).events[0]["SUMMARY"]) for part in parts}
    assert summaries == {entry.uid: entry.summary for entry in written}


@settings(max_examples=10)
@given(st.lists(entries, min_size=1, max_size=40, unique_by=lambda entry: entry.uid))
def test_programs_of_other_makers_read_the_same(written: list[Entry]) -> None:
    # Some drop blanks at the ends of texts.
    tidy = [one._replace(summary=f"x{one.summary}x", location=f"x{one.location}x") for one in written]
    content, expected = calendar_bytes("Appointments", tidy), sorted(as_seen(entry) for entry in tidy)
    assert seen_by_ical_js(content) == expected
    assert seen_by_libical(content) == expected
    assert seen_by_vobject(content) == expected


@given(words | anything | escaped)
@example("🌳" * 60)
@example("é" * 100)
@example("a" + "木" * 60)
def test_lines_are_folded_at_75_octets_and_never_within_a_character(text: str) -> None:
    content = calendar_bytes("Appointments", [_saying(text)])
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    for line, following in zip(lines, lines[1:], strict=False):
        assert len(line) <= LONGEST
        assert b"\n" not in line and b"\r" not in line
        line.decode()
        if following.startswith(b" "):
            # No line ends sooner than the next character, of four octets at most, makes it.
            assert len(line) > LONGEST - 4
    unfolded = content.replace(FOLD, b"").decode().split("\r\n")
    [summary] = [line for line in unfolded if line.startswith("SUMMARY:")]
    assert summary == f"SUMMARY:{_escaped(text)}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\\"), max_size=80))
@example("Appointment\r\nATTENDEE:mailto:somebody@example.org")
@example("Appointment\nEND:VEVENT\nEND:VCALENDAR")
@example("Appointment\rSTATUS:CANCELLED")
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    plain = Calendar.from_ical(calendar_bytes("Appointments", [_saying("Appointment")]))
    calendar = Calendar.from_ical(calendar_bytes("Appointments", [_saying(text)]))
    [before], [event] = plain.events, calendar.events
    assert list(event) == list(before)
    assert str(event["SUMMARY"]) == text.replace("\r\n", "\n").replace("\r", "\n")
    assert {name: event[name] for name in event if name != "SUMMARY"} == {
        name: before[name] for name in before if name != "SUMMARY"
    }


def _saying(text: str) -> Entry:
    begins = datetime(2026, 12, 3, 17, tzinfo=UTC)
    return Entry(
        uid=UUID(int=1).hex,
        summary=text,
        interval=Interval.lasting(begins, timedelta(minutes=50)),
        state=AppointmentState.BOOKED,
        sequence=0,
        created_at=begins,
        changed_at=begins,
    )


def _escaped(text: str) -> str:
    """Return a TEXT value as RFC 5545 section 3.3.11 has it, written here a second time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    meant = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
    return "".join(meant.get(character, character) for character in text)


def test_words_of_the_clinic_file_are_what_the_properties_try() -> None:
    """Should the clinic file take other characters one day, these properties must try them too."""
    from pydantic import TypeAdapter, ValidationError

    from scheduler.clinic_file.forms import Words

    check = TypeAdapter(Words)
    for character in ("\n", "\r", "\t", "\x00", "\x85", "\u2028", "\u2029", "\ud800"):
        try:
            check.validate_python(f"a{character}b")
        except ValidationError:
            continue
        raise AssertionError(f"{unicodedata.name(character, repr(character))} is taken")
