"""The pages on which an administrator chooses what messages say, and sees what that comes to."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from scheduler.domain.message_words import ChosenWords, MessageForm, Place, words_at
from scheduler.reminders.words.chosen import built_in
from scheduler.reminders.words.spoken import LANGUAGES
from scheduler.store import clinic
from tests.feeds.privacy import assert_gives_nothing_away
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.places import Site

PAGES = "/site/message-words"
MAIL = Place("en", MessageForm.MAIL, "one_day")
TEXT = Place("es", MessageForm.TEXT, "change")
BODY = "Hello,\r\n\r\nsee you:\r\n\r\n{visits}\r\n\r\nAnswer:\r\n{link}\r\n\r\nCall {phone}."
FRAME = re.compile(r'<iframe class="mail" title="The mail as HTML" sandbox src="([^"]+)"')


def page_of(place: Place) -> str:
    return f"{PAGES}/{place.language}/{place.form}/{place.kind}"


def the_site(app: Flask) -> Site:
    with app.app_context():
        return clinic.sites()[0]


@pytest.mark.usefixtures("with_clinic")
def test_an_administrator_chooses_words_and_goes_back_on_both_databases(app: Flask) -> None:
    admin = visitor(app, "admin")
    assert PAGES in admin.text("/places")
    assert page_of(MAIL) in admin.text(PAGES)
    assert "Own words" not in admin.text(PAGES)
    form = {"act": "save", "subject": " See  you ", "body": BODY}
    assert admin.send(page_of(MAIL), form).status_code == 303
    assert words_at(the_site(app).message_words, MAIL) == ChosenWords(BODY.replace("\r", ""), "See you")
    shown = admin.text(page_of(MAIL))
    assert "Saved. Messages say it from now on" in shown
    assert "see you:\n\n{visits}" in unescape(shown)
    assert admin.text(PAGES).count("Own words") == 1
    assert admin.send(page_of(MAIL), {"act": "built_in"}).status_code == 303
    assert the_site(app).message_words == ()
    assert "The built-in words hold." in admin.text(page_of(MAIL))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", MessageForm)
def test_every_message_is_shown_with_an_example_that_gives_nothing_away(
    clinic_app: Flask, language: str, form: MessageForm
) -> None:
    admin = visitor(clinic_app, "admin")
    for kind in ("confirmation", "one_day", "change"):
        shown = admin.text(page_of(Place(language, form, kind)))
        if form is MessageForm.TEXT:
            assert (
                re.search(r"1 segment about one visit, \d+ letters as shown", shown) or "2 segments" in shown
            )
            continue
        frame = FRAME.search(shown)
        assert frame
        mail = admin.get(unescape(frame.group(1)))
        assert mail.status_code == 200
        assert f'<html lang="{language}">' in mail.text
        assert "frame-ancestors 'self'; sandbox" in mail.headers["Content-Security-Policy"]
        assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert_gives_nothing_away(mail.data)


def test_a_preview_shows_what_is_entered_and_saves_nothing(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    text = built_in(TEXT).body.replace("{answers}", "Gracias.\n{answers}")
    answer = admin.send(page_of(TEXT), {"act": "preview", "body": text})
    assert answer.status_code == 200
    assert "Gracias. Responda 1 para aceptar" in answer.text
    mail = admin.send(page_of(MAIL), {"act": "preview", "subject": "Soon", "body": BODY})
    frame = FRAME.search(mail.text)
    assert frame
    assert "<p>see you:</p>" in admin.get(unescape(frame.group(1))).text
    assert the_site(clinic_app).message_words == ()


@pytest.mark.parametrize("act", ["save", "preview"])
@pytest.mark.parametrize(
    ("change", "where", "why"),
    [
        (("see you", "your ketamine"), "body", "may tell what the appointment is about: leave it out."),
        (("{link}", "https://example.org"), "body", "{link} is missing: the link to answer by."),
        (("{visits}", "{name}"), "body", "There is no {name} here"),
        (("see you", "<b>{visits"), "body", "A { stands for a place"),
        (("", ""), "subject", "A mail needs a subject."),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_kept_there(
    clinic_app: Flask, act: str, change: tuple[str, str], where: str, why: str
) -> None:
    body = BODY.replace(*change) if change[0] else BODY
    subject = "" if where == "subject" else "Soon"
    answer = visitor(clinic_app, "admin").send(page_of(MAIL), {"act": act, "subject": subject, "body": body})
    assert answer.status_code == 422
    said = unescape(answer.text)
    assert "There is a problem" in said
    at_field = said.split(f'<div id="{where}-error">')[1].split("</div>")[0]
    assert why in at_field
    assert body.replace("\r", "") in said.replace("\r", "")
    assert "<iframe" not in said
    assert the_site(clinic_app).message_words == ()


def test_the_mail_alone_is_not_shown_in_words_that_will_not_do(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    at = f"{page_of(MAIL)}/shown?"
    assert admin.get(at + urlencode({"body": "Buy {visits}", "subject": "x"})).status_code == 400
    assert admin.get(at + urlencode({"body": BODY.replace("\r", ""), "subject": "Soon"})).status_code == 200


def test_the_site_speaks_another_language(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    assert admin.send(f"{PAGES}/language", {"language": "es"}).status_code == 303
    assert the_site(clinic_app).language == "es"
    assert '<option value="es" selected>Spanish</option>' in admin.text(PAGES)
    admin.send(f"{PAGES}/language", {"language": "xx"})
    assert "There are no words in &#39;xx&#39;." in admin.text(PAGES)


def test_what_there_is_not_is_not_found(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    for address in ("de/mail/one_day", "en/fax/one_day", "en/mail/never", "de/mail/one_day/shown"):
        assert admin.get(f"{PAGES}/{address}").status_code == 404


def test_nobody_else_chooses(desk: Visitor) -> None:
    assert PAGES not in desk.text("/places")
    for address in (PAGES, page_of(MAIL), f"{page_of(MAIL)}/shown"):
        assert desk.get(address).status_code == 403
    assert desk.send(page_of(MAIL), {"act": "built_in"}).status_code == 403
