"""The words of messages to patients: chosen by an administrator, with what they come to beside, before anybody gets them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import site_of
from scheduler.booking.site_choice import SiteChosen
from scheduler.domain.message_checks import LONGEST_SUBJECT, needed_at, places_of
from scheduler.domain.message_words import KINDS, ChosenWords, MessageForm, Place, tidied, words_at
from scheduler.domain.places import Site
from scheduler.reminders.change_message_words import (
    ChangeMessageWords,
    ChangeSiteLanguage,
    change_message_words,
    change_site_language,
    faults_at,
)
from scheduler.reminders.example_letters import MOST_SEGMENTS, Setting, example_letter, segments_of
from scheduler.reminders.messages import compose
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.short_messages import compose_short
from scheduler.reminders.words.chosen import built_in
from scheduler.reminders.words.spoken import LANGUAGES
from scheduler.rules.wording import sentence
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.message_words import KIND_WORDS
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import as_read
from scheduler.web.speech import Spoken, later, mark, said
from scheduler.web.words import refused_words

pages = Blueprint("message_words", __name__)

SAVE, PREVIEW, BUILT_IN = "save", "preview", "built_in"

_FORMS = Spoken({MessageForm.MAIL: mark("E-mail"), MessageForm.TEXT: mark("Text")})

_FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
"""A mail has its looks in it, as programs for mail want it. Shown alone and locked up, it may do nothing else."""


class WordsForm(PostedForm):
    """The words of one message; of a text without a subject."""

    subject = StringField(
        later("Subject"), render_kw={"maxlength": 2 * LONGEST_SUBJECT, "autocomplete": "off"}
    )
    body = TextAreaField(later("Words"))

    def chosen(self) -> ChosenWords:
        """Return what was entered, tidied."""
        subject = " ".join((self.subject.data or "").split()) if "subject" in self else ""
        return ChosenWords(tidied(self.body.data or ""), subject)

    def tell(self, wrong: list[tuple[str, str]]) -> None:
        """Say at each field what is wrong with it."""
        for name in {name for name, _ in wrong}:
            self[name].errors = [
                as_read(sentence(why[:1].upper() + why[1:])) for where, why in wrong if where == name
            ]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of message in the list: by form where its words are chosen, and whether there are own ones."""

    name: str
    forms: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What words come to: of a mail its text and where it is shown, of a text its letters and segments about one visit."""

    text: str
    shown_at: str
    letters: int
    segments: int


@pages.get("/site/message-words")
@needs(Permission.CHANGE_MESSAGE_WORDS)
def overview() -> ResponseReturnValue:
    """List the messages in each language, and which have words of the site's own."""
    with reading():
        site = site_of(actor())
    return render_template(
        "message_words.html",
        site=site,
        languages=[
            (language, [_line(site, language.code, kind) for kind in KINDS])
            for language in LANGUAGES.values()
        ],
    )


@pages.post("/site/message-words/language")
@needs(Permission.CHANGE_MESSAGE_WORDS)
def speak() -> ResponseReturnValue:
    """Choose the language of the site."""
    with reading():
        site = site_of(actor())
    command = ChangeSiteLanguage(site.id, request.form.get("language", ""), key_sent())
    outcome = change_site_language(command, actor(), current_clock())
    _tell(outcome, said("Saved. Patients of whom no language is known are written to in it from now on."))
    return redirect(url_for("message_words.overview"), 303)


@pages.route("/site/message-words/<language>/<form>/<kind>", methods=["GET", "POST"])
@needs(Permission.CHANGE_MESSAGE_WORDS)
def words(language: str, form: str, kind: str) -> ResponseReturnValue:
    """Show the words of one message with an example, and choose others or the built-in ones again."""
    place = _place(language, form, kind)
    with reading():
        site = site_of(actor())
    standing = words_at(site.message_words, place) or built_in(place)
    if request.method != "POST":
        return _page(site, place, _filled(place, standing), standing), 200
    act = request.form.get("act")
    if act == BUILT_IN:
        return _saved(site, place, None)
    entered = _entered(place)
    chosen = entered.chosen()
    with reading():
        wrong = list(faults_at(site, place, chosen, current_clock().now()))
    if entered.validate() and not wrong:
        return (_page(site, place, entered, chosen), 200) if act == PREVIEW else _saved(site, place, chosen)
    entered.tell(wrong)
    return _page(site, place, entered, None), 422


@pages.get("/site/message-words/<language>/mail/<kind>/shown")
@needs(Permission.CHANGE_MESSAGE_WORDS)
def shown(language: str, kind: str) -> ResponseReturnValue:
    """Show a mail as programs for mail do: in the words of the address, which name nobody, else in those that stand."""
    place = _place(language, MessageForm.MAIL, kind)
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        standing = words_at(site.message_words, place) or built_in(place)
        chosen = ChosenWords(
            request.args.get("body", standing.body), request.args.get("subject", standing.subject)
        )
        if any(faults_at(site, place, chosen, now)):
            abort(400)
    html = compose(example_letter(place, chosen, _setting(site)), "office@example.org", now).get_body(
        ("html",)
    )
    assert html is not None
    answer = Response(html.get_content())
    answer.headers["Content-Security-Policy"] = _FRAME_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _place(language: str, form: str, kind: str) -> Place:
    if language not in LANGUAGES or form not in list(MessageForm) or kind not in KINDS:
        abort(404)
    return Place(language, MessageForm(form), kind)


def _line(site: Site, language: str, kind: str) -> Line:
    forms = tuple(
        (
            name,
            url_for("message_words.words", language=language, form=form.value, kind=kind),
            words_at(site.message_words, Place(language, form, kind)) is not None,
        )
        for form, name in _FORMS.items()
    )
    return Line(KIND_WORDS[MessageKind(kind)], forms)


def _entered(place: Place) -> WordsForm:
    return _fitting(place, WordsForm(request.form))


def _filled(place: Place, chosen: ChosenWords) -> WordsForm:
    return _fitting(place, WordsForm(None, data={"subject": chosen.subject, "body": chosen.body}))


def _fitting(place: Place, form: WordsForm) -> WordsForm:
    if place.form is MessageForm.TEXT:
        del form.subject
    return form


def _saved(site: Site, place: Place, chosen: ChosenWords | None) -> ResponseReturnValue:
    own = None if chosen == built_in(place) else chosen
    command = ChangeMessageWords(site.id, place, own, key_sent())
    outcome = change_message_words(command, actor(), current_clock())
    if own is None:
        done = said("The built-in words hold from now on; what was sent stays as it was.")
    else:
        done = said("Saved. Messages say it from now on; what was sent stays as it was.")
    _tell(outcome, done)
    return redirect(request.path, 303)


def _tell(outcome: SiteChosen | Refused | NotAllowed, done: str) -> None:
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(done, "good")


def _setting(site: Site) -> Setting:
    now = current_clock().now()
    public_url = current_app.extensions["trellis_settings"].public_url
    return Setting(site, now, public_url) if public_url else Setting(site, now)


def _page(site: Site, place: Place, form: WordsForm, chosen: ChosenWords | None) -> str:
    wrong = faults(form) if form.errors else []
    return render_template(
        "message_words_of_one.html",
        site=site,
        form=form,
        faults=wrong,
        name=KIND_WORDS[MessageKind(place.kind)],
        what=_FORMS[place.form],
        language=LANGUAGES[place.language],
        is_mail=place.form is MessageForm.MAIL,
        places=places_of(place),
        needed=needed_at(place),
        is_own=words_at(site.message_words, place) is not None,
        example=None if chosen is None else _example(site, place, chosen),
        most_segments=MOST_SEGMENTS,
    )


def _example(site: Site, place: Place, chosen: ChosenWords) -> Example:
    setting = _setting(site)
    letter = example_letter(place, chosen, setting)
    if place.form is MessageForm.TEXT:
        text = compose_short(letter)
        return Example(text, "", len(text), segments_of(place, chosen, setting))
    plain = compose(letter, "office@example.org", setting.now).get_body(("plain",))
    assert plain is not None
    shown_at = url_for(
        "message_words.shown",
        language=place.language,
        kind=place.kind,
        subject=chosen.subject,
        body=chosen.body,
    )
    return Example(plain.get_content(), shown_at, 0, 0)
