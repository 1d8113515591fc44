"""The day before a dose its patient is told that something is still needed, where they can see to it; never what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.treatment import StepKind
from scheduler.store.clinic import note_decision, patient
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import body
from tests.reminders.contacting import WRITTEN, consent, passes, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

pytestmark = pytest.mark.usefixtures("app_context")

DOSE = at("2026-12-03 14:00")
DAY_BEFORE = at("2026-12-02 10:00")


def keep_dose(missing: str = "") -> None:
    """Store a dose of a patient for whom all is decided but, maybe, one gate."""
    whole = a_patient(phone=WRITTEN)
    keep_clinic([replace(whole, gates=tuple(one for one in whole.gates if one.kind != missing))])
    keep_visits(a_plain_visit(DOSE, kind=StepKind.DOSING, step="D1"))


def texted() -> list[str]:
    """Return what leaves by text the day before."""
    consent()
    texts_first()
    texts = RecordingTexts()
    passes(CONFIRMED_AT, RecordingChannel(), texts)
    texts.sent.clear()
    passes(DAY_BEFORE, RecordingChannel(), texts)
    return [words for _, words in texts.sent]


@pytest.mark.parametrize("missing", ["escort", "payment"])
def test_a_patient_who_can_close_a_gate_is_told_that_something_is_needed(missing: str) -> None:
    keep_dose(missing)
    [words] = texted()
    assert words == (
        "Maple House: you have an appointment Thu Dec 3 at 2:00 PM MST. One item is needed: please call 555-0100. "
        "Reply 1 to confirm, 2 for a call back. STOP to opt out"
    )
    assert len(words) <= 160
    assert_gives_nothing_away(words.encode())


@pytest.mark.parametrize("missing", ["", "order.prescription"])
def test_what_others_see_to_is_not_asked_of_the_patient(missing: str) -> None:
    keep_dose(missing)
    [words] = texted()
    assert "needed" not in words


def test_a_mail_says_it_too_until_it_was_settled() -> None:
    keep_dose("escort")
    mail = RecordingChannel()
    passes(CONFIRMED_AT, mail, RecordingTexts())
    passes(at("2026-11-30 10:00"), mail, RecordingTexts())
    assert "needed" not in body(mail.sent[-1])
    passes(DAY_BEFORE, mail, RecordingTexts())
    assert "One item is needed before this appointment. Please call 555-0100." in body(mail.sent[-1])
    assert_gives_nothing_away(body(mail.sent[-1]).encode())


def test_nothing_is_asked_any_more_once_it_was_decided() -> None:
    keep_dose("escort")
    passed = GateRecord("escort", GateDecision.PASS, DAY_BEFORE.date(), None, "desk", decided_at=BOOKED_AT)
    with unit_of_work():
        note_decision(patient("patient-1"), passed)
    [words] = texted()
    assert "needed" not in words


def test_in_a_text_about_several_visits_it_says_before_which() -> None:
    keep_dose("escort")
    keep_visits(a_plain_visit(at("2026-12-05 09:00"), "visit-2"), series="series-2")
    [words] = texted()
    assert words.startswith(
        "Maple House: you have an appointment Thu Dec 3 at 2:00 PM MST. "
        "You also have an appointment Sat Dec 5 at 9:00 AM MST. "
        "One item is needed before Thu Dec 3 at 2:00 PM MST: please call 555-0100."
    )
