"""What changed is told in one message, by what the patient was told last, once it has settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from importlib import import_module

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from scheduler.config import PROJECT_FOLDER
from scheduler.domain.appointment import AppointmentState
from scheduler.reminders.channels import NotSent, Rejected, Unanswered, Unreachable
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.handing_over import LEASE
from scheduler.reminders.policy import POLICY, MessageKind
from scheduler.store.appointments import appointment, enter, note_progress, rewrite
from scheduler.store.reminders import Reminder, ReminderState, all_reminders
from scheduler.store.tables_outbound import ToldRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import unit_of_work, writing
from tests.builders import a_patient, at
from tests.databases import Filling, nothing
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import body, move, told, words
from tests.reminders.recording import RecordingChannel
from tests.reminders.test_dispatch import A_TALK

pytestmark = pytest.mark.usefixtures("app_context")

DELAY = POLICY.undo_delay
FIRST = at("2026-12-10 14:00")
SECOND = at("2026-12-14 14:00")
CHANGED_AT = at("2026-11-25 11:00")
TOLD_AT = CHANGED_AT + DELAY
LATER = timedelta(hours=3)
SUBJECT = "Your appointments have changed"


def keep_two() -> None:
    """Store two visits of one patient, booked and confirmed on Monday 23 November."""
    keep_clinic([a_patient(email="rs@example.org")])
    keep_visits(a_plain_visit(FIRST, "a"), a_plain_visit(SECOND, "b"))
    assert dispatch(CONFIRMED_AT, RecordingChannel()).sent == 1


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: two visits, for tests that ask for them."""
    return keep_two if "two" in request.fixturenames else nothing


@pytest.fixture
def two(app_context: Flask) -> None:
    """Start with the visits of `keep_two`."""


def ledger() -> list[Reminder]:
    """Return the messages about changes."""
    return [reminder for reminder in all_reminders() if reminder.kind == MessageKind.CHANGE]


def sent_at(now: datetime) -> list[EmailMessage]:
    """Return what one pass sends."""
    channel = RecordingChannel()
    dispatch(now, channel)
    return channel.sent


def fails_with(problem: NotSent, times: int = 1) -> Callable[[EmailMessage], None]:
    """Return what makes a channel fail so many times."""
    left = iter([problem] * times)

    def fail(_message: EmailMessage) -> None:
        if (failure := next(left, None)) is not None:
            raise failure

    return fail


@pytest.mark.usefixtures("two")
def test_a_change_is_one_message_with_old_and_new_times_after_the_delay() -> None:
    move({"a": FIRST + LATER, "b": SECOND + LATER}, CHANGED_AT)
    assert not sent_at(TOLD_AT - timedelta(seconds=1))
    [message] = sent_at(TOLD_AT)
    assert message["Subject"] == SUBJECT
    assert told(message) == [
        words(FIRST + LATER),
        f"instead of {words(FIRST)}",
        words(SECOND + LATER),
        f"instead of {words(SECOND)}",
    ]
    assert "These appointments have new times:" in body(message)
    assert_gives_nothing_away(bytes(message), ["Robin", "Cottonwood", "office-1"])
    for minutes in (0, 1, 60):
        assert not sent_at(TOLD_AT + timedelta(minutes=minutes))
    assert [one.state for one in ledger()] == [ReminderState.SENT]


@pytest.mark.usefixtures("two")
def test_what_is_called_off_is_told_with_the_time_that_was_told() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    cancel("a", "b", at=CHANGED_AT + timedelta(minutes=1))
    [message] = sent_at(TOLD_AT + timedelta(minutes=1))
    assert "These appointments are cancelled:" in body(message)
    assert told(message) == [words(FIRST), words(SECOND)]
    assert "12 Elm St" not in body(message)


@pytest.mark.usefixtures("two")
def test_what_is_added_to_a_confirmed_series_is_told() -> None:
    added = a_plain_visit(SECOND + timedelta(days=7), "c", series="series-1")
    with unit_of_work():
        enter([added], CHANGED_AT)
    [message] = sent_at(TOLD_AT)
    assert "An appointment is booked for you:" in body(message)
    assert told(message) == [words(added.start)]


@pytest.mark.usefixtures("two")
def test_moved_twice_within_the_delay_is_told_from_the_first_time_to_the_last() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    move({"a": FIRST + 2 * LATER}, CHANGED_AT + timedelta(minutes=4))
    assert not sent_at(TOLD_AT)
    [message] = sent_at(TOLD_AT + timedelta(minutes=4))
    assert told(message) == [words(FIRST + 2 * LATER), f"instead of {words(FIRST)}"]


@pytest.mark.usefixtures("two")
def test_moved_back_within_the_delay_is_told_to_nobody() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    move({"a": FIRST}, CHANGED_AT + timedelta(minutes=4))
    for hours in range(0, 48, 6):
        assert not sent_at(TOLD_AT + timedelta(hours=hours))
    assert ledger() == []


@pytest.mark.usefixtures("two")
def test_moved_after_it_was_told_is_told_again_from_what_was_told() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    assert len(sent_at(TOLD_AT)) == 1
    move({"a": FIRST}, TOLD_AT + timedelta(minutes=1))
    [message] = sent_at(TOLD_AT + timedelta(minutes=1) + DELAY)
    assert told(message) == [words(FIRST), f"instead of {words(FIRST + LATER)}"]
    assert [one.version for one in ledger()] == [1, 2]


@pytest.mark.usefixtures("two")
def test_another_room_is_no_news() -> None:
    visit = appointment("a")
    with unit_of_work():
        rewrite([replace(visit, version=2, room="office-2")], CHANGED_AT)
    assert not sent_at(TOLD_AT)
    assert not sent_at(TOLD_AT + timedelta(days=1))
    assert ledger() == []


@pytest.mark.usefixtures("two")
def test_what_happens_to_a_visit_when_its_time_has_come_is_no_news() -> None:
    with unit_of_work():
        note_progress(replace(appointment("a"), state=AppointmentState.CHECKED_IN, version=2))
    later = SECOND + timedelta(hours=2)
    sent_at(SECOND - timedelta(days=1))
    with unit_of_work():
        enter([], later)
    cancel("b", at=later)
    assert not sent_at(later + DELAY)
    assert ledger() == []


@pytest.mark.usefixtures("two")
def test_in_the_quiet_hours_what_is_near_is_told_and_what_is_far_waits_for_the_morning() -> None:
    night = at("2026-12-08 22:00")
    sent_at(night - timedelta(hours=2))
    move({"b": SECOND + LATER}, night)
    assert not sent_at(night + DELAY)
    move({"a": FIRST + LATER}, night + timedelta(minutes=10))
    [message] = sent_at(night + timedelta(minutes=10) + DELAY)
    # The one that is near takes the other along: it is one message.
    assert len(told(message)) == 4
    move({"b": SECOND}, night + timedelta(hours=1))
    assert not sent_at(night + timedelta(hours=2))
    [message] = sent_at(at("2026-12-09 08:00"))
    assert told(message) == [words(SECOND), f"instead of {words(SECOND + LATER)}"]


@pytest.mark.usefixtures("two")
def test_after_a_standstill_the_last_state_is_told_once_and_what_is_over_is_recorded() -> None:
    move({"a": FIRST + LATER, "b": SECOND + LATER}, CHANGED_AT)
    move({"b": SECOND}, CHANGED_AT + timedelta(days=1))
    assert dispatch(FIRST + timedelta(hours=10), RecordingChannel()).sent == 0
    assert [(one.state, one.problem) for one in ledger()] == [(ReminderState.TOO_LATE, "no longer of use")]
    sent_at(FIRST + timedelta(days=1))
    assert len(ledger()) == 1


@pytest.mark.usefixtures("two")
def test_a_reminder_of_the_new_time_waits_until_the_change_was_told() -> None:
    due = at("2026-12-07 10:00")
    move({"a": FIRST + LATER}, due - timedelta(minutes=2))
    assert not sent_at(due)
    subjects = [message["Subject"] for message in sent_at(due - timedelta(minutes=2) + DELAY)]
    assert subjects == [SUBJECT]
    assert [str(message["Subject"]) for message in sent_at(due + timedelta(minutes=5))] == [
        "Appointment reminder"
    ]


@pytest.mark.usefixtures("two")
def test_a_message_that_failed_for_a_while_tells_how_things_are_when_it_leaves() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    busy = RecordingChannel(before=fails_with(NotSent("busy (451)")))
    assert dispatch(TOLD_AT, busy).failed == 1
    move({"a": FIRST + 2 * LATER}, TOLD_AT + timedelta(minutes=1))
    [message] = sent_at(TOLD_AT + timedelta(minutes=7))
    assert told(message) == [words(FIRST + 2 * LATER), f"instead of {words(FIRST)}"]
    assert [one.state for one in ledger()] == [ReminderState.SENT]


@pytest.mark.usefixtures("two")
def test_what_surely_did_not_leave_and_was_moved_back_is_told_to_nobody() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    down = RecordingChannel(before=fails_with(Unreachable("the mail server cannot be reached")))
    assert dispatch(TOLD_AT, down).failed == 1
    move({"a": FIRST}, TOLD_AT + timedelta(minutes=1))
    assert not sent_at(TOLD_AT + timedelta(hours=1))
    assert [one.state for one in ledger()] == [ReminderState.VOID]


@pytest.mark.usefixtures("two")
def test_what_may_have_left_and_was_moved_back_is_put_right() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    silent = RecordingChannel(before=fails_with(Unanswered("the mail server hung up")))
    assert dispatch(TOLD_AT, silent).failed == 1
    move({"a": FIRST}, TOLD_AT + timedelta(minutes=1))
    [message] = sent_at(TOLD_AT + timedelta(hours=1))
    assert told(message) == [words(FIRST), f"instead of {words(FIRST + LATER)}"]


@pytest.mark.usefixtures("two")
def test_a_sender_that_dies_loses_nothing_and_its_heir_says_the_same() -> None:
    class Killed(BaseException):
        """Stands for the end of the process."""

    def die(_message: EmailMessage) -> None:
        raise Killed

    move({"a": FIRST + LATER}, CHANGED_AT)
    with pytest.raises(Killed):
        dispatch(TOLD_AT, RecordingChannel(before=die))
    assert not sent_at(TOLD_AT + timedelta(minutes=1))
    [message] = sent_at(TOLD_AT + LEASE + timedelta(seconds=1))
    assert told(message) == [words(FIRST + LATER), f"instead of {words(FIRST)}"]


@pytest.mark.usefixtures("two")
def test_a_change_during_the_sending_is_told_next() -> None:
    move({"a": FIRST + LATER}, CHANGED_AT)
    meanwhile = TOLD_AT + timedelta(seconds=1)
    channel = RecordingChannel(before=lambda _message: move({"a": FIRST + 2 * LATER}, meanwhile))
    assert dispatch(TOLD_AT, channel).sent == 1
    [message] = sent_at(meanwhile + DELAY)
    assert told(message) == [words(FIRST + 2 * LATER), f"instead of {words(FIRST + LATER)}"]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("email", ["", "wrong@example.org"])
def test_what_could_not_be_told_is_recorded_once_and_a_corrected_address_gets_it(email: str) -> None:
    change_address(email)
    move({"a": FIRST + LATER}, CHANGED_AT)
    refusing = RecordingChannel(before=fails_with(Rejected("the recipient was refused (550)"), 9))
    assert dispatch(TOLD_AT, refusing) == Counts(due=1, failed=1)
    assert dispatch(TOLD_AT + timedelta(hours=1), refusing) == Counts()
    assert [one.state for one in ledger()] == [ReminderState.FAILED]
    change_address("new@example.org")
    [message] = sent_at(TOLD_AT + timedelta(hours=2))
    assert message["To"] == "new@example.org"
    assert told(message) == [words(FIRST + LATER), f"instead of {words(FIRST)}"]


def test_nothing_is_told_of_changes_before_the_confirmation_which_tells_all() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(FIRST, "a"), a_plain_visit(SECOND, "b"))
    move({"a": FIRST + LATER}, BOOKED_AT + timedelta(minutes=1))
    cancel("b", at=BOOKED_AT + timedelta(minutes=2))
    [message] = sent_at(CONFIRMED_AT + timedelta(minutes=3))
    assert message["Subject"] == "Your appointments"
    assert told(message) == [words(FIRST + LATER)]
    assert not sent_at(CONFIRMED_AT + timedelta(hours=1))


def test_of_a_visit_that_was_imported_patients_are_taken_to_know() -> None:
    keep_clinic(appointments=(A_TALK,))
    sent_at(CONFIRMED_AT)
    move({A_TALK.id: A_TALK.start + LATER}, CHANGED_AT)
    [message] = sent_at(TOLD_AT)
    assert told(message) == [words(A_TALK.start + LATER), f"instead of {words(A_TALK.start)}"]


def test_each_patient_is_told_of_their_own_visits_alone() -> None:
    keep_clinic([a_patient(f"patient-{number}") for number in range(2)])
    for number in range(2):
        visit = a_plain_visit(FIRST, f"visit-{number}", patient=f"patient-{number}")
        keep_visits(visit, series=f"series-{number}")
    sent_at(CONFIRMED_AT)
    move({f"visit-{number}": FIRST + (number + 1) * LATER for number in range(2)}, CHANGED_AT)
    messages = {str(message["To"]): told(message) for message in sent_at(TOLD_AT)}
    assert messages == {
        f"patient-{number}@example.org": [
            words(FIRST + (number + 1) * LATER),
            f"instead of {words(FIRST)}",
        ]
        for number in range(2)
    }


def change_address(email: str) -> None:
    """Write down another address of the patient."""
    with unit_of_work():
        writing().execute(update(PatientRow).values(email=email))


@pytest.mark.usefixtures("two")
def test_an_update_takes_what_was_confirmed_before_as_told() -> None:
    cancel("b", at=CHANGED_AT)
    step = import_module("migrations.versions.0013_what_was_told")
    with unit_of_work():
        writing().execute(delete(ToldRow))
        writing().execute(text(step.CONFIRMED))
    assert not sent_at(TOLD_AT + timedelta(days=1))
    move({"a": FIRST + LATER}, TOLD_AT + timedelta(days=1))
    [message] = sent_at(TOLD_AT + timedelta(days=1) + DELAY)
    assert told(message) == [words(FIRST + LATER), f"instead of {words(FIRST)}"]


def test_the_document_says_how_long_a_change_waits() -> None:
    assert POLICY.undo_delay == timedelta(minutes=5)
    assert POLICY.urgent_within == timedelta(hours=48)
    said = (PROJECT_FOLDER / "docs/reference/feeds-and-reminders.md").read_text(encoding="utf-8")
    assert "five minutes after the" in said
    assert "is less than 48 hours away" in said
