"""What the words of a message must hold, and what they must not."""

from __future__ import annotations

import pytest

from scheduler.domain.message_checks import faults_of
from scheduler.domain.message_words import (
    KINDS,
    ChosenWords,
    MessageForm,
    Place,
    plain,
    tidied,
    with_words,
    words_at,
    words_from,
)

MAIL = Place("en", MessageForm.MAIL, "one_day")
TEXT = Place("es", MessageForm.TEXT, "one_day")
BODY = "Hello from {public_name},\n\nwe expect you:\n\n{visits}\n\nTell us:\n{link}\n\nCall {phone}."
LINES = "{public_name}: cita el {visits}.\n{answers}\n{link}\nSTOP para darse de baja"


def wrong(place: Place, body: str, subject: str = "Reminder") -> list[tuple[str, str]]:
    """Return what is said of words."""
    return list(faults_of(place, ChosenWords(body, subject if place.form is MessageForm.MAIL else "")))


def test_words_that_will_do_have_no_fault() -> None:
    assert not wrong(MAIL, BODY)
    assert not wrong(TEXT, LINES)
    confirmation = Place("en", MessageForm.MAIL, KINDS[0])
    assert not wrong(confirmation, BODY.replace("we expect you", "{booked}"))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BODY + "\n\n{name}", "there is no {name} here: there are {public_name}, {visits}"),
        (BODY + "\n\n{booked}", "there is no {booked} here"),
        (BODY + "\n\n{Visits}", "a { stands for a place"),
        (BODY + "\n\n{visits", "a { stands for a place"),
        (BODY + "\n\n{visits.start}", "a { stands for a place"),
        (BODY.replace("{visits}", ""), "{visits} is missing: what is booked, moved or called off"),
        (BODY.replace("{phone}", "us"), "{phone} is missing"),
        (BODY.replace("{link}", "us"), "{link} is missing"),
        (BODY.replace("{visits}", "On {visits}."), "{visits} must be a paragraph of its own"),
        (BODY.replace("Tell us:\n", "{address} "), "{link} needs a paragraph of its own"),
        (BODY + "\n\nYour infusion is near.", "'infusion' may tell what the appointment is about"),
        (BODY + "\n\nSu Psicoterapia.", "'psicoterapia' may tell"),
        (BODY + "\n\nPREPARACIÓN", "'preparacion' may tell"),
        (BODY + "\n\nAbout MDMA.", "'mdma' may tell"),
        (BODY + "\n\nSee maple-house.example.org/help", "'maple-house.example.org' reads as an address"),
        (BODY + "\n\nhttps://192.0.2.1/", "'https:' reads as an address"),
        (BODY + "\n\nWrite to a@b", "reads as an address"),
        (BODY + "\n\nAnswer END.", "'END' as an answer stops all messages"),
        (BODY + "a" * 2000, "this has 2083 letters: 2000 at most"),
    ],
)
def test_each_fault_of_a_mail_is_named_with_what_is_right(body: str, why: str) -> None:
    found = wrong(MAIL, body)
    assert [where for where, _ in found] == ["body"], found
    assert why in found[0][1]


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("", "a mail needs a subject"),
        ("a" * 79, "the subject has 79 letters: 78 at most"),
        ("At {public_name}", "the subject has no places"),
        ("Your ketamine", "'ketamine' may tell"),
    ],
)
def test_each_fault_of_a_subject_is_named(subject: str, why: str) -> None:
    [(where, said)] = wrong(MAIL, BODY, subject)
    assert where == "subject"
    assert why in said


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (LINES.replace("STOP", "Stop"), "a text must say how to have no more of them"),
        (LINES.replace("{public_name}", "Maple House"), "{public_name} is missing"),
        (LINES.replace("{answers}", "Adiós"), "{answers} is missing"),
        (LINES.replace("{answers}\n", "{answers} "), "{link} needs a line of its own"),
        (LINES.replace("\n{answers}", " {answers}"), "{answers} needs a line of its own"),
        (LINES.replace("\nSTOP", " STOP"), "{link} needs a line of its own"),
        (LINES + "\nResponda con la palabra fin", "'FIN' as an answer"),
        (LINES + "\nCANCELAR para anular", "'CANCELAR' as an answer"),
        (LINES + "\nReply cancel to call it off", "'CANCEL' as an answer"),
        (LINES + "a" * 300, "letters: 306 at most"),
    ],
)
def test_each_fault_of_a_text_is_named(body: str, why: str) -> None:
    found = wrong(TEXT, body)
    assert len(found) == 1, found
    assert why in found[0][1]


def test_ordinary_words_that_only_look_like_commands_are_no_fault() -> None:
    assert not wrong(TEXT, LINES + "\nAl fin de la calle, para su comodidad")
    assert not wrong(MAIL, BODY + "\n\nThe door is at the end of the street.")


def test_words_are_kept_tidy_by_their_place_and_come_back_as_they_were() -> None:
    assert tidied("  Hello, \r\n\r\n\r\n\r\nyou  there\t\n") == "Hello,\n\nyou there"
    words = with_words(with_words((), TEXT, ChosenWords(LINES)), MAIL, ChosenWords(BODY, "Reminder"))
    assert words_from(plain(words)) == words
    assert words_at(words, MAIL) == ChosenWords(BODY, "Reminder")
    assert with_words(words, MAIL, None) == ((TEXT, ChosenWords(LINES)),)
    assert plain(()) == {}
    assert words_from(None) == ()
