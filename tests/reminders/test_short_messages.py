"""What texts say, and how long they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.reminders.gsm import in_alphabet, segments
from scheduler.reminders.messages import Letter, MovedLine, VisitLine
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.short_messages import compose_short
from tests.feeds.privacy import assert_gives_nothing_away

FIRST = VisitLine(datetime(2026, 12, 3, 17, tzinfo=UTC), "America/Denver", by_phone=False)
SECOND = replace(FIRST, start=FIRST.start + timedelta(days=5))
REMINDER = Letter("one", MessageKind.ONE_DAY, "", "Maple House", "555-0100", "12 Elm St", (FIRST,))
CHANGE = replace(REMINDER, kind=MessageKind.CHANGE, visits=())

EXPECTED = {
    "reminder": (
        REMINDER,
        "Maple House: you have an appointment Thu Dec 3 at 10:00 AM MST. Reply 1 to confirm, 2 for a call back. "
        "STOP to opt out",
    ),
    "call": (
        replace(REMINDER, visits=(replace(FIRST, by_phone=True),)),
        "Maple House: you have an appointment Thu Dec 3 at 10:00 AM MST (we call you). Reply 1 to confirm, "
        "2 for a call back. STOP to opt out",
    ),
    "moved": (
        replace(CHANGE, moved=(MovedLine(FIRST, SECOND),)),
        "Maple House: your Thu Dec 3 at 10:00 AM MST has a new time: Tue Dec 8 at 10:00 AM MST. Reply 1 to accept, "
        "2 for a call back. STOP to opt out",
    ),
    "called off": (
        replace(CHANGE, called_off=(FIRST,)),
        "Maple House: an appointment is called off: Thu Dec 3 at 10:00 AM MST. Questions: 555-0100. STOP to opt out",
    ),
    "confirmation": (
        replace(REMINDER, kind=MessageKind.CONFIRMATION, visits=(FIRST, SECOND)),
        "Maple House: 2 appointments are booked for you: Thu Dec 3 at 10:00 AM MST, Tue Dec 8 at 10:00 AM MST. "
        "Reply 1 to confirm, 2 for a call back. STOP to opt out",
    ),
}


@pytest.mark.parametrize(("letter", "words"), EXPECTED.values(), ids=list(EXPECTED))
def test_a_text_says_who_when_and_how_to_answer(letter: Letter, words: str) -> None:
    assert compose_short(letter) == words


@pytest.mark.parametrize("name", ["reminder", "call", "moved", "called off"])
def test_what_speaks_of_one_visit_fits_into_one_segment(name: str) -> None:
    letter, _ = EXPECTED[name]
    assert segments(compose_short(letter)) == 1


def test_the_link_to_answer_stands_beside_the_digits_and_fits_into_the_segment() -> None:
    text = compose_short(replace(REMINDER, link="https://visits.example.org/a/7Qk3vX0cJw2mZr9T"))
    assert "2 for a call back. visits.example.org/a/7Qk3vX0cJw2mZr9T STOP to opt out" in text
    assert segments(text) == 1
    plain = compose_short(replace(REMINDER, link="http://127.0.0.1:8000/a/7Qk3vX0cJw2mZr9T"))
    assert " http://127.0.0.1:8000/a/7Qk3vX0cJw2mZr9T " in plain


def test_a_long_public_name_in_other_letters_still_fits() -> None:
    assert segments(compose_short(replace(REMINDER, public_name="Haus zum Süden – Café “Çinar”"))) == 1


@pytest.mark.parametrize(("letter", "_words"), EXPECTED.values(), ids=list(EXPECTED))
def test_a_text_gives_nothing_away_and_names_no_opt_out_word_but_stop(letter: Letter, _words: str) -> None:
    words = compose_short(letter)
    assert_gives_nothing_away(words.encode())
    assert not re.search(r"\b(cancel|end|quit|revoke|unsubscribe|stopall)\b", words, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 8, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Süd – “Été”", 'Süd - "Été"'), ("ção…", "cao..."), ("łódź", "łodz"), ("10:00\u00a0AM", "10:00 AM")],
)
def test_letters_outside_the_alphabet_are_written_plain_where_they_can_be(text: str, plain: str) -> None:
    assert in_alphabet(text) == plain
