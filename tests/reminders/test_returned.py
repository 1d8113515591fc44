"""E-mail that comes back as a delivery report, in the forms that are common: found by its name, and told by the next way."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import ContactWay
from scheduler.reminders.answers import read_answers
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.letterboxes import letterbox_for
from scheduler.reminders.returned import Returned, report_in
from scheduler.store.reminders import Reminder, ReminderState, all_reminders
from scheduler.store.unreached import unreached
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.contacting import NUMBER, WRITTEN, consent
from tests.reminders.imap_server import Box, serving_imap
from tests.reminders.recording import RecordingChannel, RecordingTexts

REPORTS = Path(__file__).parent / "reports"
NAMES = sorted(path.stem for path in REPORTS.glob("*.eml"))
OURS, ANOTHERS = "0123456789abcdef" * 2, "f" * 32
LATER = BOOKED_AT + timedelta(hours=1)


def a_report(name: str, reference: str = OURS) -> bytes:
    """Return a delivery report of a message, or what is none, as a mail server hands it over."""
    return (
        (REPORTS / f"{name}.eml")
        .read_bytes()
        .replace(b"REFERENCE", reference.encode())
        .replace(b"\n", b"\r\n")
    )


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        (
            "postfix_failed",
            Returned.RETURNED,
            "no such mailbox; ask the patient for another e-mail address (5.1.1)",
        ),
        ("exchange_failed", Returned.RETURNED, "the mailbox is full; call the patient (5.2.2)"),
        (
            "gmail_failed",
            Returned.RETURNED,
            "belongs to nobody who takes mail; ask the patient for another one (5.1.2)",
        ),
        ("postfix_expired", Returned.RETURNED, "mail server could not be reached; call the patient (4.4.1)"),
        (
            "without_the_message",
            Returned.RETURNED,
            "does not want mail from us; call the patient, and have SPF",
        ),
        ("postfix_delayed", Returned.DELAYED, "not delivered yet; the mail servers try further (4.4.1)"),
        ("relayed", Returned.NO_NEWS, ""),
        ("passed_on_to_two", Returned.NO_NEWS, ""),
    ],
)
def test_common_reports_are_understood(name: str, outcome: Returned, words: str) -> None:
    report = report_in(a_report(name))
    assert report is not None
    assert (report.reference, report.outcome) == (OURS, outcome)
    assert words in report.problem
    assert "example" not in report.problem


@pytest.mark.parametrize("name", ["read_receipt", "absence_note", "plain_bounce"])
def test_what_is_no_delivery_report_is_not_taken_for_one(name: str) -> None:
    assert report_in(a_report(name)) is None


@given(
    name=st.sampled_from(NAMES),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=30)), max_size=6),
)
def test_a_damaged_report_never_ends_in_an_error(name: str, cuts: list[tuple[int, int, bytes]]) -> None:
    damaged = a_report(name)
    for begin, length, put in cuts:
        damaged = damaged[:begin] + put + damaged[begin + length :]
    report = report_in(damaged)
    assert report is None or report.reference in ("", OURS) or len(report.reference) == 32


def test_reports_within_reports_without_end_are_no_error() -> None:
    deep = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    )
    assert report_in(deep) is None
    whole = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" * 2000
    )
    report = report_in(whole)
    assert report is None or report.outcome is Returned.NO_NEWS


def keep_one() -> str:
    """Store one visit whose patient was told of it by e-mail and may be texted; return our name of that e-mail."""
    keep_clinic([a_patient(email="rs@example.net", phone=WRITTEN)])
    consent()
    keep_visits(a_plain_visit(at("2026-12-10 14:00")))
    channel = RecordingChannel()
    assert dispatch(CONFIRMED_AT, channel).sent == 1
    return channel.references()[0].strip("<>").partition("@")[0]


def read(*letters: bytes) -> Counter[str]:
    """Let letters arrive in a mailbox, and look into it."""
    box = Box()
    for letter in letters:
        box.take(letter)
    with serving_imap(box) as url:
        return read_answers(letterbox_for(url), StandingClock(LATER))


def confirmations() -> dict[str, Reminder]:
    """Return the confirmations in the ledger, by way."""
    return {one.channel: one for one in all_reminders() if one.kind == "confirmation"}


@pytest.mark.usefixtures("app_context")
def test_what_came_back_goes_by_text_as_what_was_refused_at_once_does() -> None:
    name = keep_one()
    assert read(a_report("postfix_failed", name)) == {"returned": 1}
    failed = confirmations()[ContactWay.EMAIL]
    assert (failed.state, failed.sent_at) == (ReminderState.FAILED, None)
    assert failed.problem.startswith("the message came back: there is no such mailbox")
    texts = RecordingTexts()
    assert dispatch(LATER, texts) == Counts(due=1, sent=1)
    assert [number for number, _ in texts.sent] == [NUMBER]
    # However often it is told, and though a text has left since.
    assert read(a_report("postfix_failed", name), a_report("gmail_failed", name)) == {"returned": 2}
    assert dispatch(LATER, texts) == dispatch(LATER, RecordingChannel()) == Counts()


@pytest.mark.usefixtures("app_context")
def test_what_came_back_and_has_no_other_way_is_a_task() -> None:
    name = keep_one()
    consent(given=False)
    assert unreached("site-1", LATER) == ()
    read(a_report("exchange_failed", name))
    assert dispatch(LATER, RecordingTexts()) == Counts()
    [task] = unreached("site-1", LATER)
    assert task.patient == "patient-1"
    assert "the mailbox is full; call the patient" in task.problem


@pytest.mark.usefixtures("app_context")
def test_what_is_late_is_noted_and_nothing_else() -> None:
    name = keep_one()
    assert read(a_report("postfix_delayed", name)) == {"delayed": 1}
    late = confirmations()[ContactWay.EMAIL]
    assert late.state is ReminderState.SENT
    assert late.problem == "not delivered yet; the mail servers try further (4.4.1)"
    assert dispatch(LATER, RecordingTexts()) == Counts()
    assert read(a_report("postfix_expired", name)) == {"returned": 1}
    assert confirmations()[ContactWay.EMAIL].state is ReminderState.FAILED


@pytest.mark.usefixtures("app_context")
def test_reports_of_other_messages_and_what_is_none_change_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="scheduler")
    name = keep_one()
    before = all_reminders()
    letters = [a_report(one, ANOTHERS) for one in ("postfix_failed", "gmail_failed", "postfix_delayed")]
    letters += [a_report(one, name) for one in ("relayed", "read_receipt", "absence_note", "plain_bounce")]
    assert read(*letters) == {"report_of_another": 3, "report_without_news": 1, "no_answer": 3}
    assert all_reminders() == before
    assert "example" not in caplog.text


@pytest.mark.usefixtures("app_context")
def test_a_report_by_mail_does_not_touch_a_text() -> None:
    read(a_report("postfix_failed", keep_one()))
    texts = RecordingTexts()
    assert dispatch(LATER, texts).sent == 1
    assert read(a_report("postfix_failed", texts.references[0])) == {"report_of_another": 1}
    assert confirmations()[ContactWay.SMS].state is ReminderState.SENT
