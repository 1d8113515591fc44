"""Links in messages: short, secret, bound to what the message told and to whom, and answered once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from scheduler.booking.note_answer import Left
from scheduler.domain.answers import Answer, AnswerWay, VisitAnswer
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.answer_links import (
    LONGEST_LIFE,
    AnswerByLink,
    AskedVisit,
    answer_by_link,
    hash_of,
    mark_of,
    new_secret,
    open_link,
)
from scheduler.reminders.channels import NotSent, Unanswered
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.messages import time_in_words
from scheduler.reminders.policy import POLICY
from scheduler.store.answer_links import link_with
from scheduler.store.answers import answer_to, settle_answer, waiting_answers
from scheduler.store.appointments import appointment
from scheduler.store.clinic import patient as stored_patient
from scheduler.store.visit_events import confirmations_of, events_of
from scheduler.store.work import unit_of_work
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import body, move
from tests.reminders.contacting import WRITTEN, consent, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.usefixtures("app_context")

FIRST = at("2026-12-10 14:00")
SECOND = at("2026-12-14 14:00")
ADDRESS = "rs@example.org"
SITE = "https://visits.example.org"
LINK = re.compile(re.escape(SITE) + r"(/a/([A-Za-z0-9_-]{16}))(?![A-Za-z0-9_-])")
NOW = BOOKED_AT + timedelta(hours=2)
CLOCK = StandingClock(NOW)


def keep_two() -> None:
    """Store two visits of one patient."""
    keep_clinic([a_patient(email=ADDRESS)])
    keep_visits(a_plain_visit(FIRST, "a"), a_plain_visit(SECOND, "b"))


def sent_at(now: datetime = CONFIRMED_AT) -> EmailMessage:
    """Return the one message that a pass sends."""
    channel = RecordingChannel()
    dispatch(now, channel, public_url=SITE)
    [message] = channel.sent
    return message


def secret_in(message: EmailMessage) -> str:
    """Return the secret of the one link of a message, which both of its forms have."""
    html = message.get_body(("html",))
    assert html is not None
    [told] = set(LINK.findall(body(message)) + LINK.findall(html.get_content()))
    return str(told[1])


def asked(secret: str, now: datetime = NOW) -> dict[str, AskedVisit]:
    """Return what a link asks about, by visit."""
    return {one.visit.appointment: one for one in open_link(secret, StandingClock(now)).visits}


def answered(secret: str, answer: Answer, visit: str | None = None, seen: str = "") -> list[Answer | Left]:
    """Answer, and return what became of it."""
    outcome = answer_by_link(AnswerByLink(secret, answer, visit, seen), CLOCK)
    return [one.answer if isinstance(one, VisitAnswer) else one for one in outcome]


def test_a_message_brings_one_short_link_that_gives_nothing_away_and_is_kept_as_a_hash() -> None:
    keep_two()
    message = sent_at()
    secret = secret_in(message)
    [(path, _)] = set(LINK.findall(body(message)))
    assert len(path) == 19
    assert link_with(secret) is None
    kept = link_with(hash_of(secret))
    assert kept is not None
    assert (kept.recipient_hash, kept.expires_at) == (recipient_hash(ADDRESS), SECOND)
    assert_gives_nothing_away(bytes(message))
    assert_gives_nothing_away(body(message).encode())
    assert len({new_secret() for _ in range(1000)}) == 1000


def test_a_message_without_an_address_of_the_pages_or_a_visit_that_stands_brings_none() -> None:
    keep_two()
    channel = RecordingChannel()
    dispatch(CONFIRMED_AT, channel)
    assert "/a/" not in body(channel.sent[0])
    cancel("a", "b", at=NOW)
    assert "/a/" not in body(sent_at(NOW + POLICY.undo_delay))


def test_each_message_asks_about_its_own_visits() -> None:
    keep_two()
    assert set(asked(secret_in(sent_at()))) == {"a", "b"}
    reminder = sent_at(at("2026-12-07 10:00"))
    assert time_in_words(FIRST, "America/Denver") in body(reminder)
    assert set(asked(secret_in(reminder), at("2026-12-07 11:00"))) == {"a"}


def test_a_yes_confirms_through_the_same_rule_and_says_by_which_way() -> None:
    keep_two()
    secret = secret_in(sent_at())
    assert answered(secret, Answer.ACCEPTED, "a") == [Answer.ACCEPTED]
    visit = appointment("a")
    assert (visit.state, visit.version) == (AppointmentState.CONFIRMED, 2)
    [event] = events_of("a")
    assert (event.at, event.noted_by, event.way) == (NOW, "system", AnswerWay.LINK)
    assert confirmations_of(["a", "b"]) == {"a": event}
    assert answered(secret, Answer.ACCEPTED, "a") == [Left.REPEATED]
    assert appointment("a") == visit
    assert appointment("b").state is AppointmentState.BOOKED
    assert [one.is_confirmed for one in asked(secret).values()] == [True, False]


def test_all_are_confirmed_at_once() -> None:
    keep_two()
    secret = secret_in(sent_at())
    assert answered(secret, Answer.ACCEPTED) == [Answer.ACCEPTED, Answer.ACCEPTED]
    assert {appointment(id).state for id in "ab"} == {AppointmentState.CONFIRMED}
    assert answered(secret, Answer.ACCEPTED) == [Left.REPEATED, Left.REPEATED]


@pytest.mark.parametrize("answer", [Answer.CALL_WANTED, Answer.OTHER_TIME])
def test_who_wants_a_call_or_another_time_waits_for_the_front_desk_and_nothing_is_called_off(
    answer: Answer,
) -> None:
    keep_two()
    secret = secret_in(sent_at())
    before = appointment("b")
    assert answered(secret, answer, "b") == [answer]
    assert answered(secret, answer, "b") == [Left.REPEATED]
    [waiting] = waiting_answers("site-1", NOW)
    assert (waiting.appointment, waiting.answer, waiting.way) == ("b", answer, AnswerWay.LINK)
    assert appointment("b") == before


def test_an_answer_is_changed_as_long_as_the_link_is_of_use() -> None:
    keep_two()
    secret = secret_in(sent_at())
    answered(secret, Answer.OTHER_TIME, "a")
    answered(secret, Answer.ACCEPTED, "a")
    assert waiting_answers("site-1", NOW) == ()
    answered(secret, Answer.CALL_WANTED, "a")
    assert appointment("a").state is AppointmentState.CONFIRMED
    kept = asked(secret)["a"].answer
    assert kept is not None and kept.answer is Answer.CALL_WANTED


def test_what_was_seen_to_is_asked_for_anew_from_a_page_that_says_so_and_not_by_a_form_sent_again() -> None:
    keep_two()
    secret = secret_in(sent_at())
    answered(secret, Answer.CALL_WANTED, "a")
    with unit_of_work():
        assert settle_answer("a", NOW + timedelta(minutes=1))
    assert answered(secret, Answer.CALL_WANTED, "a") == [Left.REPEATED]
    seen = mark_of(answer_to("a"))
    assert seen
    assert answered(secret, Answer.CALL_WANTED, "a", seen) == [Answer.CALL_WANTED]
    assert answered(secret, Answer.CALL_WANTED, "a", seen) == [Left.REPEATED]
    assert [one.appointment for one in waiting_answers("site-1", NOW)] == ["a"]


def test_another_time_makes_the_link_worthless_for_its_visit_and_the_next_message_brings_a_new_one() -> None:
    keep_two()
    secret = secret_in(sent_at())
    answered(secret, Answer.OTHER_TIME, "a")
    move({"a": FIRST + timedelta(hours=3)}, NOW)
    found = asked(secret)
    assert (found["a"].is_open, found["a"].stands, found["a"].start) == (False, True, FIRST)
    assert found["a"].answer is None
    assert found["b"].is_open
    assert answered(secret, Answer.ACCEPTED) == [Left.OUTDATED, Answer.ACCEPTED]
    assert appointment("a").state is AppointmentState.BOOKED
    assert waiting_answers("site-1", NOW) == ()
    told = secret_in(sent_at(NOW + POLICY.undo_delay))
    assert set(asked(told)) == {"a"}
    assert answered(told, Answer.ACCEPTED, "a") == [Answer.ACCEPTED]


def test_what_was_called_off_is_said_and_not_answered() -> None:
    keep_two()
    secret = secret_in(sent_at())
    cancel("a", at=NOW)
    found = asked(secret)["a"]
    assert (found.is_open, found.stands) == (False, False)
    assert answered(secret, Answer.OTHER_TIME, "a") == [Left.OUTDATED]


def test_a_link_ends_with_its_last_visit_or_after_its_longest_life() -> None:
    keep_two()
    secret = secret_in(sent_at())
    assert set(asked(secret, FIRST - timedelta(seconds=1))) == {"a", "b"}
    assert set(asked(secret, FIRST)) == {"b"}
    with pytest.raises(NotFound):
        asked(secret, SECOND)
    far = BOOKED_AT + LONGEST_LIFE + timedelta(days=30)
    keep_visits(a_plain_visit(far, "c"), series="series-2")
    late = secret_in(sent_at(NOW))
    asked(late, BOOKED_AT + LONGEST_LIFE)
    with pytest.raises(NotFound):
        asked(late, NOW + LONGEST_LIFE + timedelta(minutes=1))


def test_links_that_are_none_belong_to_another_address_or_ask_about_something_else_are_of_no_use() -> None:
    keep_two()
    secret = secret_in(sent_at())
    for other in ("", "a", new_secret(), secret[:-1], f"{secret}A", secret.swapcase(), "\u00e4" * 16):
        with pytest.raises(NotFound):
            asked(other)
        with pytest.raises(NotFound):
            answered(other, Answer.ACCEPTED)
    with pytest.raises(InvalidValue):
        answered(secret, Answer.ACCEPTED, "c")
    with pytest.raises(InvalidValue):
        answered(secret, Answer.DECLINED, "a")
    keep_clinic([replace(stored_patient("patient-1"), email="other@example.org")])
    with pytest.raises(NotFound):
        asked(secret)


def test_of_a_message_that_is_tried_again_every_link_that_may_have_arrived_is_of_use() -> None:
    keep_two()
    tried: list[EmailMessage] = []

    def refuse(message: EmailMessage) -> None:
        tried.append(message)
        raise NotSent("refused for now")

    def fall_silent(message: EmailMessage) -> None:
        tried.append(message)
        raise Unanswered("silent")

    dispatch(CONFIRMED_AT, RecordingChannel(refuse), public_url=SITE)
    # What surely did not leave told nothing, so nobody has its link.
    with pytest.raises(NotFound):
        asked(secret_in(tried[0]))
    dispatch(CONFIRMED_AT + timedelta(hours=1), RecordingChannel(fall_silent), public_url=SITE)
    again = sent_at(CONFIRMED_AT + timedelta(hours=3))
    for message in (tried[1], again):
        assert set(asked(secret_in(message))) == {"a", "b"}
    assert secret_in(tried[1]) != secret_in(again)


def test_many_at_once_confirm_once(app_context: Flask) -> None:
    keep_two()
    secret = secret_in(sent_at())

    def one(_number: int) -> list[Answer | Left]:
        with app_context.app_context():
            return answered(secret, Answer.ACCEPTED, "a")

    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for found in pool.map(one, range(4)) for outcome in found]
    assert sorted(outcomes) == sorted([Answer.ACCEPTED, *[Left.REPEATED] * 3])
    assert appointment("a").version == 2


def test_a_link_sent_by_text_ends_when_the_number_is_corrected() -> None:
    keep_clinic([a_patient(phone=WRITTEN)])
    consent()
    texts_first()
    keep_visits(a_plain_visit(FIRST, "a"))
    texts = RecordingTexts()
    dispatch(CONFIRMED_AT, texts, public_url=SITE)
    [(_, words)] = texts.sent
    found = re.search(r"/a/([A-Za-z0-9_-]{16})", words)
    assert found is not None
    assert set(asked(found[1])) == {"a"}
    keep_clinic([replace(stored_patient("patient-1"), phone="+1 303 555 0199")])
    with pytest.raises(NotFound):
        asked(found[1])


def test_a_no_after_a_yes_takes_the_confirmation_back_and_a_yes_after_that_gives_it_again() -> None:
    keep_two()
    secret = secret_in(sent_at())
    wanted = (
        (Answer.ACCEPTED, AppointmentState.CONFIRMED),
        (Answer.CALL_WANTED, AppointmentState.CONFIRMED),
        (Answer.OTHER_TIME, AppointmentState.BOOKED),
        (Answer.ACCEPTED, AppointmentState.CONFIRMED),
    )
    for minute, (answer, state) in enumerate(wanted):
        clock = StandingClock(NOW + timedelta(minutes=minute))
        answer_by_link(AnswerByLink(secret, answer, "a"), clock)
        assert appointment("a").state is state
        waiting = [one.appointment for one in waiting_answers("site-1", NOW)]
        assert waiting == ([] if answer is Answer.ACCEPTED else ["a"])
    assert [(one.former, one.state, one.way) for one in events_of("a")][1] == (
        AppointmentState.CONFIRMED,
        AppointmentState.BOOKED,
        AnswerWay.LINK,
    )
    assert appointment("b").state is AppointmentState.BOOKED
