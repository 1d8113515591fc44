"""Whoever takes a patient home is told where and when, only with consent, and of nothing that does not stand any more."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.access.permissions import AccountRole, Actor
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import ContactWay
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import TO_ESCORTS, ChosenWords, MessageForm, Place, with_words
from scheduler.domain.treatment import StepKind
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.channels import NotSent, Rejected
from scheduler.reminders.policy import POLICY, MessageKind, escort_notes
from scheduler.reminders.record_escort import TAKEN_BACK, RecordEscort, record_escort
from scheduler.reminders.take_text import ESCORT, TakeText, take_text
from scheduler.store.appointments import appointment, note_progress
from scheduler.store.audit import history
from scheduler.store.contacts import has_opted_out
from scheduler.store.escorts import escort_of
from scheduler.store.reminders import Reminder, ReminderState, all_reminders
from scheduler.store.texts import open_tasks
from scheduler.store.unreached import unreached
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import body, move
from tests.reminders.contacting import passes
from tests.reminders.recording import RecordingChannel, RecordingTexts

pytestmark = pytest.mark.usefixtures("app_context")

DESK = Actor("desk", AccountRole.FRONT_DESK, "site-1")
NUMBER = "+13035550177"
MAIL = "neighbour@example.org"
START = at("2026-12-03 10:00")
RELEASE = at("2026-12-03 12:45")
DAY_BEFORE = at("2026-12-02 12:45")
HOUR_BEFORE = at("2026-12-03 11:45")


def keep_dose(*more: datetime) -> None:
    """Store dosing visits, the first from 10:00 to 12:45 on Thursday 3 December."""
    keep_clinic()
    keep_visits(
        *(
            a_plain_visit(
                start,
                f"visit-{number}",
                kind=StepKind.DOSING,
                step=f"D{number}",
                interval=Interval(start, start + (RELEASE - START)),
            )
            for number, start in enumerate((START, *more), start=1)
        )
    )


def agree(
    phone: str = "+1 303 555 0177", email: str = "", now: datetime = BOOKED_AT, **fields: object
) -> None:
    """Record the escort of the first visit, with the patient's consent."""
    wanted = {"agreed": True, "also_later": False, **fields}
    command = RecordEscort("visit-1", phone, email, bool(wanted["agreed"]), bool(wanted["also_later"]))
    assert isinstance(record_escort(command, DESK, StandingClock(now)), int)


def notes() -> list[Reminder]:
    """Return what the ledger has for escorts."""
    return [one for one in all_reminders() if one.kind in TO_ESCORTS]


def left(now: datetime) -> list[tuple[str, str]]:
    """Make a pass by each way, and return what left by text."""
    texts = RecordingTexts()
    passes(now, RecordingChannel(), texts)
    return texts.sent


def test_a_day_and_an_hour_before_the_release_the_escort_is_told_where_and_when() -> None:
    keep_dose()
    agree()
    assert left(DAY_BEFORE - timedelta(minutes=1)) == []
    [(number, words)] = left(DAY_BEFORE)
    assert number == NUMBER
    assert words == (
        "Maple House: you offered to meet a visitor around Thu Dec 3 at 12:45 PM MST. Address: 12 Elm St. "
        "Questions: 555-0100. STOP to opt out"
    )
    assert_gives_nothing_away(words.encode())
    assert left(HOUR_BEFORE - timedelta(minutes=1)) == []
    assert left(HOUR_BEFORE) == [(NUMBER, words)]
    assert left(RELEASE) == []
    assert [(one.kind, one.state) for one in notes()] == [
        (MessageKind.ESCORT_DAY, ReminderState.SENT),
        (MessageKind.ESCORT_HOUR, ReminderState.SENT),
    ]


@pytest.mark.parametrize(
    ("state", "expected"), [(AppointmentState.RECOVERING, 1), (AppointmentState.DISCHARGED, 0)]
)
def test_the_hour_before_is_told_while_the_patient_is_there_and_not_after_the_release(
    state: AppointmentState, expected: int
) -> None:
    keep_dose()
    agree()
    left(DAY_BEFORE)
    advance(state)
    assert len(left(HOUR_BEFORE)) == expected


def advance(state: AppointmentState) -> None:
    """Let the first visit have come so far."""
    visit = appointment("visit-1")
    with unit_of_work():
        note_progress(replace(visit, state=state, version=visit.version + 1))


def test_nobody_is_written_to_without_consent_and_after_it_was_taken_back() -> None:
    keep_dose()
    agree(agreed=False)
    assert left(DAY_BEFORE) == []
    assert notes() == []
    agree(now=DAY_BEFORE)
    refusing = RecordingTexts(before=_busy)
    passes(DAY_BEFORE, RecordingChannel(), refusing)
    assert [one.state for one in notes()] == [ReminderState.PENDING]
    agree(agreed=False, now=DAY_BEFORE)
    assert [(one.state, one.problem) for one in notes()] == [(ReminderState.VOID, TAKEN_BACK)]
    assert left(DAY_BEFORE + timedelta(minutes=5)) == []


def _busy(_number: str) -> None:
    raise NotSent("busy (429)")


def _no_phone(_number: str) -> None:
    raise Rejected("this number takes no texts (21614)")


def test_a_consent_that_comes_late_is_of_use_at_once() -> None:
    keep_dose()
    late = at("2026-12-03 09:00")
    agree(now=late)
    assert len(left(late)) == 1
    assert len(left(HOUR_BEFORE)) == 1


def test_what_fails_by_text_goes_by_mail_and_is_neutral_there() -> None:
    keep_dose()
    agree(email=MAIL)
    mail = RecordingChannel()
    passes(DAY_BEFORE, mail, RecordingTexts(before=_no_phone))
    passes(DAY_BEFORE, mail, RecordingTexts(before=_no_phone))
    [message] = [one for one in mail.sent if MAIL in str(one["To"])]
    assert str(message["Subject"]) == "You offered to meet a visitor"
    assert "Thursday, December 3, 2026 at 12:45 PM MST" in body(message)
    assert "call 555-0100" in body(message)
    assert_gives_nothing_away(message.as_bytes())


def test_the_escort_is_written_to_in_the_patients_language_and_in_the_words_that_the_site_chose() -> None:
    own = ChosenWords(
        "{public_name}: le esperamos hacia el {visits}.\nPreguntas: {phone}.\nSTOP para darse de baja"
    )
    place = Place("es", MessageForm.TEXT, MessageKind.ESCORT_HOUR.value)
    keep_dose()
    keep_clinic([a_patient(language="es")], message_words=with_words((), place, own))
    agree()
    [(_, day)], [(_, hour)] = left(DAY_BEFORE), left(HOUR_BEFORE)
    assert day == (
        "Maple House: se ofrecio a recoger a una visita hacia el jue 3 dic, 12:45 p.m. MST. Direccion: 12 Elm St. "
        "Preguntas: 555-0100. STOP para darse de baja"
    )
    assert hour.startswith("Maple House: le esperamos hacia el jue 3 dic, 12:45 p.m. MST.")


def test_whom_nothing_reaches_is_a_task_of_the_front_desk() -> None:
    keep_dose()
    agree()
    passes(DAY_BEFORE, RecordingChannel(), RecordingTexts(before=_no_phone))
    left(DAY_BEFORE)
    assert {(one.patient, one.kind) for one in unreached("site-1", DAY_BEFORE)} == {
        ("patient-1", MessageKind.ESCORT_DAY)
    }
    # Also of the hour before, when the visit has begun.
    left(HOUR_BEFORE)
    assert MessageKind.ESCORT_HOUR not in {one.kind for one in unreached("site-1", RELEASE)}


@pytest.mark.parametrize("moved", [True, False])
def test_a_visit_that_is_moved_or_called_off_makes_void_what_waits(moved: bool) -> None:
    keep_dose()
    agree()
    passes(DAY_BEFORE, RecordingChannel(), RecordingTexts(before=_busy))
    if moved:
        move({"visit-1": at("2026-12-10 10:00")}, DAY_BEFORE + timedelta(seconds=10))
    else:
        cancel("visit-1", at=DAY_BEFORE + timedelta(seconds=10))
    assert [one.state for one in notes()] == [ReminderState.VOID]
    assert [one for one in left(DAY_BEFORE + timedelta(minutes=10)) if one[0] == NUMBER] == []
    assert len(left(at("2026-12-09 12:45"))) == int(moved)


def test_quiet_hours_are_the_sites_and_the_note_comes_before_them() -> None:
    release = at("2026-12-03 22:30")
    day, hour = escort_notes(release, BOOKED_AT, "America/Denver")
    assert (day.due, hour.due) == (at("2026-12-02 20:00"), at("2026-12-03 20:00"))
    assert hour.useful_until == release
    assert POLICY.quiet_from.hour == 21


def test_stop_from_the_escort_holds_and_leaves_the_patient_out_of_it() -> None:
    keep_dose()
    agree()
    left(DAY_BEFORE)
    take_text(TakeText("SM1", NUMBER, "STOP"), StandingClock(DAY_BEFORE))
    assert has_opted_out(ContactWay.SMS, recipient_hash(NUMBER))
    assert left(HOUR_BEFORE) == []
    assert [one.verb for one in history("patient", "patient-1")] == []
    assert [one.state for one in notes()] == [ReminderState.SENT, ReminderState.FAILED]


def test_an_answer_of_the_escort_is_a_task_without_its_words() -> None:
    keep_dose()
    agree()
    left(DAY_BEFORE)
    take_text(TakeText("SM1", NUMBER, "sorry I cannot come"), StandingClock(DAY_BEFORE))
    assert [(one.patient, one.kind) for one in open_tasks("site-1")] == [("patient-1", ESCORT)]


def test_one_entry_serves_the_later_doses_too_and_a_consent_keeps_its_date() -> None:
    keep_dose(at("2026-12-10 10:00"))
    agree(also_later=True)
    agree(now=BOOKED_AT + timedelta(days=1))
    first, second = escort_of("visit-1"), escort_of("visit-2")
    assert first is not None and second is not None
    assert first.agreed_at == second.agreed_at == BOOKED_AT
    agree(phone="+1 303 555 0178", now=BOOKED_AT + timedelta(days=2))
    changed = escort_of("visit-1")
    assert changed is not None and changed.agreed_at == BOOKED_AT + timedelta(days=2)
    agree(phone="", agreed=False)
    assert escort_of("visit-1") is None
    [*_, entry] = [one for one in history("appointment", "visit-1") if one.verb == "record_escort"]
    assert "303" not in str(entry.details)


def test_what_cannot_be_written_to_is_refused() -> None:
    keep_dose()
    for phone, email in (("555-0177", ""), ("", "nobody"), ("", "")):
        with pytest.raises(InvalidValue):
            agree(phone=phone, email=email)
    keep_visits(a_plain_visit(START, "talk"), series="series-2")
    with pytest.raises(InvalidValue):
        record_escort(RecordEscort("talk", NUMBER, "", True), DESK, StandingClock(BOOKED_AT))


def test_no_log_line_holds_the_address(caplog: pytest.LogCaptureFixture) -> None:
    keep_dose()
    agree(email=MAIL)
    with caplog.at_level(logging.DEBUG):
        passes(DAY_BEFORE, RecordingChannel(), RecordingTexts(before=_no_phone))
    assert "0177" not in caplog.text
    assert "neighbour" not in caplog.text
