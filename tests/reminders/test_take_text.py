"""Texts that come in: opt-outs in every wording hold at once, 1 confirms, 2 asks for a call, and nothing is guessed."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from scheduler.domain.answers import Answer, AnswerWay
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.messages import Letter
from scheduler.reminders.take_text import TakeText, take_text
from scheduler.reminders.text_status import take_status
from scheduler.reminders.text_words import Wish, wish_in
from scheduler.store.answers import answer_to
from scheduler.store.appointments import appointment
from scheduler.store.audit import history
from scheduler.store.contacts import has_opted_out
from scheduler.store.reminders import ReminderState, all_reminders
from scheduler.store.texts import open_tasks
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import move
from tests.reminders.contacting import NUMBER, WRITTEN, consent, keep_patient, passes, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

THURSDAY = at("2026-12-03 14:00")
CLOCK = StandingClock(at("2026-11-24 12:00"))


@pytest.mark.parametrize(
    "words",
    [
        *(
            "STOP",
            "stop.",
            " Stop! ",
            '"STOP"',
            "Quit",
            "END",
            "revoke",
            "Opt out",
            "opt-out",
            "OPTOUT",
            "Cancel",
        ),
        *(
            "UNSUBSCRIBE",
            "StopAll",
            "STOP ALL",
            "Alto",
            "¡Cancelar!",
            "dar de baja",
            "No más",
            "no mas mensajes",
        ),
    ],
)
def test_opt_out_words_are_heeded_in_any_case_and_punctuation(words: str) -> None:
    assert wish_in(words) is Wish.STOP


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("START", Wish.START),
        ("Unstop.", Wish.START),
        ("1", Wish.YES),
        (" 1. ", Wish.YES),
        ("2!", Wish.CALL),
        ("please stop texting me", Wish.STOP_IN_WORDS),
        ("No más mensajes por favor", Wish.STOP_IN_WORDS),
        ("cancel my appointment please", Wish.OTHER),
        ("I will end up late", Wish.OTHER),
        ("12", Wish.OTHER),
        ("", Wish.OTHER),
        ("👍", Wish.OTHER),
    ],
)
def test_other_texts_are_told_apart(words: str, wish: Wish) -> None:
    assert wish_in(words) is wish


def keep_texted(*, others: bool = False) -> None:
    """Store one patient, or two with one phone, whose series was confirmed by text."""
    if others:
        keep_clinic(patients=[a_patient(phone=WRITTEN), a_patient("patient-2", phone=WRITTEN)])
        keep_visits(a_plain_visit(at("2026-12-04 16:00"), "visit-2", patient="patient-2"), series="series-2")
        consent(patient="patient-2")
        texts_first("patient-2")
    else:
        keep_patient()
    keep_visits(a_plain_visit(THURSDAY))
    consent()
    texts_first()
    assert passes(CONFIRMED_AT, RecordingChannel(), RecordingTexts()).sent == 1 + others


def received(words: str, id: str = "SM1", number: str = NUMBER) -> Wish:
    """Take a text."""
    return take_text(TakeText(id, number, words), CLOCK)


def tasks() -> list[tuple[str, str]]:
    """Return what waits, as patient and kind."""
    return sorted((one.patient, one.kind) for one in open_tasks("site-1"))


@pytest.mark.usefixtures("app_context")
class TestOnBothDatabases:
    """What texts do to what is stored."""

    def test_a_yes_confirms_the_visit_once_as_an_accepted_invitation_does(self) -> None:
        keep_texted()
        for id in ("SM1", "SM1", "SM2"):
            received("1", id)
        assert appointment("visit-1").state is AppointmentState.CONFIRMED
        answer = answer_to("visit-1")
        assert answer is not None and answer.start == THURSDAY
        assert tasks() == []

    def test_a_yes_to_a_time_that_the_visit_no_longer_has_is_for_the_desk(self) -> None:
        keep_texted()
        move({"visit-1": at("2026-12-05 14:00")}, CLOCK.now())
        received("1")
        assert appointment("visit-1").state is AppointmentState.BOOKED
        assert tasks() == [("patient-1", "yes")]

    def test_a_wish_for_a_call_waits_once_for_the_desk(self) -> None:
        keep_texted()
        for _ in range(2):
            assert received("2") is Wish.CALL
        answer = answer_to("visit-1")
        assert answer is not None and (answer.answer, answer.way) == (Answer.CALL_WANTED, AnswerWay.TEXT)
        assert answer.waits and tasks() == []
        assert appointment("visit-1").state is AppointmentState.BOOKED

    def test_an_answer_in_words_waits_without_its_words(self, app_context: Flask) -> None:
        keep_texted()
        received("my bus is late, can I come at 3?")
        assert tasks() == [("patient-1", "other")]
        assert "bus" not in repr((open_tasks("site-1"), history("patient", "patient-1")))

    def test_an_answer_that_two_patients_could_have_given_is_no_guess(self) -> None:
        keep_texted(others=True)
        received("1")
        assert appointment("visit-1").state is appointment("visit-2").state is AppointmentState.BOOKED
        assert tasks() == [("patient-1", "unclear"), ("patient-2", "unclear")]

    def test_an_opt_out_holds_at_once_for_everybody_at_that_number_and_is_in_their_history(self) -> None:
        keep_texted(others=True)
        assert received("STOP") is Wish.STOP
        assert received("STOP", "SM2") is Wish.STOP
        mail, texts = RecordingChannel(), RecordingTexts()
        passes(at("2026-12-01 10:00"), mail, texts)
        assert (len(mail.sent), texts.sent) == (2, [])
        for patient in ("patient-1", "patient-2"):
            assert [one.verb for one in history("patient", patient)] == ["opt_out_of_texts"]
        assert tasks() == []

    def test_an_opt_out_in_words_holds_and_somebody_looks(self) -> None:
        keep_texted()
        received("please stop texting me")
        assert has_opted_out("sms", recipient_hash(NUMBER))
        assert tasks() == [("patient-1", "stop_in_words")]

    def test_start_opts_in_again(self) -> None:
        keep_texted()
        received("Stop")
        received("START", "SM2")
        assert not has_opted_out("sms", recipient_hash(NUMBER))
        texts = RecordingTexts()
        passes(at("2026-11-30 10:00"), RecordingChannel(), texts)
        assert len(texts.sent) == 1

    def test_a_stranger_changes_nothing_and_may_opt_out(self) -> None:
        keep_texted()
        for number, words in (("+13035550999", "1"), ("+13035550999", "hello"), ("+13035550999", "stop")):
            received(words, number=number)
        assert appointment("visit-1").state is AppointmentState.BOOKED
        assert tasks() == []
        assert has_opted_out("sms", recipient_hash("+13035550999"))

    def test_what_did_not_arrive_goes_by_the_next_way_and_is_not_taken_as_told(self) -> None:
        keep_patient()
        keep_visits(a_plain_visit(THURSDAY))
        consent()
        texts_first()
        mail, texts = RecordingChannel(), RecordingTexts()
        passes(CONFIRMED_AT, mail, texts)
        [reference] = texts.references
        for _ in range(2):
            take_status(reference, "undelivered", 30003, CLOCK.now())
        take_status(reference, "sent", 0, CLOCK.now())
        [lost] = all_reminders()
        assert (lost.state, lost.problem) == (
            ReminderState.FAILED,
            "the phone could not be reached; call the patient (30003)",
        )
        passes(CLOCK.now(), mail, texts)
        assert (len(mail.sent), len(texts.sent)) == (1, 1)

    def test_what_arrived_cannot_be_lost_any_more(self) -> None:
        keep_patient()
        keep_visits(a_plain_visit(THURSDAY))
        consent()
        texts_first()
        texts = RecordingTexts()
        passes(CONFIRMED_AT, RecordingChannel(), texts)
        for status in ("delivered", "sent", "undelivered", "queued"):
            take_status(texts.references[0], status, 30003, CLOCK.now())
        assert [one.state for one in all_reminders()] == [ReminderState.SENT]

    def test_a_text_whose_sender_died_after_handing_it_over_counts_as_sent_when_the_provider_says_so(
        self,
    ) -> None:
        keep_patient()
        keep_visits(a_plain_visit(THURSDAY))
        consent()
        texts_first()

        class Died(BaseException):
            """The end of a process."""

        handed: list[str] = []

        class Dying(RecordingTexts):
            """A way whose process dies when it has handed a message over."""

            def send(self, letter: Letter, at: datetime) -> None:
                handed.append(letter.reference)
                raise Died

        with pytest.raises(Died):
            passes(CONFIRMED_AT, RecordingChannel(), Dying())
        assert [one.state for one in all_reminders()] == [ReminderState.LEASED]
        take_status(handed[0], "delivered", 0, BOOKED_AT)
        texts = RecordingTexts()
        passes(at("2026-11-23 12:00"), RecordingChannel(), texts)
        assert texts.sent == []
        assert [one.state for one in all_reminders()] == [ReminderState.SENT]
