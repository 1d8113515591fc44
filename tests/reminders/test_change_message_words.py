"""A clinic's own words: checked against those who are here, kept with their history, and told from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.site_choice import SiteChosen
from scheduler.clinic_file import read_clinic
from scheduler.domain.errors import FaultyDocument
from scheduler.domain.message_words import ChosenWords, MessageForm, Place, plain
from scheduler.reminders.change_message_words import (
    ChangeMessageWords,
    ChangeSiteLanguage,
    change_message_words,
    change_site_language,
)
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.words.chosen import built_in
from scheduler.store import clinic
from scheduler.store.audit import history
from tests.booking.small_clinic import clock
from tests.builders import a_patient, at
from tests.feeds.stored_visits import CONFIRMED_AT, SITE, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import body
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

MAIL = Place("en", MessageForm.MAIL, "confirmation")
TEXT = Place("en", MessageForm.TEXT, "one_day")
WORDS = ChosenWords(
    "Hi,\n\n{booked}:\n\n{visits}\n\nAnswer here:\n{link}\n\nOur number: {phone}", "Good news"
)
LINES = "{public_name}: {visits}.\n{answers}\n{link}\nSTOP to opt out"


def choose(place: Place, chosen: ChosenWords | None, key: str | None = None) -> object:
    """Choose words at the site of these tests."""
    return change_message_words(ChangeMessageWords(SITE.id, place, chosen, key), SYSTEM, clock())


def test_words_that_were_chosen_are_sent_and_the_built_in_ones_come_back() -> None:
    keep_clinic([a_patient(email="rs@example.org")])
    keep_visits(a_plain_visit(at("2026-12-10 14:00"), "visit-a"))
    assert isinstance(choose(MAIL, WORDS, "a-key-of-ours"), SiteChosen)
    assert isinstance(choose(MAIL, WORDS, "a-key-of-ours"), SiteChosen)
    channel = RecordingChannel()
    dispatch(CONFIRMED_AT, channel)
    [message] = channel.sent
    assert message["Subject"] == "Good news"
    assert body(message).startswith("Hi,\n\nan appointment is booked for you:\n\n  Thursday, December 10")
    [entry] = [one for one in history("site", SITE.id) if one.verb == "change_message_words"]
    said = "\n".join(filter(None, (WORDS.subject, WORDS.body)))
    assert entry.details == {"message_words.en.mail.confirmation": ["", said]}
    exported = export_clinic(clock())["sites"]
    assert exported[0]["message_words"] == plain(((MAIL, WORDS),))
    choose(MAIL, None)
    assert clinic.site(SITE.id).message_words == ()


def test_what_names_the_clinic_staff_or_patients_is_refused_and_nothing_is_kept() -> None:
    keep_clinic([a_patient(given_name="Robin", family_name="Sample")])
    somebody = clinic.staff(SITE.id)[0].name
    for named, why in (
        (SITE.name, "is the clinic's own name"),
        (somebody, "is the name of somebody of the staff"),
        (somebody.split()[-1], "is the name of somebody of the staff"),
        ("robin sample", "is the name of a patient"),
    ):
        refused = choose(MAIL, replace(WORDS, body=f"{WORDS.body}\n\nYours, {named}"))
        assert isinstance(refused, Refused)
        assert any(why in one.why for one in refused.reasons), (named, refused.reasons)
    assert clinic.site(SITE.id).message_words == ()
    assert isinstance(
        choose(MAIL, replace(WORDS, body=f"{WORDS.body}\n\nMaple House, Robin Road")), SiteChosen
    )


def test_a_text_about_one_visit_takes_two_segments_at_most() -> None:
    keep_clinic()
    assert isinstance(choose(TEXT, ChosenWords(LINES)), SiteChosen)
    refused = choose(TEXT, ChosenWords(LINES + "\n" + "so " * 66))
    assert isinstance(refused, Refused)
    assert [one.why for one in refused.reasons] == [
        "About one visit this takes 3 segments: 2 at most, for each is paid for."
    ]


def test_a_site_speaks_a_language_that_there_are_words_in() -> None:
    keep_clinic()
    assert isinstance(change_site_language(ChangeSiteLanguage(SITE.id, "es"), SYSTEM, clock()), SiteChosen)
    assert clinic.site(SITE.id).language == "es"
    assert isinstance(change_site_language(ChangeSiteLanguage(SITE.id, "de"), SYSTEM, clock()), Refused)


def test_nobody_else_chooses() -> None:
    keep_clinic()
    desk = Actor("desk", AccountRole.FRONT_DESK)
    command = ChangeMessageWords(SITE.id, MAIL, WORDS)
    assert isinstance(change_message_words(command, desk, clock()), NotAllowed)
    language = ChangeSiteLanguage(SITE.id, "es")
    assert isinstance(change_site_language(language, desk, clock()), NotAllowed)


def test_a_clinic_file_brings_words_and_says_what_is_wrong_with_them() -> None:
    site = {
        "id": "s",
        "name": "S",
        "public_name": "S",
        "zone": "America/Denver",
        "hours": {"mon": "09:00-12:00"},
    }
    words = plain(((MAIL, WORDS), (TEXT, built_in(TEXT))))
    document = {"sites": [{**site, "message_words": words}]}
    assert read_clinic(document).sites[0].message_words == ((MAIL, WORDS), (TEXT, built_in(TEXT)))
    wrong = {"en": {"text": {"one_day": {"body": "{public_name}: {visits}. STOP"}}}}
    with pytest.raises(FaultyDocument) as refusal:
        read_clinic({"sites": [{**site, "message_words": wrong}]})
    assert "en.text.one_day.body: {answers} is missing" in str(refusal.value)
    named = plain(((MAIL, replace(WORDS, subject="Cottonwood Clinic says hello")),))
    with pytest.raises(FaultyDocument) as refusal:
        read_clinic({"sites": [{**site, "name": "Cottonwood Hall", "message_words": named}]})
    assert "may tell" in str(refusal.value)
    named = plain(((MAIL, replace(WORDS, subject="Cottonwood Hall says hello")),))
    with pytest.raises(FaultyDocument) as refusal:
        read_clinic({"sites": [{**site, "name": "Cottonwood Hall", "message_words": named}]})
    assert str(refusal.value) == (
        "sites[0].message_words.en.mail.confirmation.subject: "
        "'Cottonwood Hall' is the clinic's own name: leave it out"
    )
