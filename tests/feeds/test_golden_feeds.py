"""Feeds byte for byte as committed, and what single calendar programs are particular about, program by program."""

from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar
from vdirsyncer.vobject import Item, split_collection

from tests.feeds.calendar_programs import Seen, seen_by_ical_js, seen_by_node_ical
from tests.feeds.native_programs import Calcurse, seen_by_libical, seen_by_vobject
from tests.feeds.typical_feeds import GOLDEN, typical_feeds

NAMES = sorted(typical_feeds())


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> bytes:
    """Give the committed bytes of a feed, of each kind in turn."""
    return (GOLDEN / str(request.param)).read_bytes()


def test_every_kind_of_feed_is_written_as_committed() -> None:
    committed = {path.name: path.read_bytes() for path in GOLDEN.glob("*.ics")}
    written = typical_feeds()
    assert sorted(committed) == NAMES
    changed = [name for name in NAMES if committed[name] != written[name]]
    assert not changed, "write them anew as tests/feeds/golden/README.md says, and read the difference"


@pytest.mark.parametrize("name", NAMES)
def test_every_program_reads_every_kind_of_feed_alike(name: str, tmp_path: Path) -> None:
    content = (GOLDEN / name).read_bytes()
    expected = sorted(
        Seen(
            event.decoded("DTSTART"),
            event.decoded("DTEND"),
            str(event["SUMMARY"]),
            str(event.get("LOCATION", "")),
            event["STATUS"] == "CANCELLED",
        )
        for event in Calendar.from_ical(content).events
    )
    for see in (seen_by_ical_js, seen_by_node_ical, seen_by_libical, seen_by_vobject):
        assert see(content) == expected
    calcurse = Calcurse("UTC", tmp_path / "calcurse")
    calcurse.imports(content)
    assert [(one.start, one.end, one.summary, one.cancelled) for one in calcurse.shows()] == [
        (one.start, one.end, one.summary, one.cancelled) for one in expected
    ]


def test_vdirsyncer_takes_a_uid_of_the_calendar_for_that_of_every_event_so_there_is_none(
    golden: bytes,
) -> None:
    opening = golden.decode().partition("BEGIN:VEVENT")[0]
    assert "\nUID" not in opening
    events = Calendar.from_ical(golden).events
    assert _arriving(golden) == len(events)
    spoilt = golden.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nUID:one\r\n")
    assert _arriving(spoilt) == min(1, len(events))


def _arriving(content: bytes) -> int:
    return len({Item(part).uid for part in split_collection(content.decode())})


def test_no_program_is_asked_to_understand_a_time_zone(golden: bytes) -> None:
    """ical.js reads the first of a list of changes alone, node-ical goes by the name of a zone."""
    assert b"TZID" not in golden
    assert b"VTIMEZONE" not in golden
    for line in golden.splitlines():
        if line.startswith((b"DTSTART", b"DTEND")):
            assert line.endswith(b"Z")


def test_outlook_wants_a_stamp_and_a_uid_and_takes_a_method_for_an_invitation(golden: bytes) -> None:
    assert b"METHOD" not in golden
    for event in Calendar.from_ical(golden).events:
        assert {"DTSTAMP", "UID", "SEQUENCE"} <= set(event)


def test_every_program_is_told_in_its_own_word_when_to_look_again(golden: bytes) -> None:
    assert golden.count(b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n") == 1
    assert golden.count(b"\r\nX-PUBLISHED-TTL:PT1H\r\n") == 1


def test_what_was_called_off_is_told_by_status_words_and_free_time() -> None:
    for name in ("patient-with-cancelled.ics", "single-visit-cancelled.ics"):
        *_, event = Calendar.from_ical((GOLDEN / name).read_bytes()).events
        assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
        assert str(event["SUMMARY"]).startswith("Cancelled: ")
        assert event.decoded("SEQUENCE") > 0


def test_an_alarm_has_words_and_a_uid_and_what_was_called_off_has_none() -> None:
    events = Calendar.from_ical((GOLDEN / "staff-with-alarm.ics").read_bytes()).events
    for event in events:
        alarms = event.walk("VALARM")
        assert len(alarms) == (0 if event["STATUS"] == "CANCELLED" else 1)
        for alarm in alarms:
            assert alarm["DESCRIPTION"] == event["SUMMARY"]
            assert alarm["UID"] == f"{event['UID']}-15"


def test_libical_objects_to_nothing(golden: bytes) -> None:
    assert len(seen_by_libical(golden)) == len(Calendar.from_ical(golden).events)
