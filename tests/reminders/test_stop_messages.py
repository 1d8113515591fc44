"""At the patient's word the front desk stops all messages, or those of one category, at once and for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from scheduler.access.permissions import AccountRole, Actor, Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.clinic_file import Clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import Category
from scheduler.reminders.channels import NotSent
from scheduler.reminders.stop_messages import StopMessages, stop_messages
from scheduler.store.audit import history
from scheduler.store.clinic import patient, save_clinic
from scheduler.store.contacts import contacts_of
from scheduler.store.unreached import unreached
from scheduler.store.work import unit_of_work
from tests.builders import at
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_visits
from tests.reminders.contacting import consent, keep_patient, passes, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

pytestmark = pytest.mark.usefixtures("app_context")

DESK = Actor("desk", AccountRole.FRONT_DESK, "site-1")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")
CLOCK = StandingClock(BOOKED_AT)


def keep_texted() -> None:
    """Store a patient who is texted, and one visit."""
    keep_patient()
    consent()
    texts_first()
    keep_visits(a_plain_visit(at("2026-12-03 14:00")))


def sent(now: datetime, *, texts: RecordingTexts | None = None) -> tuple[int, int]:
    """Make a pass by each way; return how many left by mail and by text."""
    mail, texts = RecordingChannel(), texts or RecordingTexts()
    passes(now, mail, texts)
    return len(mail.sent), len(texts.sent)


def test_who_wants_no_more_gets_nothing_by_any_way_and_is_called() -> None:
    keep_texted()
    assert sent(CONFIRMED_AT) == (0, 1)
    stopped = stop_messages(StopMessages("patient-1"), DESK, CLOCK)
    assert not isinstance(stopped, NotAllowed)
    assert len(stopped) == 4
    assert {(one.given, one.at, one.by) for one in stopped} == {(False, BOOKED_AT, "desk")}
    assert sent(THREE_DAYS_BEFORE) == (0, 0)
    [task] = unreached("site-1", THREE_DAYS_BEFORE)
    assert task.problem == "the patient wants no such messages by any way that is known"
    [entry] = [one for one in history("patient", "patient-1") if one.verb == "stop_messages"]
    assert (entry.actor, entry.details) == ("desk", {"about": "everything"})


def test_what_waits_to_be_sent_is_not_sent_any_more() -> None:
    keep_texted()

    def busy(_number: str) -> None:
        raise NotSent("busy (429)")

    assert sent(CONFIRMED_AT, texts=RecordingTexts(before=busy)) == (0, 0)
    stop_messages(StopMessages("patient-1"), DESK, CLOCK)
    assert sent(at("2026-11-23 10:00")) == (0, 0)
    assert sent(at("2026-11-23 10:01")) == (0, 0)


def test_a_category_alone_can_be_stopped_and_what_was_refused_keeps_its_date() -> None:
    keep_texted()
    stop_messages(StopMessages("patient-1", Category.REMINDERS), DESK, CLOCK)
    assert sent(CONFIRMED_AT) == (0, 1)
    assert sent(THREE_DAYS_BEFORE) == (0, 0)
    later = StandingClock(THREE_DAYS_BEFORE)
    stopped = stop_messages(StopMessages("patient-1"), DESK, later)
    assert not isinstance(stopped, NotAllowed)
    assert {one.category for one in stopped} == {Category.APPOINTMENTS}
    assert {one.at for one in contacts_of("patient-1").consents} == {BOOKED_AT, THREE_DAYS_BEFORE}


def test_it_holds_for_an_address_that_comes_later_too() -> None:
    keep_texted()
    stop_messages(StopMessages("patient-1"), DESK, CLOCK)
    changed = replace(patient("patient-1"), email="another@example.org", phone="+1 303 555 0199")
    with unit_of_work():
        save_clinic(Clinic(patients=(changed,)), BOOKED_AT)
    assert sent(CONFIRMED_AT) == (0, 0)


def test_nurses_do_not_record_it() -> None:
    keep_texted()
    nurse = Actor("nurse", AccountRole.NURSE, "site-1")
    assert stop_messages(StopMessages("patient-1"), nurse, CLOCK) == NotAllowed(Permission.RECORD_CONTACT)
