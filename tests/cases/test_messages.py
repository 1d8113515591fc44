"""What goes wrong with messages: words that stop them, addresses that refuse them, and one address for two people."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_series import CancelSeries, SeriesCancelled, cancel_series
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series
from scheduler.reminders.channels import Rejected
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.policy import POLICY, TO_PATIENTS, MessageKind
from scheduler.store.reminders import ReminderState, all_reminders
from tests.booking.small_clinic import small_clinic
from tests.booking.the_day import DESK, Floor, S, codes
from tests.builders import ALL_GATES, AS_OF, DAY, at, passed
from tests.cases.clinic_of_the_cases import Example, beside, clock, store_clinic
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import cancel
from tests.reminders.recording import RecordingChannel

OPT_OUT = re.compile(r"\b(cancel|end|stop|quit|revoke|unsubscribe|opt.?out)\b", re.IGNORECASE)
"""The words by which somebody says that they want no more texts."""

TOLD_AT = AS_OF + POLICY.undo_delay
"""When a booking of the example can no longer be undone unnoticed, and is confirmed."""

EVERY_REMINDER_OF_D1 = (TOLD_AT, at("2026-11-30 10:00"), at("2026-12-02 10:00"))

ON_ITS_DAY = MessageKind.SAME_DAY
"""Sent where a clinic wants it; it has the words of the others."""


def words_of(message: EmailMessage) -> str:
    """Return what a message says, in both its forms."""
    parts = [message.get_body((form,)) for form in ("plain", "html")]
    return "".join(part.get_content() for part in parts if part is not None)


def test_no_message_asks_anybody_to_answer_with_a_word_that_stops_all_messages(example: Series) -> None:
    """Case 12: "Opt-out by the word CANCEL": a visit is cancelled by calling, never by answering with that word."""
    channel = RecordingChannel()
    for instant in EVERY_REMINDER_OF_D1:
        dispatch(instant, channel)
    called_off_at = EVERY_REMINDER_OF_D1[-1]
    cancel(example.appointments[-1].id, at=called_off_at)
    dispatch(called_off_at + POLICY.undo_delay, channel)
    assert {one.kind for one in all_reminders()} == set(TO_PATIENTS) - {ON_ITS_DAY}
    for message in channel.sent:
        said = words_of(message)
        assert not OPT_OUT.search(re.sub(r"<[^>]*>|[a-z-]+:[^;]*;", " ", said)), said
        assert "Replies to it are not read" in said
        assert message["Reply-To"] is None


@pytest.mark.usefixtures("example")
def test_a_message_that_the_address_refuses_is_noted_as_failed_with_why_and_not_sent_again() -> None:
    """Case 12: "bounced text": refused for good, it stays in the ledger as what the front desk has to follow up."""

    def refuse(_message: EmailMessage) -> None:
        raise Rejected("550 no such mailbox")

    channel = RecordingChannel(refuse)
    counts = dispatch(TOLD_AT, channel)
    assert (counts.sent, counts.failed) == (0, 1)
    [kept] = [one for one in all_reminders() if one.kind == MessageKind.CONFIRMATION]
    assert (kept.state, kept.problem) == (ReminderState.FAILED, "550 no such mailbox")
    assert dispatch(TOLD_AT + DAY / 48, RecordingChannel()) == Counts()
    assert dispatch(at("2026-11-30 10:00"), RecordingChannel()).sent > 0, "what is due later is tried anew"


def store_family() -> None:
    """Store the clinic with patients who all have one telephone and one mailbox."""
    everybody = small_clinic().patients
    store_clinic(
        patients=tuple(replace(one, phone="555-0199", email="family@example.org") for one in everybody)
    )


@pytest.mark.usefixtures("app_context")
def test_two_patients_who_share_one_address_and_phone_get_their_own_messages_and_nothing_of_each_other() -> (
    None
):
    """Case 12: "two patients sharing one phone", and one mailbox with it."""
    store_family()
    Example().booked()
    beside().booked()
    channel = RecordingChannel()
    assert dispatch(TOLD_AT, channel).sent == 2
    assert {str(one["To"]) for one in channel.sent} == {"family@example.org"}
    assert len(set(channel.references())) == 2
    first, second = (words_of(one) for one in channel.sent)
    assert ("10:00 AM MST" in first) != ("10:00 AM MST" in second)
    assert ("10:30 AM MST" in first) != ("10:30 AM MST" in second)
    for said in (first, second):
        assert_gives_nothing_away(said.encode(), ("Robin", "Sample", "patient-1", "patient-2"))


@pytest.mark.usefixtures("app_context")
def test_when_one_of_them_ends_the_series_the_other_is_reminded_all_the_same() -> None:
    """Case 12: the ledger tells messages apart by visit and address, not by address alone."""
    store_family()
    first, second = Example().booked().series, beside().booked().series
    dispatch(TOLD_AT, RecordingChannel())
    ended = CancelSeries(first.id, CalledOffBy.PATIENT, CancelReason.CONSENT_WITHDRAWN)
    assert isinstance(cancel_series(ended, SYSTEM, clock()), SeriesCancelled)
    channel = RecordingChannel()
    assert dispatch(at("2026-12-02 10:00"), channel).sent > 0
    told_of = {
        one.appointment
        for one in all_reminders()
        if one.sent_at and one.kind in (MessageKind.THREE_DAYS, MessageKind.ONE_DAY)
    }
    assert told_of <= {visit.id for visit in second.appointments}


@pytest.mark.usefixtures("app_context")
def test_who_takes_somebody_home_is_decided_for_each_patient_whoever_else_is_here_that_day() -> None:
    """Case 12: "escort equals another patient": that the first one has a way home opens nothing for the second."""
    known = passed(*(gate for gate in ALL_GATES if gate != "escort"))
    alone = replace(small_clinic().patients[1], gates=known)
    store_clinic(patients=(small_clinic().patients[0], alone))
    Example().booked()
    dose = Floor(beside().booked().series, "D1")
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.CLEARED)) == ["GATE-7"]
    decided = decide_gate(DecideGate("patient-2", "escort", GateDecision.PASS), DESK, dose.clock)
    assert isinstance(decided, GateDecided)
    dose.goes(S.CLEARED)
