"""Answers to invitations: read from a real IMAP server and from a folder, taken once, and never a crash."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from icalendar import Calendar

from scheduler.config import Settings
from scheduler.domain.answers import Answer
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import InvalidValue
from scheduler.domain.visit_day import VisitEvent
from scheduler.jobs.answers import reader_of_answers
from scheduler.reminders.answers import read_answers
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.letterboxes import MOST_BYTES, Unreadable, letterbox_for
from scheduler.reminders.policy import POLICY
from scheduler.store.answers import answer_to, waiting_answers
from scheduler.store.appointments import appointment, note_progress
from scheduler.store.visit_events import note_event
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.databases import Filling, nothing
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import move
from tests.reminders.imap_server import Box, serving_imap
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

START = at("2026-12-10 14:00")
ADDRESS = "rs@example.org"
ANSWERED_AT = BOOKED_AT + timedelta(hours=1)
NOW = BOOKED_AT + timedelta(hours=2)


def invitation(now: datetime = CONFIRMED_AT) -> Calendar:
    """Return the one invitation that a pass sends."""
    channel = RecordingChannel()
    dispatch(now, channel, answers_to="answers@example.org")
    [message] = channel.sent
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert isinstance(calendar, Calendar)
    return calendar


def keep_one() -> Calendar:
    """Store one visit, and return the invitation to it as it was sent."""
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(START))
    return invitation()


def reply(
    invited: Calendar,
    answer: str = "ACCEPTED",
    *,
    sender: str = ADDRESS,
    attendee: str = ADDRESS,
    answered_at: datetime = ANSWERED_AT,
) -> bytes:
    """Return what a calendar program sends back."""
    [event] = invited.events
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Some Program//EN",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{event['UID']}",
        f"SEQUENCE:{event['SEQUENCE']}",
        f"DTSTAMP:{answered_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{event.start:%Y%m%dT%H%M%SZ}",
        f"ORGANIZER:{event['ORGANIZER']}",
        f"ATTENDEE;PARTSTAT={answer};CN=Somebody:MAILTO:{attendee}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    message = letter(sender)
    message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": "REPLY"})
    return bytes(message)


def letter(sender: str = ADDRESS) -> EmailMessage:
    """Return a message without any answer."""
    message = EmailMessage()
    message["From"] = f"Robin <{sender}>"
    message["To"] = "answers@example.org"
    message["Subject"] = "Accepted: Appointment"
    message.set_content("I am not here until Monday.")
    return message


@dataclass
class Postbox:
    """A way for messages to arrive, and the URL at which they are read."""

    url: str
    take: Callable[[bytes], None]

    def read(self, now: datetime = NOW) -> Counter[str]:
        """Look once."""
        return read_answers(letterbox_for(self.url), StandingClock(now))


@pytest.fixture(params=["imap", "maildir"])
def postbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Postbox]:
    """Give each kind of mailbox."""
    if request.param == "imap":
        box = Box()
        with serving_imap(box) as url:
            yield Postbox(url, box.take)
        return
    folder = tmp_path / "answers"
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True)

    def take(message: bytes) -> None:
        number = len(list((folder / "new").iterdir())) + len(list((folder / "cur").iterdir()))
        (folder / "new" / f"{number:03}.example").write_bytes(message)

    yield Postbox(f"maildir:{folder}", take)


@pytest.fixture
def filling() -> Filling:
    """Start with nothing."""
    return nothing


def test_a_yes_confirms_the_visit_once(postbox: Postbox) -> None:
    invited = keep_one()
    postbox.take(reply(invited))
    assert postbox.read() == {"accepted": 1}
    visit = appointment("visit-1")
    assert (visit.state, visit.version) == (AppointmentState.CONFIRMED, 2)
    assert postbox.read() == {}
    postbox.take(reply(invited))
    assert postbox.read() == {"repeated": 1}
    assert appointment("visit-1") == visit


def test_a_no_waits_for_the_front_desk_and_calls_nothing_off(postbox: Postbox) -> None:
    postbox.take(reply(keep_one(), "DECLINED"))
    assert postbox.read() == {"declined": 1}
    assert appointment("visit-1").state is AppointmentState.BOOKED
    [refusal] = waiting_answers("site-1", NOW)
    assert (refusal.appointment, refusal.start) == ("visit-1", START)


def test_a_no_after_a_yes_takes_the_confirmation_back(postbox: Postbox) -> None:
    invited = keep_one()
    postbox.take(reply(invited))
    assert postbox.read() == {"accepted": 1}
    postbox.take(reply(invited, "DECLINED", answered_at=ANSWERED_AT + timedelta(minutes=5)))
    assert postbox.read(NOW + timedelta(hours=2)) == {"declined": 1}
    assert appointment("visit-1").state is AppointmentState.BOOKED
    assert len(waiting_answers("site-1", NOW)) == 1


def test_a_no_that_is_read_after_a_later_confirmation_by_hand_leaves_it(postbox: Postbox) -> None:
    invited = keep_one()
    visit = appointment("visit-1")
    confirmed = AppointmentState.CONFIRMED
    with unit_of_work():
        note_progress(replace(visit, state=confirmed, version=visit.version + 1))
        event_at = NOW + timedelta(hours=1)
        note_event(VisitEvent("site-1", visit.id, visit.state, confirmed, event_at, "desk"))
    postbox.take(reply(invited, "DECLINED"))
    assert postbox.read(NOW + timedelta(hours=2)) == {"declined": 1}
    assert appointment("visit-1").state is confirmed
    assert len(waiting_answers("site-1", NOW)) == 1


def test_the_last_answer_counts_in_whatever_order_they_arrive(postbox: Postbox) -> None:
    invited = keep_one()
    later = ANSWERED_AT + timedelta(minutes=10)
    postbox.take(reply(invited, "TENTATIVE", answered_at=later))
    postbox.take(reply(invited, "DECLINED"))
    assert postbox.read() == {"tentative": 1, "repeated": 1}
    postbox.take(reply(invited, "ACCEPTED", answered_at=later + timedelta(minutes=1)))
    assert postbox.read() == {"accepted": 1}
    kept = answer_to("visit-1")
    assert kept is not None and kept.answer is Answer.ACCEPTED
    assert waiting_answers("site-1", NOW) == ()


def test_whoever_was_not_asked_does_not_answer(postbox: Postbox) -> None:
    invited = keep_one()
    postbox.take(reply(invited, sender="somebody@example.org"))
    postbox.take(reply(invited, sender="eve@example.org", attendee="eve@example.org"))
    postbox.take(reply(invited, sender=ADDRESS, attendee="eve@example.org"))
    assert postbox.read() == {"foreign_sender": 2, "not_invited": 1}
    assert answer_to("visit-1") is None


def test_an_answer_to_a_former_time_or_to_what_was_called_off_is_left(postbox: Postbox) -> None:
    first = keep_one()
    changed_at = BOOKED_AT + timedelta(hours=1)
    move({"visit-1": START + timedelta(hours=3)}, changed_at)
    postbox.take(reply(first))
    assert postbox.read() == {"outdated": 1}
    second = invitation(changed_at + POLICY.undo_delay)
    postbox.take(reply(first, answered_at=NOW))
    postbox.take(reply(second, "DECLINED"))
    assert postbox.read() == {"outdated": 1, "declined": 1}
    cancel("visit-1", at=NOW)
    assert waiting_answers("site-1", NOW) == ()
    postbox.take(reply(second, answered_at=NOW))
    assert postbox.read(NOW + timedelta(hours=1)) == {"outdated": 1}


def test_a_no_is_no_task_any_more_when_the_visit_has_another_time(postbox: Postbox) -> None:
    postbox.take(reply(keep_one(), "DECLINED"))
    postbox.read()
    move({"visit-1": START + timedelta(hours=3)}, NOW)
    assert waiting_answers("site-1", NOW) == ()


def test_whatever_else_arrives_is_left_with_a_reason(
    postbox: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    invited = keep_one()
    whole = reply(invited)
    strange = [
        bytes(letter()),
        b"",
        b"\xff\xfe\x00 no message at all",
        whole.replace(b"PARTSTAT=ACCEPTED", b"PARTSTAT=PERHAPS"),
        whole.replace(b"METHOD:REPLY", b"METHOD:REQUEST"),
        whole.replace(b"DTSTAMP:", b"DTSTAMP:none"),
        whole.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\n" * 500),
        whole.replace(b"UID:", b"UID:\x00"),
        whole.replace(b"SEQUENCE:0", b"SEQUENCE:99999999999999999999"),
        whole.replace(b"From: Robin <rs@example.org>", b"From: <<<@@,;:"),
        whole.replace(b"From: Robin <rs@example.org>", b"X-From: nobody"),
        whole + b"x" * MOST_BYTES,
    ]
    for message in strange:
        postbox.take(message)
    counted = postbox.read()
    assert sum(counted.values()) == len(strange)
    assert set(counted) <= {"no_answer", "foreign_sender", "too_large", "unreadable", "not_invited"}
    assert counted["too_large"] == 1
    assert answer_to("visit-1") is None
    # What follows is read all the same.
    settings = Settings("sqlite://", Path(), "", replies_url=postbox.url)
    postbox.take(whole)
    with caplog.at_level(logging.INFO):
        reader_of_answers(settings, StandingClock(NOW), lambda: True)()
    assert caplog.messages == ["answers: 1 accepted"]


def test_an_interrupted_look_goes_on_where_it_was_and_takes_nothing_twice(postbox: Postbox) -> None:
    postbox.take(reply(keep_one()))
    postbox.take(bytes(letter()))
    box = letterbox_for(postbox.url)
    assert read_answers(box, StandingClock(NOW), go_on=lambda: False) == {"accepted": 1}
    assert postbox.read() == {"repeated": 1, "no_answer": 1}
    assert postbox.read() == {}


def test_many_at_once_take_an_answer_once(postbox: Postbox, app_context: Flask) -> None:
    postbox.take(reply(keep_one()))

    def one(_number: int) -> Counter[str]:
        with app_context.app_context():
            return postbox.read()

    with ThreadPoolExecutor(4) as pool:
        counted = sum(pool.map(one, range(4)), Counter[str]())
    assert counted["accepted"] == 1
    assert set(counted) <= {"accepted", "repeated"}
    assert appointment("visit-1").version == 2


def test_a_mailbox_is_left_as_it_was_and_read_anew_when_its_numbers_change() -> None:
    box = Box()
    box.take(reply(keep_one()))
    with serving_imap(box) as url:
        postbox = Postbox(url, box.take)
        assert postbox.read() == {"accepted": 1}
        box.validity += 1
        assert postbox.read() == {"repeated": 1}
    assert {line.split(" ")[0] for line in box.asked} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert not any("STORE" in line or "FETCH" in line and "BODY[" in line for line in box.asked)


def test_a_server_that_is_away_refuses_or_hangs_up_is_tried_again_later() -> None:
    box = Box()
    box.take(reply(keep_one()))
    with serving_imap(box) as url:
        box.hangs_up = True
        with pytest.raises(Unreadable, match="cannot be read") as failure:
            Postbox(url, box.take).read()
        assert "example" not in str(failure.value)
        with pytest.raises(Unreadable):
            Postbox(url.replace("to%20be", "not%20to"), box.take).read()
        box.hangs_up = False
        assert Postbox(url, box.take).read() == {"accepted": 1}
    with pytest.raises(Unreadable):
        Postbox(url, box.take).read()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imap://ann:secret@mail.example.org/INBOX", "in the open"),
        ("imaps://ann:secret@mail.example.org:none/", "port"),
        ("imaps://ann:secret@mail.example.org/?adress=a@b", "option"),
        ("imaps://ann:secret@mail.example.org/?address=nobody", "address"),
        ("pop://ann:secret@mail.example.org/", "must look like"),
        ("maildir:answers", "must look like"),
    ],
)
def test_a_faulty_url_is_refused_without_being_repeated(url: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=why) as refusal:
        letterbox_for(url)
    assert "secret" not in str(refusal.value)


def test_answers_go_to_the_address_of_the_url_or_to_its_user() -> None:
    assert letterbox_for("imaps://a%40x.example:p@mail.x.example/").address == "a@x.example"
    assert letterbox_for("imaps://a:p@mail.x.example/?address=yes+no@x.example").address == "yes+no@x.example"
    assert letterbox_for("imaps://a:p@mail.x.example/").address is None
