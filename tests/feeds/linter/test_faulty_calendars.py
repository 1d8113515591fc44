"""The linter itself: every fault is found in a calendar that has it, and none in calendars that have none."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.feeds import invitations
from scheduler.feeds.entries import neutral_entry
from scheduler.feeds.invitations import Method
from tests.feeds.linter.check import faults
from tests.feeds.linter.every_calendar import WRITERS
from tests.feeds.linter.faulty_calendars import ALARM, CANCELLATION, FAULTS, INVITATION, MESSAGE_FAULTS, RIGHT
from tests.feeds.typical_feeds import VISITS, typical_feeds


def written(text: str) -> bytes:
    """Return a calendar as it is sent."""
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("name", typical_feeds())
def test_our_feeds_have_no_fault(name: str) -> None:
    assert faults(typical_feeds()[name]) == []


@pytest.mark.parametrize("text", [RIGHT, INVITATION, CANCELLATION])
def test_what_is_right_has_no_fault(text: str) -> None:
    assert faults(written(text)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_found(fault: str) -> None:
    right, wrong, said = FAULTS[fault]
    assert right in RIGHT
    assert said in "\n".join(faults(written(RIGHT.replace(right, wrong, 1))))


@pytest.mark.parametrize("fault", MESSAGE_FAULTS)
def test_every_fault_of_an_invitation_is_found(fault: str) -> None:
    right, wrong, said = MESSAGE_FAULTS[fault]
    assert right in INVITATION
    assert said in "\n".join(faults(written(INVITATION.replace(right, wrong, 1))))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("SEQUENCE:1\n", "", "METHOD:CANCEL needs SEQUENCE"),
        ("STATUS:CANCELLED", "STATUS:CONFIRMED", "does not allow STATUS:CONFIRMED"),
        ("ATTENDEE;", "X-ATTENDEE;", "needs every ATTENDEE"),
        (
            "END:VEVENT",
            f"{ALARM}END:VEVENT",
            "an alarm",
        ),
    ],
)
def test_every_fault_of_a_cancellation_is_found(right: str, wrong: str, said: str) -> None:
    assert right in CANCELLATION
    assert said in "\n".join(faults(written(CANCELLATION.replace(right, wrong, 1))))


def test_other_methods_have_rules_of_their_own() -> None:
    answer = INVITATION.replace("METHOD:REQUEST", "METHOD:REPLY")
    assert faults(written(answer)) == []
    second = answer.replace("END:VEVENT", "ATTENDEE:mailto:other@example.org\nEND:VEVENT")
    assert faults(written(second)) == ["line 5: METHOD:REPLY comes from one ATTENDEE"]
    told = INVITATION.replace("METHOD:REQUEST", "METHOD:PUBLISH")
    assert faults(written(told)) == ["line 5: METHOD:PUBLISH does not allow ATTENDEE"]
    assert (
        "an event"
        in faults(written(RIGHT.split("BEGIN:VTIMEZONE")[0] + "METHOD:REQUEST\nEND:VCALENDAR\n"))[0]
    )


def test_faults_of_octets_are_found() -> None:
    right = written(RIGHT)
    for wrong, said in (
        (right.replace(b"\r\n", b"\n"), "a CR or an LF stands alone"),
        (right.removesuffix(b"\r\n"), "the last line does not end with CRLF"),
        (b"\xef\xbb\xbf" + right, "a byte order mark"),
        (
            right.replace("ß".encode(), "ß".encode()[:1] + b"\r\n " + "ß".encode()[1:]),
            "is no UTF-8 by itself",
        ),
        (right.replace("ß".encode(), "ß".encode("latin-1")), "is no UTF-8 by itself"),
        (b"", "there is no calendar"),
    ):
        assert said in "\n".join(faults(wrong))


@pytest.mark.parametrize("room", WRITERS)
def test_whatever_the_program_writes_in_a_test_is_looked_at(room: Any) -> None:
    entry = neutral_entry(VISITS[0])
    assert faults(room.calendar_bytes("Appointments", [entry])) == []
    with pytest.raises(AssertionError, match="SUMMARY has a control character"):
        room.calendar_bytes("Appointments", [entry._replace(summary="a\x07b")])


def test_whatever_is_sent_as_an_invitation_is_looked_at() -> None:
    assert invitations.Invitation(Method.REQUEST, written(INVITATION).decode()).method is Method.REQUEST
    with pytest.raises(AssertionError, match="METHOD:REQUEST needs ATTENDEE"):
        invitations.Invitation(
            Method.REQUEST, written(INVITATION.replace("ATTENDEE;", "X-ATTENDEE;")).decode()
        )
