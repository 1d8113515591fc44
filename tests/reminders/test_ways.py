"""By which way a message goes: never a text without consent, the preferred way first, the next where that has failed."""

from __future__ import annotations

import pytest

from scheduler.domain.contact import Category, ContactWay
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.channels import NotSent, OptedOut, Rejected
from scheduler.reminders.dispatch import Counts
from scheduler.reminders.policy import MessageKind
from scheduler.store.contacts import has_opted_out, opt_in, opt_out
from scheduler.store.reminders import ReminderState, all_reminders
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.contacting import NUMBER, WRITTEN, consent, keep_patient, passes, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

pytestmark = pytest.mark.usefixtures("app_context")

THURSDAY = at("2026-12-03 14:00")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")


def rejecting(problem: NotSent) -> RecordingChannel:
    """Return a way of e-mail that takes nothing."""

    def refuse(_message: object) -> None:
        raise problem

    return RecordingChannel(before=refuse)


def refusing(problem: NotSent) -> RecordingTexts:
    """Return a way of texts that takes nothing."""

    def refuse(_number: str) -> None:
        raise problem

    return RecordingTexts(before=refuse)


def ends() -> list[tuple[str, str, str]]:
    """Return kind, channel and state of all that the ledger holds."""
    return [(one.kind, one.channel, one.state) for one in all_reminders()]


@pytest.mark.parametrize("first", ["email", "sms"])
def test_nobody_is_texted_who_did_not_consent(first: str) -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    if first == "sms":
        texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    assert passes(CONFIRMED_AT, mail, texts).sent == 1
    assert passes(THREE_DAYS_BEFORE, mail, texts).sent == 1
    assert (len(mail.sent), texts.sent) == (2, [])


def test_who_consented_and_wants_texts_first_gets_texts_alone() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    passes(THREE_DAYS_BEFORE, mail, texts)
    assert passes(THREE_DAYS_BEFORE, mail, texts) == Counts()
    assert mail.sent == []
    assert [number for number, _ in texts.sent] == [NUMBER, NUMBER]
    assert texts.sent[1][1].startswith("Maple House: you have an appointment Thu Dec 3 at 2:00 PM MST.")


def test_who_consented_and_prefers_mail_gets_mail_alone() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    assert (len(mail.sent), texts.sent) == (1, [])


def test_a_consent_to_one_category_is_none_to_the_other() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent(categories=[Category.REMINDERS])
    texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    passes(THREE_DAYS_BEFORE, mail, texts)
    assert (len(mail.sent), len(texts.sent)) == (1, 1)


@pytest.mark.parametrize("phone", ["+1 303 555 0199", "555-0142", ""])
def test_a_consent_is_to_one_number_and_no_other(phone: str) -> None:
    keep_patient(phone=phone)
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    assert (len(mail.sent), texts.sent) == (1, [])


def test_what_fails_for_good_by_mail_goes_by_text_at_once() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    mail, texts = rejecting(Rejected("the recipient was refused (550)")), RecordingTexts()
    for now in (CONFIRMED_AT, THREE_DAYS_BEFORE):
        passes(now, mail, texts)
        passes(now, mail, texts)
    assert len(texts.sent) == 2
    assert ends() == [
        (MessageKind.CONFIRMATION, "email", ReminderState.FAILED),
        (MessageKind.CONFIRMATION, "sms", ReminderState.SENT),
        (MessageKind.THREE_DAYS, "email", ReminderState.FAILED),
        (MessageKind.THREE_DAYS, "sms", ReminderState.SENT),
    ]


def test_what_may_pass_is_tried_again_by_the_same_way() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    mail, texts = rejecting(NotSent("busy (451)")), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    assert texts.sent == []


def test_a_number_that_has_opted_out_gets_nothing_more_and_mail_goes_instead() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    texts_first()
    mail, texts = RecordingChannel(), refusing(OptedOut("this number has opted out (21610)"))
    passes(CONFIRMED_AT, mail, texts)
    assert has_opted_out("sms", recipient_hash(NUMBER))
    passes(CONFIRMED_AT, mail, texts)
    willing = RecordingTexts()
    passes(THREE_DAYS_BEFORE, mail, willing)
    assert (len(mail.sent), willing.sent) == (2, [])


def test_a_text_that_waits_does_not_leave_after_an_opt_out_and_does_after_the_next_one_was_taken_back() -> (
    None
):
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, refusing(NotSent("busy")))
    with unit_of_work():
        assert opt_out("sms", recipient_hash(NUMBER), BOOKED_AT)
        assert not opt_out("sms", recipient_hash(NUMBER), BOOKED_AT)
    passes(at("2026-11-23 10:00"), mail, texts)
    passes(at("2026-11-23 10:01"), mail, texts)
    assert (len(mail.sent), texts.sent) == (1, [])
    with unit_of_work():
        assert opt_in("sms", recipient_hash(NUMBER))
    passes(THREE_DAYS_BEFORE, mail, texts)
    assert (len(mail.sent), len(texts.sent)) == (1, 1)


def test_who_refuses_mail_and_gave_no_consent_to_texts_is_seen_in_the_ledger_and_not_written_to() -> None:
    keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent(given=False, way=ContactWay.EMAIL, to="patient-1@example.org", categories=[Category.REMINDERS])
    mail, texts = RecordingChannel(), RecordingTexts()
    assert passes(CONFIRMED_AT, mail, texts).sent == 1
    assert passes(THREE_DAYS_BEFORE, mail, texts).sent == 0
    [reminder] = [one for one in all_reminders() if one.kind == MessageKind.THREE_DAYS]
    assert (reminder.state, reminder.problem) == (
        ReminderState.FAILED,
        "the patient wants no such messages by any way that is known",
    )


def test_two_patients_with_one_phone_consent_each_for_themselves() -> None:
    keep_clinic(patients=[a_patient(phone=WRITTEN), a_patient("patient-2", phone=WRITTEN)])
    keep_visits(a_plain_visit(THURSDAY))
    keep_visits(a_plain_visit(at("2026-12-03 16:00"), "visit-2", patient="patient-2"), series="series-2")
    consent()
    texts_first()
    mail, texts = RecordingChannel(), RecordingTexts()
    passes(CONFIRMED_AT, mail, texts)
    assert (len(mail.sent), len(texts.sent)) == (1, 1)
