"""A pass over the messages: each once, in time, accounted for, and nothing after a visit was called off."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from scheduler.clinic_file import ExistingAppointment
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.reminders.channels import NotSent, Rejected, Unreachable
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.handing_over import LEASE
from scheduler.reminders.policy import POLICY, MessageKind
from scheduler.store import reminders
from scheduler.store.reminders import CONFIRMATION, Reminder, ReminderState, all_reminders, lease_some
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.databases import Filling, nothing
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
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

THURSDAY = at("2026-12-03 14:00")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")
ONE_DAY_BEFORE = at("2026-12-02 10:00")
A_TALK = ExistingAppointment(
    id="talk-1",
    site="site-1",
    patient="patient-1",
    kind=StepKind.REVIEW,
    title="A talk",
    room="office-1",
    staff={Role.THERAPIST: "therapist-1"},
    start=THURSDAY,
    minutes=60,
)


def ledger(kind: MessageKind | None = None) -> list[Reminder]:
    """Return the ledger, or one kind of message in it."""
    return [reminder for reminder in all_reminders() if kind is None or reminder.kind == kind]


def states(kind: MessageKind) -> list[ReminderState]:
    """Return the states of one kind of message."""
    return [reminder.state for reminder in ledger(kind)]


def keep_booked() -> None:
    """Store one visit on Thursday 3 December at 14:00, booked ten days before and confirmed at once."""
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY))
    assert dispatch(CONFIRMED_AT, RecordingChannel()).sent == 1


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the booked visit, for tests that ask for it."""
    return keep_booked if "booked" in request.fixturenames else nothing


@pytest.fixture
def booked(app_context: Flask) -> None:
    """Start with the booked visit of `keep_booked`."""


def test_the_kind_that_speaks_of_a_whole_series_is_the_ledgers_own() -> None:
    assert CONFIRMATION == MessageKind.CONFIRMATION


def test_a_series_is_confirmed_whole_in_one_message_at_once_and_once() -> None:
    keep_clinic()
    series = keep_series()
    channel = RecordingChannel()
    assert dispatch(CONFIRMED_AT, channel).sent == 1
    assert dispatch(CONFIRMED_AT + timedelta(minutes=1), channel) == Counts()
    [message] = channel.sent
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().count("2026 at") + text.get_content().count("2027 at") == len(
        series.appointments
    )
    assert message["To"] == "patient-1@example.org"
    assert channel.closed == 2


@pytest.mark.usefixtures("booked")
def test_each_reminder_leaves_once_and_when_it_is_due() -> None:
    channel = RecordingChannel()
    second = timedelta(seconds=1)
    for due in (THREE_DAYS_BEFORE, ONE_DAY_BEFORE):
        assert dispatch(due - second, channel) == Counts()
        assert dispatch(due, channel) == Counts(due=1, sent=1)
        assert dispatch(due + second, channel) == Counts()
    assert states(MessageKind.THREE_DAYS) == states(MessageKind.ONE_DAY) == [ReminderState.SENT]
    assert len(set(channel.references())) == 2
    assert ledger(MessageKind.ONE_DAY)[0].sent_at is not None


@pytest.mark.usefixtures("booked")
def test_after_a_standstill_what_is_still_of_use_is_sent_and_the_rest_recorded() -> None:
    channel = RecordingChannel()
    assert dispatch(at("2026-12-02 15:00"), channel) == Counts(due=1, sent=1, too_late=1)
    assert states(MessageKind.THREE_DAYS) == [ReminderState.TOO_LATE]
    assert states(MessageKind.ONE_DAY) == [ReminderState.SENT]


@pytest.mark.usefixtures("booked")
def test_a_standstill_past_the_visit_leaves_records_and_sends_nothing() -> None:
    channel = RecordingChannel()
    assert dispatch(THURSDAY + timedelta(hours=3), channel) == Counts(too_late=2)
    assert dispatch(THURSDAY + timedelta(hours=4), channel) == Counts()
    assert not channel.sent


def test_reminders_past_due_when_the_visit_was_booked_are_recorded_and_never_sent() -> None:
    keep_clinic()
    booked_at = at("2026-12-02 11:00")
    keep_visits(a_plain_visit(THURSDAY), at=booked_at)
    channel = RecordingChannel()
    assert dispatch(booked_at, channel) == Counts(too_late=2)
    assert dispatch(booked_at + POLICY.undo_delay, channel) == Counts(due=1, sent=1)
    assert [str(message["Subject"]) for message in channel.sent] == ["Your appointments"]
    assert {reminder.problem for reminder in ledger() if reminder.state is ReminderState.TOO_LATE} == {
        "booked when it was past due"
    }


def test_visits_written_down_afterwards_are_no_reminders() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY), at=THURSDAY + timedelta(hours=2))
    assert dispatch(THURSDAY + timedelta(hours=2), RecordingChannel()) == Counts()


def test_a_booking_is_confirmed_when_it_can_no_longer_be_undone_even_at_night() -> None:
    keep_clinic()
    night = at("2026-11-24 22:00")
    keep_visits(a_plain_visit(THURSDAY), at=night)
    channel = RecordingChannel()
    told = night + POLICY.undo_delay
    assert dispatch(told - timedelta(seconds=1), channel) == Counts()
    assert dispatch(told, channel).sent == 1
    assert dispatch(at("2026-11-25 08:00"), channel) == Counts()


def test_the_patients_own_clock_decides_and_the_letter_shows_the_sites() -> None:
    keep_clinic([a_patient(zone="America/New_York")])
    keep_visits(a_plain_visit(THURSDAY))
    dispatch(CONFIRMED_AT, RecordingChannel())
    channel = RecordingChannel()
    assert dispatch(at("2026-12-02 10:00", "America/New_York"), channel).sent == 1
    assert "2:00 PM MST" in channel.sent[0].as_string()


@pytest.mark.usefixtures("booked")
def test_nothing_but_that_leaves_after_a_visit_was_called_off() -> None:
    failing = RecordingChannel(before=fails_with(NotSent("busy (451)")))
    assert dispatch(THREE_DAYS_BEFORE, failing) == Counts(due=1, failed=1)
    cancel("visit-1", at=THREE_DAYS_BEFORE + timedelta(seconds=30))
    assert states(MessageKind.THREE_DAYS) == [ReminderState.VOID]
    channel = RecordingChannel()
    for hours in range(0, 100, 5):
        dispatch(THREE_DAYS_BEFORE + timedelta(hours=hours), channel)
    assert [message["Subject"] for message in channel.sent] == ["Your appointments have changed"]


@pytest.mark.usefixtures("booked")
def test_a_visit_called_off_while_its_message_is_on_the_way_is_told_as_it_was() -> None:
    channel = RecordingChannel(before=lambda _message: cancel("visit-1", at=THREE_DAYS_BEFORE))
    assert dispatch(THREE_DAYS_BEFORE, channel).sent == 1
    assert states(MessageKind.THREE_DAYS) == [ReminderState.SENT]


def test_a_confirmation_outlives_the_first_visit_but_not_the_series() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY, "a"), a_plain_visit(THURSDAY + timedelta(days=7), "b"))
    assert dispatch(CONFIRMED_AT, RecordingChannel(before=fails_with(NotSent("busy")))).failed == 1
    cancel("a", at=BOOKED_AT)
    assert states(MessageKind.CONFIRMATION) == [ReminderState.PENDING]
    channel = RecordingChannel()
    assert dispatch(CONFIRMED_AT + timedelta(minutes=2), channel).sent == 1
    assert "December 3" not in channel.sent[0].as_string()

    keep_visits(a_plain_visit(THURSDAY, "c"), series="series-2")
    assert dispatch(CONFIRMED_AT, RecordingChannel(before=fails_with(NotSent("busy")))).failed == 1
    cancel("c", at=BOOKED_AT)
    assert states(MessageKind.CONFIRMATION) == [ReminderState.SENT, ReminderState.VOID]


@pytest.mark.usefixtures("booked")
def test_a_failed_message_is_tried_again_later_and_then_stays_failed() -> None:
    failing = RecordingChannel(before=fails_with(NotSent("the message was refused (451)")))
    now = THREE_DAYS_BEFORE
    attempts = 0
    while now < THREE_DAYS_BEFORE + timedelta(hours=8):
        attempts += dispatch(now, failing).failed
        now += timedelta(minutes=10)
    assert attempts == len(POLICY.retry_after) + 1
    [failed] = ledger(MessageKind.THREE_DAYS)
    assert (failed.state, failed.attempts) == (ReminderState.FAILED, attempts)
    assert failed.problem == "the message was refused (451)"


@pytest.mark.usefixtures("booked")
def test_a_message_that_will_never_be_taken_is_tried_once() -> None:
    failing = RecordingChannel(before=fails_with(Rejected("the recipient was refused (550)")))
    assert dispatch(THREE_DAYS_BEFORE, failing) == Counts(due=1, failed=1)
    assert dispatch(THREE_DAYS_BEFORE + timedelta(hours=6), failing) == Counts()
    assert states(MessageKind.THREE_DAYS) == [ReminderState.FAILED]


@pytest.mark.usefixtures("booked")
def test_a_message_that_failed_until_it_was_of_no_use_is_failed_not_too_late() -> None:
    failing = RecordingChannel(before=fails_with(NotSent("busy")))
    assert dispatch(ONE_DAY_BEFORE, failing) == Counts(due=1, failed=1, too_late=1)
    assert dispatch(THURSDAY, RecordingChannel()) == Counts(due=1, failed=1)
    assert states(MessageKind.ONE_DAY) == [ReminderState.FAILED]


@pytest.mark.usefixtures("booked")
def test_what_waits_for_another_try_keeps_quiet_in_the_night() -> None:
    failing = RecordingChannel(before=fails_with(NotSent("busy")))
    evening = at("2026-12-02 20:59")
    assert dispatch(evening, failing).failed == 1
    channel = RecordingChannel()
    assert dispatch(at("2026-12-02 21:05"), channel) == Counts(due=1, skipped=1)
    assert dispatch(at("2026-12-03 03:00"), channel) == Counts()
    assert dispatch(at("2026-12-03 08:00"), channel).sent == 1
    assert ledger(MessageKind.ONE_DAY)[0].attempts == 2


def test_a_channel_that_is_down_is_left_in_peace_until_the_next_pass() -> None:
    keep_clinic([a_patient(f"patient-{number}") for number in range(6)])
    for number in range(6):
        visit = a_plain_visit(THURSDAY, f"visit-{number}", patient=f"patient-{number}")
        keep_visits(visit, series=f"series-{number}")
    down = RecordingChannel(before=fails_with(Unreachable("the mail server cannot be reached")))
    assert dispatch(CONFIRMED_AT, down) == Counts(due=3, failed=3)
    assert dispatch(CONFIRMED_AT + timedelta(seconds=30), RecordingChannel()) == Counts(due=3, sent=3)
    assert dispatch(CONFIRMED_AT + timedelta(seconds=90), RecordingChannel()) == Counts(due=3, sent=3)


def test_one_bad_address_does_not_keep_the_others_from_their_messages() -> None:
    addresses = ["", "no address", "b@example.org"]
    keep_clinic([a_patient(f"patient-{n}", email=email) for n, email in enumerate(addresses)])
    for n in range(3):
        keep_visits(a_plain_visit(THURSDAY, f"visit-{n}", patient=f"patient-{n}"), series=f"series-{n}")
    channel = RecordingChannel()
    assert dispatch(CONFIRMED_AT, channel) == Counts(due=3, sent=1, failed=2)
    assert dispatch(CONFIRMED_AT + timedelta(days=1), channel) == Counts()
    problems = {reminder.problem for reminder in ledger() if reminder.state is ReminderState.FAILED}
    assert "the patient has no e-mail address" in problems
    assert not any("example.org" in problem for problem in problems)


@pytest.mark.usefixtures("booked")
def test_a_corrected_address_gets_what_the_old_one_did_not() -> None:
    failing = RecordingChannel(before=fails_with(NotSent("busy")))
    dispatch(THREE_DAYS_BEFORE, failing)
    keep_clinic([a_patient(email="new@example.org")], at=THREE_DAYS_BEFORE)
    channel = RecordingChannel()
    assert dispatch(THREE_DAYS_BEFORE + timedelta(hours=1), channel) == Counts(due=2, sent=1, skipped=1)
    assert channel.sent[0]["To"] == "new@example.org"


def test_a_corrected_address_gets_the_confirmation_that_the_old_one_did_not_once() -> None:
    problems: list[tuple[str, NotSent | None]] = [
        ("", None),
        ("wrong@example.org", Rejected("the recipient was refused (550)")),
        ("busy@example.org", NotSent("busy")),
    ]
    keep_clinic([a_patient(f"patient-{n}", email=email) for n, (email, _) in enumerate(problems)])
    for n in range(3):
        keep_visits(a_plain_visit(THURSDAY, f"visit-{n}", patient=f"patient-{n}"), series=f"series-{n}")
    by_address = {email: problem for email, problem in problems if problem is not None}

    def answer(message: EmailMessage) -> None:
        if (problem := by_address.get(str(message["To"]))) is not None:
            raise problem

    assert dispatch(CONFIRMED_AT, RecordingChannel(before=answer)).sent == 0
    again = BOOKED_AT + timedelta(hours=1)
    keep_clinic([a_patient(f"patient-{n}", email=f"right-{n}@example.org") for n in range(3)], at=again)
    channel = RecordingChannel(before=answer)
    # What still waited for another try is found to be void first, and makes room for the next.
    assert dispatch(again, channel) == Counts(due=3, sent=2, skipped=1)
    assert dispatch(again, channel).sent == 1
    assert sorted(str(message["To"]) for message in channel.sent) == [
        f"right-{n}@example.org" for n in range(3)
    ]
    assert dispatch(again + timedelta(minutes=1), channel) == Counts()


def test_a_new_address_after_the_confirmation_has_left_gets_no_other() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY))
    assert dispatch(CONFIRMED_AT, RecordingChannel()).sent == 1
    keep_clinic([a_patient(email="new@example.org")])
    assert dispatch(CONFIRMED_AT + timedelta(hours=1), RecordingChannel()) == Counts()


@pytest.mark.parametrize(
    ("change", "sent"), [({"title": "Another title"}, 1), ({"start": THURSDAY + timedelta(hours=1)}, 0)]
)
def test_what_waits_outlives_a_change_that_keeps_the_time_and_no_other(
    change: dict[str, Any], sent: int
) -> None:
    keep_clinic(appointments=(A_TALK,))
    assert dispatch(THREE_DAYS_BEFORE, RecordingChannel(before=fails_with(NotSent("busy")))).failed == 1
    keep_clinic(
        at=THREE_DAYS_BEFORE + timedelta(minutes=1), appointments=(dataclasses.replace(A_TALK, **change),)
    )
    channel = RecordingChannel()
    assert dispatch(THREE_DAYS_BEFORE + timedelta(minutes=2), channel).sent == sent
    assert ReminderState.VOID in states(MessageKind.THREE_DAYS) or sent


@pytest.mark.usefixtures("booked")
def test_a_dead_senders_message_is_taken_over_when_its_lease_has_run_out_and_keeps_its_name() -> None:
    first, second = RecordingChannel(), RecordingChannel()

    class Killed(BaseException):
        """Stands for the end of the process."""

    def die(_message: EmailMessage) -> None:
        raise Killed

    dying = RecordingChannel(before=die)
    with pytest.raises(Killed):
        dispatch(THREE_DAYS_BEFORE, dying)
    assert dispatch(THREE_DAYS_BEFORE + LEASE - timedelta(seconds=5), first) == Counts()
    assert dispatch(THREE_DAYS_BEFORE + LEASE + timedelta(seconds=5), second) == Counts(due=1, sent=1)
    assert ledger(MessageKind.THREE_DAYS)[0].attempts == 2


@pytest.mark.usefixtures("booked")
def test_a_sender_whose_lease_was_taken_over_cannot_end_the_others_message() -> None:
    dispatch(THREE_DAYS_BEFORE, RecordingChannel(before=fails_with(NotSent("busy"))))
    now = THREE_DAYS_BEFORE + timedelta(hours=1)
    with unit_of_work():
        [slow] = lease_some("email", now, now + LEASE, most=1)
    later = now + LEASE
    with unit_of_work():
        [quick] = lease_some("email", later, later + LEASE, most=1)
    with unit_of_work():
        assert not reminders.mark_failed(slow, "late", None)
        assert not reminders.give_up(slow, ReminderState.VOID, "late")
        assert reminders.mark_sent(quick, later)


@pytest.mark.usefixtures("booked")
def test_a_pass_ends_between_messages_when_asked_to() -> None:
    assert dispatch(THREE_DAYS_BEFORE, RecordingChannel(), go_on=lambda: False) == Counts()
    assert states(MessageKind.THREE_DAYS) == [ReminderState.PENDING]


def test_no_byte_of_any_message_of_a_series_gives_anything_away() -> None:
    keep_clinic([a_patient(email="rs@example.org")])
    keep_series()
    channel = RecordingChannel()
    now = BOOKED_AT
    while now < datetime(2027, 1, 6, tzinfo=UTC):
        dispatch(now, channel)
        now += timedelta(hours=6)
    # One for the whole, two for each of the 22 visits but the first preparation's: that one is tomorrow;
    # and for each of the 6 doses a note a week before.
    assert len(channel.sent) == 1 + 2 * 22 - 1 + 6
    names = ["Robin", "Cottonwood", "Therapist 1", "Nurse 1", "Prescriber 1", "office-1", "dosing-1"]
    for message in channel.sent:
        assert_gives_nothing_away(bytes(message), names)
        for part in ("plain", "html"):
            body = message.get_body((part,))
            assert body is not None
            assert_gives_nothing_away(body.get_content().encode(), names)


def fails_with(problem: NotSent) -> Callable[[EmailMessage], None]:
    """Return what makes a recording channel fail."""

    def fail(_message: EmailMessage) -> None:
        raise problem

    return fail
