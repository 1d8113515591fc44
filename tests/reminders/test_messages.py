"""What messages say, and what no byte of them may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from scheduler.domain.errors import InvalidValue
from scheduler.reminders import messages
from scheduler.reminders.messages import Letter, VisitLine, compose, time_in_words
from scheduler.reminders.policy import MessageKind
from tests.feeds.privacy import assert_gives_nothing_away

NOW = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
LETTER = Letter(
    reference="4f2c",
    kind=MessageKind.ONE_DAY,
    recipient="robin@example.org",
    public_name="Maple House",
    phone="555-0100",
    address="12 Elm St",
    visits=(VisitLine(datetime(2026, 12, 3, 17, 0, tzinfo=UTC), "America/Denver", by_phone=False),),
)
CONFIRMATION = replace(
    LETTER,
    kind=MessageKind.CONFIRMATION,
    visits=(
        *LETTER.visits,
        VisitLine(datetime(2026, 12, 4, 16, 0, tzinfo=UTC), "America/Denver", by_phone=True),
    ),
)


def sent(letter: Letter) -> EmailMessage:
    """Return the message as a mail program reads it."""
    read = message_from_bytes(bytes(compose(letter, "office@example.org", NOW)), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def texts(message: EmailMessage) -> tuple[str, str]:
    """Return the plain and the HTML body."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content(), html.get_content().replace("&nbsp;", " ")


def test_a_reminder_says_when_with_the_zone_where_and_whom_to_call() -> None:
    message = sent(LETTER)
    assert message["Subject"] == "Appointment reminder"
    assert message["From"] == "Maple House <office@example.org>"
    assert message["To"] == "robin@example.org"
    assert message["Message-ID"] == "<4f2c@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    for text in texts(message):
        assert "Thursday, December 3, 2026 at 10:00 AM MST" in text
        assert "Maple House" in text
        assert "12 Elm St" in text
        assert "555-0100" in text


def test_the_time_stays_on_one_line_with_its_zone_on_a_phone() -> None:
    html = sent(CONFIRMATION).get_body(("html",))
    assert html is not None
    assert "10:00&nbsp;AM&nbsp;MST" in html.get_content()


def test_a_confirmation_lists_every_visit_and_says_which_one_is_a_call() -> None:
    message = sent(CONFIRMATION)
    assert message["Subject"] == "Your appointments"
    for text in texts(message):
        assert "2 appointments are booked for you" in text
        assert "Thursday, December 3, 2026 at 10:00 AM MST" in text
        assert "Friday, December 4, 2026 at 9:00 AM MST (by phone: we call you)" in text


def test_a_call_alone_names_no_address_and_an_unset_phone_leaves_no_hole() -> None:
    call = replace(LETTER, visits=CONFIRMATION.visits[1:], phone="")
    for text in texts(sent(call)):
        assert "Elm" not in text
        assert "call ." not in text
        assert "need another time" not in text


LINKED = replace(CONFIRMATION, link="https://visits.example.org/a/7Qk-7Qk_7Qk-7Qk_")


def test_a_letter_with_a_link_asks_for_an_answer_in_both_forms() -> None:
    plain, html = texts(sent(LINKED))
    assert f"these times suit you; no sign-in is needed:\n{LINKED.link}\n" in plain
    assert html.count(f'href="{LINKED.link}">{LINKED.link}</a>') == 1
    assert "whether this time suits you" in texts(sent(replace(LETTER, link=LINKED.link)))[0]
    assert "sign-in" not in texts(sent(LETTER))[0]


@pytest.mark.parametrize("letter", [LETTER, CONFIRMATION, LINKED])
def test_no_byte_gives_anything_away(letter: Letter) -> None:
    assert_gives_nothing_away(bytes(compose(letter, "office@example.org", NOW)))
    for text in texts(sent(letter)):
        assert_gives_nothing_away(text.encode())


def test_the_html_is_well_formed_has_a_language_and_loads_nothing_from_elsewhere() -> None:
    class Reader(HTMLParser):
        open_tags: list[str] = []
        language = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = dict(attrs)
            assert not {"src", "background"} & set(names)
            # An address to follow loads nothing until somebody does.
            assert tag == "a" or "href" not in names
            self.language = self.language or names.get("lang") or ""
            if tag not in {"meta", "br"}:
                self.open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open_tags.pop() == tag

    reader = Reader()
    reader.feed(texts(sent(LINKED))[1])
    assert (reader.open_tags, reader.language) == ([], "en")


def test_names_cannot_break_out_of_the_html() -> None:
    html = texts(sent(replace(LETTER, public_name="Maple <script>&")))[1]
    assert "<script>" not in html
    assert "Maple &lt;script&gt;&amp;" in html


@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        (
            datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
            "America/Denver",
            "Sunday, November 1, 2026 at 1:30 AM MDT",
        ),
        (
            datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
            "America/Denver",
            "Sunday, November 1, 2026 at 1:30 AM MST",
        ),
        (
            datetime(2026, 12, 1, 19, 5, tzinfo=UTC),
            "America/Denver",
            "Tuesday, December 1, 2026 at 12:05 PM MST",
        ),
        (
            datetime(2026, 12, 1, 3, 0, tzinfo=UTC),
            "America/Sao_Paulo",
            "Tuesday, December 1, 2026 at 12:00 AM UTC-03",
        ),
    ],
)
def test_times_are_told_with_their_zone_also_in_the_hour_that_occurs_twice(
    instant: datetime, zone: str, words: str
) -> None:
    assert time_in_words(instant, zone) == words


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "no address",
            "two@example.org\r\nBcc: third@example.org",
            "a@",
            "a@@example.org",
            "@example.org",
        ),
        *("a@[example.org", "a@example.(org", "a..b@example.org", '"a@example.org', "a@example..org"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        compose(replace(LETTER, recipient=address), "office@example.org", NOW)
    assert "example.org" not in str(refusal.value)
    assert "patient" in str(refusal.value)


def test_a_sender_that_is_none_is_not_laid_at_the_patients_door() -> None:
    with pytest.raises(InvalidValue) as refusal:
        compose(LETTER, "office at example.org", NOW)
    assert "patient" not in str(refusal.value)


@pytest.mark.parametrize("letter", [LETTER, CONFIRMATION, replace(LETTER, language="es", public_name="Süd")])
def test_headers_that_were_read_before_give_the_same_bytes(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written() -> bytes:
        raw = bytes(compose(letter, "office@example.org", NOW))
        boundary = message_from_bytes(raw).get_boundary()
        assert boundary is not None
        return raw.replace(boundary.encode(), b"boundary")

    first, again = written(), written()
    monkeypatch.setattr(messages, "AS_MAIL", default)
    assert first == again == written()
