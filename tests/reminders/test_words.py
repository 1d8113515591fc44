"""Every language has every word, in its own manner, and none of them gives anything away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from importlib import import_module
from pkgutil import iter_modules

import pytest

from scheduler.domain.answers import ANSWERS_BY, WAITING, Answer, AnswerWay
from scheduler.domain.message_checks import faults_of
from scheduler.domain.message_words import KINDS, ChosenWords, MessageForm, Place, with_words
from scheduler.reminders import words as room
from scheduler.reminders.gsm import segments
from scheduler.reminders.messages import Letter, MovedLine, VisitLine, compose, time_in_words
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.short_messages import compose_short
from scheduler.reminders.words.chosen import built_in
from scheduler.reminders.words.english import ENGLISH
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.spanish import SPANISH
from scheduler.reminders.words.spoken import LANGUAGES, spoken
from tests.feeds.privacy import assert_gives_nothing_away

FIRST = VisitLine(datetime(2026, 12, 3, 17, tzinfo=UTC), "America/Denver", by_phone=False)
SECOND = replace(FIRST, start=FIRST.start + timedelta(days=5))
LETTER = Letter(
    "one", MessageKind.ONE_DAY, "robin@example.org", "Maple House", "555-0100", "12 Elm St", (FIRST,)
)
OPT_OUT = re.compile(
    r"\b(cancel|end|quit|revoke|unsubscribe|stopall|cancelar|cancele|fin|alto|pare|detener|terminar)\b",
    re.IGNORECASE,
)

every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))


def letters(language: Language) -> Iterator[Letter]:
    """Yield a letter of each kind in a language: with one and with several visits, calls, moves and cancellations."""
    for kind in MessageKind:
        one = replace(
            LETTER, kind=kind, language=language.code, link="https://visits.example.org/a/7Qk3vX0cJw2mZr9T"
        )
        yield one
        yield replace(one, visits=(FIRST, replace(SECOND, by_phone=True)))
        yield replace(one, phone="", address="", link="")
    for moved, called_off in (
        ((MovedLine(FIRST, SECOND),), ()),
        ((), (FIRST,)),
        ((MovedLine(FIRST, SECOND),) * 2, (FIRST,) * 2),
    ):
        yield replace(one, kind=MessageKind.CHANGE, visits=(), moved=moved, called_off=called_off)


def everything_in(value: object) -> Iterator[str]:
    """Yield every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from everything_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from everything_in(getattr(value, field.name))


def bodies(letter: Letter) -> tuple[str, str, str]:
    """Return subject, text and HTML of a letter as a mail program reads them."""
    made = message_from_bytes(bytes(compose(letter, "office@example.org", FIRST.start)), policy=default)
    assert isinstance(made, EmailMessage)
    plain, html = made.get_body(("plain",)), made.get_body(("html",))
    assert plain is not None and html is not None
    return str(made["Subject"]), plain.get_content(), html.get_content()


def test_each_language_that_has_a_file_is_listed() -> None:
    modules = [import_module(f"{room.__name__}.{one.name}") for one in iter_modules(room.__path__)]
    made = {one.code for module in modules for one in vars(module).values() if isinstance(one, Language)}
    assert made == set(LANGUAGES)


@every_language
def test_no_word_is_missing(language: Language) -> None:
    assert set(language.mails) == set(language.texts) == set(MessageKind)
    assert set(language.page.buttons) == ANSWERS_BY[AnswerWay.LINK]
    assert set(language.page.said) == set(Answer)
    assert set(language.page.seen_to) == WAITING
    assert set(language.page.notes) == set(ENGLISH.page.notes)
    assert all(text.strip() for text in everything_in(language))


@every_language
def test_every_letter_can_be_written_and_gives_nothing_away(language: Language) -> None:
    for letter in letters(language):
        for text in (*bodies(letter), compose_short(letter)):
            assert not re.search(r"[{}]|  +\S+:$", re.sub(r"<[^>]*>", "", text)), text
            assert_gives_nothing_away(text.encode())
            assert not OPT_OUT.search(re.sub(r"<[^>]*>", " ", text)), text
        speaks_of_one = len(letter.visits) + len(letter.moved) + len(letter.called_off) == 1
        assert segments(compose_short(letter)) <= (1 if speaks_of_one and not letter.link else 3)


class Reader(HTMLParser):
    """Reads the words of a mail's body, and what it would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.loaded: list[str] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = self._within or tag == "body"
        if (
            tag in {"img", "link", "script", "style", "iframe"}
            or {"src", "background", "srcset"} & dict(attrs).keys()
        ):
            self.loaded.append(tag)

    def handle_data(self, data: str) -> None:
        if self._within:
            self.words += data.split()


@every_language
def test_both_forms_of_a_mail_say_the_same_and_load_nothing(language: Language) -> None:
    for letter in letters(language):
        _, plain, html = bodies(letter)
        reader = Reader()
        reader.feed(html)
        assert reader.words == plain.split()
        assert reader.loaded == []
        assert "url(" not in html


def test_whoever_reads_spanish_gets_all_of_it_in_spanish() -> None:
    subject, text, html = bodies(replace(LETTER, language="es-MX", link="https://visits.example.org/a/x"))
    assert subject == "Recordatorio de su cita"
    assert text == (
        "Hola:\n\nLe recordamos su cita en Maple House:\n\n"
        "  jueves, 3 de diciembre de 2026, 10:00 a.m. MST\n\n"
        "Díganos, por favor, si este horario le conviene; no necesita contraseña:\nhttps://visits.example.org/a/x\n\n"
        "Dirección: 12 Elm St\n\nSi tiene alguna pregunta o necesita otro horario, llame al 555-0100.\n\n"
        "Este mensaje se envió automáticamente. Las respuestas no se leen.\n"
    )
    assert '<html lang="es">' in html
    assert "10:00&nbsp;a.m.&nbsp;MST" in html


def test_a_text_in_spanish_takes_no_more_than_one_segment() -> None:
    said = compose_short(replace(LETTER, language="es"))
    assert said == (
        "Maple House: tiene una cita el jue 3 dic, 10:00 a.m. MST. Responda 1 para confirmar, 2 para que le llamemos. "
        "STOP para darse de baja"
    )
    moved = replace(
        LETTER, language="es", kind=MessageKind.CHANGE, visits=(), moved=(MovedLine(FIRST, SECOND),)
    )
    assert "su cita del jue 3 dic, 10:00 a.m. MST pasa al mar 8 dic, 10:00 a.m. MST." in compose_short(moved)


def test_numbers_take_the_form_that_their_language_has_for_them() -> None:
    said = [SPANISH.said(SPANISH.lists.heading_called_off, number) for number in (1, 2)]
    assert said == ["Esta cita queda cancelada:", "Estas citas quedan canceladas:"]
    assert SPANISH.said(SPANISH.lists.booked, 15) == "tiene 15 citas reservadas"


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "domingo, 1 de noviembre de 2026, 1:30 a.m. MDT"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "domingo, 1 de noviembre de 2026, 1:30 a.m. MST"),
        (datetime(2026, 12, 1, 19, 5, tzinfo=UTC), "martes, 1 de diciembre de 2026, 12:05 p.m. MST"),
    ],
)
def test_times_name_their_zone_in_every_language(instant: datetime, words: str) -> None:
    assert time_in_words(instant, "America/Denver", SPANISH) == words


def test_a_language_without_words_is_written_to_in_the_next_and_at_last_in_english() -> None:
    assert spoken("es-US", "en") is SPANISH
    assert spoken("de", "es") is SPANISH
    assert spoken("de", None, "") is ENGLISH


def test_the_kinds_that_a_clinic_may_have_its_own_words_for_are_all_there_are() -> None:
    assert set(KINDS) == set(MessageKind)


@every_language
@pytest.mark.parametrize("form", MessageForm)
@pytest.mark.parametrize("kind", MessageKind)
def test_the_built_in_words_keep_to_what_is_asked_of_a_clinics_own(
    language: Language, form: MessageForm, kind: MessageKind
) -> None:
    place = Place(language.code, form, kind.value)
    assert list(faults_of(place, built_in(place))) == []


def test_a_letter_says_what_its_site_chose_in_its_language_form_and_kind_alone() -> None:
    mail = Place("en", MessageForm.MAIL, "one_day")
    text = Place("en", MessageForm.TEXT, "one_day")
    chosen = with_words(
        (), mail, ChosenWords("See you <soon>:\n\n{visits}\n\nAt {address}.\n\nOr call\n{phone}", "See you")
    )
    chosen = with_words(
        chosen, text, ChosenWords("{public_name}: see you {visits}.\n{answers}\nSTOP to opt out")
    )
    letter = replace(LETTER, chosen=chosen)
    subject, plain, html = bodies(letter)
    assert subject == "See you"
    assert plain.startswith(
        "See you <soon>:\n\n  Thursday, December 3, 2026 at 10:00 AM MST\n\nAt 12 Elm St.\n\n"
    )
    assert "\n\nOr call\n555-0100\n\nThis message" in plain
    assert "<p>See you &lt;soon&gt;:</p>" in html
    assert "<p>Or call<br>555-0100</p>" in html
    assert compose_short(letter).startswith("Maple House: see you Thu Dec 3 at 10:00 AM MST. Reply 1")
    assert "At 12 Elm St" not in bodies(replace(letter, address=""))[1]
    for other in (replace(letter, language="es"), replace(letter, kind=MessageKind.THREE_DAYS)):
        assert "see you" not in bodies(other)[1].casefold() + compose_short(other).casefold()
