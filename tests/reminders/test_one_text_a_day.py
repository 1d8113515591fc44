"""A patient gets one text a day: what leaves first takes along what is due that day, and a reminder after it waits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.domain.contact import Category, ContactWay
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.domain.treatment import StepKind
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.channels import NotSent, Rejected
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.handing_over import LEASE
from scheduler.reminders.one_text import OF_NO_USE_LATER
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.text_status import take_status
from scheduler.store.base import table_of
from scheduler.store.contacts import opt_out
from scheduler.store.messages_about import messages_about
from scheduler.store.reminders import ReminderState
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.work import reading, unit_of_work
from tests.builders import a_patient, at
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import move
from tests.reminders.contacting import NUMBER, WRITTEN, consent, keep_patient, passes, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts
from tests.reminders.sender import meet

THURSDAY = at("2026-12-03 14:00")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")
WEDNESDAY = at("2026-12-02 10:00")

Row = tuple[str, str, str, bool]


def keep_texted(*starts: datetime, kinds: Sequence[StepKind] = ()) -> None:
    """Store a patient who is texted, and visits of theirs at these times."""
    keep_patient()
    consent()
    texts_first()
    visits = [
        a_plain_visit(start, f"visit-{n}", kind=kinds[n - 1] if kinds else StepKind.PREPARATION, step=f"P{n}")
        for n, start in enumerate(starts, start=1)
    ]
    keep_visits(*visits)


def ledger() -> list[Row]:
    """Return visit, kind, state and whether it went with another, of each message by text, as it was entered."""
    row = table_of(ReminderRow)
    with reading() as connection:
        found = connection.execute(select(row).where(row.c.channel == "sms").order_by(row.c.id))
        return [(one.appointment_id, one.kind, one.state, one.went_with is not None) for one in found]


def reminded() -> list[Row]:
    """Return the same of reminders alone, but for those that were past due when the tests begin to send."""
    return [
        one for one in ledger() if one[1] != MessageKind.CONFIRMATION and one[2] != ReminderState.TOO_LATE
    ]


def problems() -> set[str]:
    """Return what the ledger says is wrong, of messages by text."""
    row = table_of(ReminderRow)
    with reading() as connection:
        return set(connection.execute(select(row.c.problem).where(row.c.problem != "")).scalars())


def refusing(problem: NotSent) -> RecordingTexts:
    """Return a way of texts that takes nothing."""

    def refuse(_number: str) -> None:
        raise problem

    return RecordingTexts(before=refuse)


def texts_at(now: datetime, texts: RecordingTexts) -> list[str]:
    """Make a pass, and return what left by text in it."""
    before = len(texts.sent)
    passes(now, RecordingChannel(), texts)
    return [words for _, words in texts.sent[before:]]


@pytest.mark.usefixtures("app_context")
def test_reminders_of_one_day_leave_as_one_text_and_each_keeps_its_row() -> None:
    keep_texted(at("2026-12-03 14:00"), at("2026-12-05 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    assert texts_at(at("2026-12-02 10:00"), texts) == [
        "Maple House: you have an appointment Thu Dec 3 at 2:00 PM MST. "
        "You also have an appointment Sat Dec 5 at 9:00 AM MST. Reply 1 to confirm, 2 for a call back. STOP to opt out"
    ]
    sent = [one for one in ledger() if one[2] == ReminderState.SENT]
    assert messages_about("visit-2")[-1].went_with == MessageKind.ONE_DAY
    assert sorted(sent) == [
        ("visit-1", MessageKind.CONFIRMATION, "sent", False),
        ("visit-1", MessageKind.ONE_DAY, "sent", False),
        ("visit-2", MessageKind.THREE_DAYS, "sent", True),
    ]


@pytest.mark.usefixtures("app_context")
def test_a_change_leaves_though_a_text_has_left_and_takes_along_what_may_go() -> None:
    keep_texted(THURSDAY, at("2026-12-10 14:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    assert len(texts_at(THREE_DAYS_BEFORE, texts)) == 1
    move({"visit-2": at("2026-12-11 14:00")}, at("2026-11-30 11:00"))
    assert len(texts_at(at("2026-11-30 11:06"), texts)) == 1
    move({"visit-2": at("2026-12-12 14:00")}, at("2026-12-02 09:00"))
    [words] = texts_at(at("2026-12-02 09:06"), texts)
    assert words == (
        "Maple House: your Fri Dec 11 at 2:00 PM MST has a new time: Sat Dec 12 at 2:00 PM MST. "
        "You also have an appointment Thu Dec 3 at 2:00 PM MST. Reply 1 to accept, 2 for a call back. STOP to opt out"
    )
    assert texts_at(WEDNESDAY, texts) == []


@pytest.mark.usefixtures("app_context")
def test_what_is_due_later_that_day_goes_with_the_first_text() -> None:
    keep_texted(at("2026-12-03 14:00"), at("2026-12-11 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    move({"visit-2": at("2026-12-12 11:00")}, at("2026-12-02 08:30"))
    [words] = texts_at(at("2026-12-02 08:36"), texts)
    assert "You also have an appointment Thu Dec 3 at 2:00 PM MST." in words
    assert texts_at(WEDNESDAY, texts) == []
    assert ("visit-1", MessageKind.ONE_DAY, "sent", True) in ledger()


@pytest.mark.usefixtures("app_context")
def test_a_text_that_tells_of_a_visit_is_its_reminder_of_that_day_too() -> None:
    keep_texted(at("2026-12-03 14:00"))
    texts = RecordingTexts()
    assert len(texts_at(at("2026-11-30 08:30"), texts)) == 1
    assert texts_at(THREE_DAYS_BEFORE, texts) == []
    assert ledger() == [
        ("visit-1", MessageKind.CONFIRMATION, "sent", False),
        ("visit-1", MessageKind.THREE_DAYS, "sent", True),
    ]


def keep_after_a_dose(integration: datetime) -> RecordingTexts:
    """Store a dose on Wednesday morning and its integration, and let a change leave by text that afternoon."""
    keep_texted(
        at("2026-12-02 10:00"),
        integration,
        at("2026-12-20 14:00"),
        kinds=[StepKind.DOSING, StepKind.INTEGRATION, StepKind.REVIEW],
    )
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    move({"visit-3": at("2026-12-21 14:00")}, at("2026-12-02 15:00"))
    [words] = texts_at(at("2026-12-02 15:06"), texts)
    assert "also" not in words  # of integration nobody is reminded until six hours after a dose
    assert texts_at(at("2026-12-02 17:30"), texts) == []
    return texts


@pytest.mark.usefixtures("app_context")
def test_a_reminder_after_the_text_of_the_day_waits_for_the_next_morning() -> None:
    texts = keep_after_a_dose(at("2026-12-03 14:00"))
    assert texts_at(at("2026-12-03 09:59"), texts) == []
    assert len(texts_at(at("2026-12-03 10:00"), texts)) == 1
    assert ("visit-2", MessageKind.ONE_DAY, "sent", False) in ledger()


@pytest.mark.usefixtures("app_context")
def test_a_reminder_that_is_of_no_use_the_next_morning_is_recorded_and_not_a_second_text() -> None:
    texts = keep_after_a_dose(at("2026-12-03 09:30"))
    assert texts_at(at("2026-12-03 08:00"), texts) == []
    assert ("visit-2", MessageKind.ONE_DAY, "too_late", False) in ledger()
    assert OF_NO_USE_LATER in problems()


@pytest.mark.usefixtures("app_context")
def test_what_has_a_deadline_is_not_held_back_by_a_text_that_has_left() -> None:
    keep_clinic(patients=[a_patient(phone=WRITTEN)], reminder_times=ReminderTimes(same_day_hours=4))
    consent(categories=[Category.REMINDERS])
    texts_first()
    keep_visits(a_plain_visit(THURSDAY))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    assert len(texts_at(WEDNESDAY, texts)) == 1
    # Booked, and confirmed by e-mail, after the text of the day.
    keep_visits(
        a_plain_visit(at("2026-12-02 16:00"), "dose", kind=StepKind.DOSING, step="D1"),
        series="series-2",
        at=at("2026-12-02 10:30"),
    )
    assert texts_at(at("2026-12-02 11:59"), texts) == []
    assert len(texts_at(at("2026-12-02 12:00"), texts)) == 1


@pytest.mark.usefixtures("app_context")
def test_a_reminder_waits_a_few_minutes_for_news_that_are_about_to_leave() -> None:
    keep_texted(THURSDAY, at("2026-12-10 15:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    move({"visit-2": at("2026-12-11 15:00")}, at("2026-12-02 09:58"))
    assert texts_at(WEDNESDAY, texts) == []
    [words] = texts_at(at("2026-12-02 10:03"), texts)
    assert "has a new time: Fri Dec 11" in words
    assert "You also have an appointment Thu Dec 3" in words
    assert texts_at(at("2026-12-02 10:10"), texts) == []


@pytest.mark.usefixtures("app_context")
def test_a_text_that_failed_lets_all_of_it_wait_and_counts_as_none() -> None:
    keep_texted(THURSDAY, at("2026-12-05 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    texts_at(WEDNESDAY, refusing(NotSent("busy (429)")))
    assert {one[2:] for one in reminded()} == {("pending", False)}
    assert texts_at(WEDNESDAY, texts) == []
    [words] = texts_at(WEDNESDAY + timedelta(minutes=2), texts)
    assert "You also have an appointment" in words


@pytest.mark.usefixtures("app_context")
def test_what_fails_for_good_goes_by_mail_each_for_itself() -> None:
    keep_texted(THURSDAY, at("2026-12-05 09:00"))
    texts_at(CONFIRMED_AT, RecordingTexts())
    passes(WEDNESDAY, RecordingChannel(), refusing(Rejected("this number takes no texts (21614)")))
    mail = RecordingChannel()
    passes(WEDNESDAY, mail, RecordingTexts())
    assert len(mail.sent) == 2


@pytest.mark.usefixtures("app_context")
def test_what_did_not_arrive_was_told_of_none_of_its_visits() -> None:
    keep_texted(THURSDAY, at("2026-12-05 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    texts_at(WEDNESDAY, texts)
    take_status(texts.references[-1], "undelivered", 30005, WEDNESDAY)
    assert {one[2] for one in reminded()} == {"failed"}
    mail = RecordingChannel()
    passes(WEDNESDAY, mail, texts)
    assert len(mail.sent) == 2


class Killed(BaseException):
    """Stands for the end of a sender's process."""


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("called_off", ["", "visit-1", "visit-2"])
def test_after_a_sender_that_died_one_text_tells_what_still_stands(called_off: str) -> None:
    keep_texted(THURSDAY, at("2026-12-05 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)

    def die(_number: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        passes(WEDNESDAY, RecordingChannel(), RecordingTexts(before=die))
    assert texts_at(WEDNESDAY + timedelta(minutes=5), texts) == []
    if called_off:
        cancel(called_off, at=WEDNESDAY + timedelta(minutes=6))
    left = texts_at(WEDNESDAY + LEASE + timedelta(minutes=3), texts)
    assert len(left) == 1
    assert ("Thu Dec 3" in left[0], "Sat Dec 5" in left[0]) == (True, True)
    assert ("called off" in left[0]) is bool(called_off)
    assert {one[2] for one in reminded()} <= {"sent", "void"}


@pytest.mark.usefixtures("app_context")
def test_two_patients_with_one_phone_get_a_text_each() -> None:
    keep_clinic(patients=[a_patient(phone=WRITTEN), a_patient("patient-2", phone=WRITTEN)])
    for patient in ("patient-1", "patient-2"):
        consent(patient=patient)
        texts_first(patient)
    keep_visits(a_plain_visit(THURSDAY))
    keep_visits(a_plain_visit(at("2026-12-03 16:00"), "visit-2", patient="patient-2"), series="series-2")
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    assert len(texts_at(WEDNESDAY, texts)) == 2


@pytest.mark.usefixtures("app_context")
def test_no_text_leaves_for_a_reminder_that_was_taken_along_after_an_opt_out() -> None:
    keep_texted(THURSDAY, at("2026-12-05 09:00"))
    texts = RecordingTexts()
    texts_at(CONFIRMED_AT, texts)
    texts_at(WEDNESDAY, refusing(NotSent("busy")))
    with unit_of_work():
        opt_out(ContactWay.SMS, recipient_hash(NUMBER), WEDNESDAY)
    mail = RecordingChannel()
    later = WEDNESDAY + timedelta(hours=1)
    passes(later, mail, texts)
    passes(later, mail, texts)
    assert len(texts.sent) == 1
    assert len(mail.sent) == 2


PATIENTS = 12


def test_of_many_senders_at_once_each_patient_gets_one_text_with_all_of_the_day(app: Flask) -> None:
    with app.app_context():
        keep_crowd()
    at_once = Barrier(4)
    sent: list[tuple[str, str]] = []

    def one_pass(_number: int) -> None:
        # Each holds its first text until all have one, so that all are at it at the same time.
        first = iter([at_once])
        texts = RecordingTexts(before=lambda _number: meet(next(first, None)))
        with app.app_context():
            dispatch(WEDNESDAY, texts)
        sent.extend(texts.sent)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_pass, range(4)))
    assert sorted(number for number, _ in sent) == sorted(numbers())
    assert all("You also have 2 appointments: " in words for _, words in sent)
    with app.app_context():
        assert {one[2] for one in reminded()} == {"sent"}
        assert len(reminded()) == 3 * PATIENTS


def numbers() -> list[str]:
    """Return the numbers of the crowd."""
    return [f"+1303555{1000 + number}" for number in range(PATIENTS)]


def keep_crowd() -> None:
    """Store patients who are texted, each with three visits of which they are reminded on Wednesday."""
    keep_clinic([a_patient(f"p-{n:02}", phone=number) for n, number in enumerate(numbers())])
    for n, number in enumerate(numbers()):
        patient = f"p-{n:02}"
        consent(patient=patient, to=number)
        texts_first(patient)
        starts = ("2026-12-03 14:00", "2026-12-05 09:00", "2026-12-05 15:00")
        keep_visits(
            *(a_plain_visit(at(start), f"{patient}-{m}", patient=patient) for m, start in enumerate(starts)),
            series=f"series-{n:02}",
        )
    dispatch(CONFIRMED_AT, RecordingTexts())
