"""What patients choose on their own pages: consent to mails and texts, their language, and their calendar."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import Settings
from scheduler.domain.contact import Category, ContactWay
from scheduler.domain.placeholders import filled
from scheduler.feeds.subscriptions import AlreadyMade
from scheduler.reminders.own_choices import (
    OwnChoices,
    TooMany,
    choose_by_link,
    make_own_calendar,
    own_choices,
)
from scheduler.reminders.record_contact import RecordContact
from scheduler.reminders.words.own_pages import ChoiceWords
from scheduler.reminders.words.own_spoken import NAMES_OF_LANGUAGES, own_words
from scheduler.reminders.words.spoken import LANGUAGES, spoken
from scheduler.web.contact_routes import WANTED
from scheduler.web.form_keys import key_sent
from scheduler.web.identity import current_clock
from scheduler.web.own_session import guard_pages, seal, showing

pages = Blueprint("own_choices", __name__, url_prefix="/own")
guard_pages(pages)


@pages.get("/choices")
def choices() -> ResponseReturnValue:
    """Show what holds; whoever fetches it changes nothing."""
    return _page(own_choices(showing().opening.patient), is_saved="saved" in request.args)


@pages.post("/choices")
def keep() -> ResponseReturnValue:
    """Keep what was chosen, and show it."""
    found = own_choices(showing().opening.patient)
    sent, language = request.form.getlist("wanted"), request.form.get("language", "")
    first = request.form.get("first", found.first.value)
    if not set(sent) <= WANTED.keys() or first not in list(ContactWay) or language not in LANGUAGES:
        abort(400)
    # Left as the page was, nothing is chosen: what is on file stays, be it the site's or one that there are no words in.
    as_shown = language == spoken(found.patient.language, found.site.language).code
    kept = found.patient.language if as_shown else language
    wanted = frozenset(WANTED[one] for one in sent)
    choose_by_link(RecordContact(found.patient.id, ContactWay(first), wanted, kept), current_clock())
    return redirect(url_for("own_choices.choices", saved=""), 303)


@pages.post("/calendar")
def calendar() -> ResponseReturnValue:
    """Make an address for the patient's calendar and show it: it is nowhere but in this answer."""
    found = own_choices(showing().opening.patient)
    settings: Settings = current_app.extensions["trellis_settings"]
    made = make_own_calendar(found.patient.id, settings.public_url, key_sent(), current_clock())
    language = spoken(found.patient.language, found.site.language)
    words = own_words(language).choices
    problem = {TooMany: words.too_many, AlreadyMade: words.made_already}.get(type(made), "")
    address = made if isinstance(made, str) else ""
    return render_template(
        "own_calendar.html",
        address=address,
        webcal=f"webcal://{address.partition('://')[2]}",
        problem=problem,
        language=language,
        words=words,
        plan_words=own_words(language).plan,
        seal=seal(),
        urgent=found.site.urgent_help,
        urgent_word=own_words(language).door.urgent,
    )


def _page(found: OwnChoices, *, is_saved: bool) -> str:
    language = spoken(found.patient.language, found.site.language)
    words = own_words(language)
    return render_template(
        "own_choices.html",
        ways=[(one, _said(one.way, one.address, words.choices)) for one in found.ways],
        may_choose_first=all(one.address for one in found.ways),
        categories=(
            (Category.APPOINTMENTS, words.choices.appointments),
            (Category.REMINDERS, words.choices.reminders),
        ),
        first=found.first,
        languages=NAMES_OF_LANGUAGES,
        is_saved=is_saved,
        site=found.site,
        language=language,
        words=words.choices,
        plan_words=words.plan,
        seal=seal(),
        urgent=found.site.urgent_help,
        urgent_word=words.door.urgent,
    )


def _said(way: ContactWay, address: str, words: ChoiceWords) -> str:
    by_mail = way is ContactWay.EMAIL
    if not address:
        return words.no_mail if by_mail else words.no_text
    return filled(words.by_mail if by_mail else words.by_text, {"address": address})
