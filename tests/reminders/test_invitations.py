"""Entries for the calendar that come with messages: what the calendar library and a mail program read of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import StandingClock
from scheduler.feeds.single_visit import visit_as_file
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.maildir_channel import MaildirChannel
from scheduler.reminders.policy import POLICY
from scheduler.store.appointments import appointment as stored
from scheduler.store.appointments import call_on
from scheduler.store.invitations import choose_invitations
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import (
    BOOKED_AT,
    CONFIRMED_AT,
    a_plain_visit,
    cancel,
    keep_clinic,
    keep_series,
    keep_visits,
)
from tests.reminders.changing import body, move
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

FIRST = at("2026-12-10 14:00")
SECOND = at("2026-12-14 14:00")
ADDRESS = "rs@example.org"
CHANGED_AT = at("2026-11-25 11:00")
LATER = timedelta(hours=3)


def keep_two() -> None:
    """Store two visits of one patient."""
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST, "a"), a_plain_visit(SECOND, "b"))


def sent_at(now: datetime, answers_to: str | None = None) -> EmailMessage:
    """Return the one message that a pass sends."""
    channel = RecordingChannel()
    dispatch(now, channel, answers_to=answers_to)
    [message] = channel.sent
    return message


def told_at(changed_at: datetime) -> EmailMessage:
    """Return the message about a change."""
    return sent_at(changed_at + POLICY.undo_delay)


def entries(message: EmailMessage) -> list[Any]:
    """Return the events of the calendar parts of a message, each of which must be an object of its own."""
    found = []
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            assert str(calendar["METHOD"]) == part.get_param("method")
            assert part.get_param("charset") == "utf-8"
            [event] = calendar.events
            found.append((str(calendar["METHOD"]), event))
    return found


def wants(wanted: bool) -> None:
    """Let the patient choose."""
    with unit_of_work():
        choose_invitations("patient-1", "site-1", recipient_hash(ADDRESS), wanted)


def test_a_confirmation_brings_one_invitation_for_each_visit() -> None:
    keep_clinic([a_patient(email=ADDRESS)])
    series = keep_series()
    message = sent_at(CONFIRMED_AT)
    found = entries(message)
    assert {method for method, _ in found} == {"REQUEST"}
    assert [event.start for _, event in found] == sorted(visit.start for visit in series.appointments)
    assert len({str(event["UID"]) for _, event in found}) == len(series.appointments)
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == [f"appointment-{number}.ics" for number in range(1, len(series.appointments) + 1)]
    assert_gives_nothing_away(bytes(message), ["Robin", "Cottonwood", "Therapist 1", "office-1", "dosing-1"])


def test_an_invitation_says_what_the_feed_says_and_names_nobody_but_the_recipient() -> None:
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST))
    message = sent_at(CONFIRMED_AT, answers_to="answers@example.org")
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    [(_, event)] = entries(message)
    of_the_file = visit_as_file("visit-1")
    assert of_the_file is not None
    [fed] = Calendar.from_ical(of_the_file).events
    for name in ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "STATUS", "TRANSP"):
        assert event[name] == fed[name]
    assert (event.start, event.end) == (fed.start, fed.end)
    assert event["ORGANIZER"] == "mailto:answers@example.org"
    assert event["ORGANIZER"].params["CN"] == "Maple House"
    assert event["ATTENDEE"] == f"mailto:{ADDRESS}"
    assert dict(event["ATTENDEE"].params) == {
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert event["DTSTAMP"].dt == CONFIRMED_AT
    assert not {"DESCRIPTION", "CATEGORIES", "COMMENT", "CONTACT", "URL"} & set(event)
    assert "but for a yes or no to an invitation" in body(message)


def test_where_nobody_reads_answers_none_is_asked_for() -> None:
    keep_two()
    message = sent_at(CONFIRMED_AT)
    for _, event in entries(message):
        assert event["ORGANIZER"] == "mailto:appointments@example.org"
        assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert "Replies to it are not read." in body(message)


def test_a_change_brings_what_was_moved_and_takes_out_what_was_called_off() -> None:
    keep_two()
    before = {str(event["UID"]): event for _, event in entries(sent_at(CONFIRMED_AT))}
    move({"a": FIRST + LATER}, CHANGED_AT)
    cancel("b", at=CHANGED_AT)
    (moving, moved), (leaving, left) = entries(told_at(CHANGED_AT))
    assert (moving, leaving) == ("REQUEST", "CANCEL")
    assert moved.start == FIRST + LATER
    assert left["STATUS"] == "CANCELLED"
    for event in (moved, left):
        assert event["SEQUENCE"] > before[str(event["UID"])]["SEQUENCE"]
    assert "RSVP" not in left["ATTENDEE"].params


def test_sequence_rises_with_every_issue_back_and_forth_and_back_again() -> None:
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST, "a"))
    issued = [event["SEQUENCE"] for _, event in entries(sent_at(CONFIRMED_AT))]
    for day, start in enumerate((FIRST + LATER, FIRST, FIRST + LATER)):
        changed_at = CHANGED_AT + timedelta(days=day)
        move({"a": start}, changed_at)
        issued += [event["SEQUENCE"] for _, event in entries(told_at(changed_at))]
    cancel("a", at=CHANGED_AT + timedelta(days=5))
    issued += [event["SEQUENCE"] for _, event in entries(told_at(CHANGED_AT + timedelta(days=5)))]
    assert len(issued) == 5
    assert issued == sorted(set(issued))


def test_what_was_called_off_by_mistake_is_invited_to_anew() -> None:
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST, "a"))
    sent_at(CONFIRMED_AT)
    before = stored("a")
    cancel("a", at=CHANGED_AT)
    [(_, left)] = entries(told_at(CHANGED_AT))
    again = CHANGED_AT + timedelta(hours=1)
    with unit_of_work():
        call_on(before, again)
    message = told_at(again)
    [(method, event)] = entries(message)
    assert method == "REQUEST"
    assert event["SEQUENCE"] > left["SEQUENCE"]
    assert "An appointment is booked for you:" in body(message)


@pytest.mark.parametrize("wanted", [False, True])
def test_who_wants_none_gets_none(wanted: bool) -> None:
    keep_two()
    wants(wanted)
    assert len(entries(sent_at(CONFIRMED_AT))) == (2 if wanted else 0)
    cancel("a", at=CHANGED_AT)
    assert len(entries(told_at(CHANGED_AT))) == wanted


def test_what_stands_in_a_calendar_is_kept_right_there_after_further_ones_are_not_wanted() -> None:
    keep_two()
    sent_at(CONFIRMED_AT)
    wants(False)
    move({"a": FIRST + LATER}, CHANGED_AT)
    cancel("b", at=CHANGED_AT)
    assert [method for method, _ in entries(told_at(CHANGED_AT))] == ["REQUEST", "CANCEL"]


@pytest.mark.parametrize(("busy_only", "count"), [(False, 0), (True, 2)])
def test_who_subscribes_gets_none_unless_they_chose_to(busy_only: bool, count: int) -> None:
    keep_two()
    request = SubscriptionRequest(
        SubscriptionKind.PATIENT, "patient-1", "http://localhost", busy_only=busy_only, name="phone"
    )
    assert isinstance(make_subscription(request, SYSTEM, StandingClock(BOOKED_AT)), str)
    assert len(entries(sent_at(CONFIRMED_AT))) == count
    wants(True)
    move({"a": FIRST + LATER}, CHANGED_AT)
    assert len(entries(told_at(CHANGED_AT))) == 1


def test_reminders_bring_nothing_for_the_calendar() -> None:
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST, "a"))
    sent_at(CONFIRMED_AT)
    assert not entries(sent_at(at("2026-12-09 10:00")))


def test_a_mailbox_on_disk_gives_the_same_back(tmp_path: Path) -> None:
    keep_two()
    dispatch(CONFIRMED_AT, MaildirChannel(tmp_path / "mailbox", "appointments@example.org"))
    [kept] = Maildir(tmp_path / "mailbox", create=False)
    parts = [part for part in kept.walk() if part.get_content_type() == "text/calendar"]
    found = [Calendar.from_ical(bytes(part.get_payload(decode=True))).events[0] for part in parts]
    assert [event.start for event in found] == [FIRST, SECOND]
