"""The patient's own pages behind the second factor: the plan, an answer to each visit, a file for the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.domain.answers import ANSWERS_BY, Answer, AnswerWay
from scheduler.domain.placeholders import filled
from scheduler.domain.treatment import StepKind
from scheduler.feeds.single_visit import visit_as_file
from scheduler.reminders.answer_links import mark_of
from scheduler.reminders.own_door import close_own_pages
from scheduler.reminders.own_plan import AnswerOnOwnPage, OwnPlan, PlanVisit, answer_on_own_page, own_plan
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.own_pages import PlanWords
from scheduler.reminders.words.own_spoken import own_words
from scheduler.reminders.words.spoken import spoken
from scheduler.store.work import reading
from scheduler.web.feed_routes import CALENDAR_TYPE
from scheduler.web.identity import current_clock
from scheduler.web.link_words import asking_to_call, buttons_for, on_file
from scheduler.web.own_advice import advice_of
from scheduler.web.own_session import (
    browsers_language,
    guard_pages,
    note_page,
    seal,
    showing,
    take_cookie,
    urgent_help_at,
)

pages = Blueprint("own", __name__, url_prefix="/own")
guard_pages(pages)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One visit as the page tells it; `advice` are sentences, `key` names the visit on this page alone."""

    key: str
    when: str
    what: str
    therapist: str
    stands: bool
    is_over: bool
    by_phone: bool
    advice: tuple[str, ...]
    said: str
    waits: bool
    seen: str
    buttons: tuple[tuple[str, str], ...]
    offered: tuple[tuple[str, str], ...]
    offered_until: str


@pages.get("")
def plan() -> ResponseReturnValue:
    """Show the plan; whoever fetches it changes nothing."""
    found = own_plan(showing().opening.patient, current_clock())
    language = _language_of(found)
    words = own_words(language)
    following = found.next
    return render_template(
        "own_plan.html",
        following=None if following is None else _line(following, found, language),
        ahead=[_line(one, found, language) for one in found.ahead if one is not following],
        news=words.plan.offer_news.get(request.args.get("news", ""), ""),
        past=[_line(one, found, language) for one in reversed(found.past)],
        site=found.site,
        language=language,
        words=words.plan,
        plan_words=words.plan,
        choice_words=words.choices,
        page_words=language.page,
        ask=lambda sentence: asking_to_call(sentence, found.site.phone, language.page),
        seal=seal(),
        urgent=found.site.urgent_help,
        urgent_word=words.door.urgent,
    )


@pages.post("/answer")
def answer() -> ResponseReturnValue:
    """Take an answer to one visit; then show what is on file."""
    # A button says all three, so that a long plan need not repeat a form for every visit.
    value, chosen, seen = (request.form.get("answer", "").split(" ") + ["", ""])[:3]
    try:
        given = Answer(value)
    except ValueError:
        abort(400)
    if given not in ANSWERS_BY[AnswerWay.LINK]:
        abort(400)
    patient = showing().opening.patient
    found = own_plan(patient, current_clock())
    # What was moved or called off since the page was shown is no longer there under this key: the page says how it is.
    for one in found.ahead:
        if one.asked is not None and key_of(one) == chosen:
            answer_on_own_page(AnswerOnOwnPage(patient, one.asked, given, seen), current_clock())
            return redirect(f"{url_for('own.plan')}#{chosen}", 303)
    return redirect(url_for("own.plan"), 303)


@pages.get("/<key>/appointment.ics")
def visit_file(key: str) -> ResponseReturnValue:
    """Hand a visit out as a file, in the words of the patient's own calendar."""
    found = own_plan(showing().opening.patient, current_clock())
    with reading():
        written = next((visit_as_file(one.visit.id) for one in found.ahead if key_of(one) == key), None)
    if written is None:
        abort(404)
    headers = {
        "Content-Type": CALENDAR_TYPE,
        "Content-Disposition": 'attachment; filename="appointment.ics"',
        "Cache-Control": "no-store",
    }
    return Response(written, headers=headers)


@pages.post("/done")
def done() -> ResponseReturnValue:
    """Close the pages, in this browser and wherever else its cookie went."""
    close_own_pages(showing().name, current_clock())
    g.own_is_done = True
    language = browsers_language()
    urgent = urgent_help_at(showing().opening.site)
    response = make_response(note_page(own_words(language).door.closed, language, 200, urgent))
    take_cookie(response)
    return response


def _language_of(found: OwnPlan) -> Language:
    return spoken(found.patient.language, found.site.language)


def _line(one: PlanVisit, found: OwnPlan, language: Language) -> PlanLine:
    words, asked = own_words(language).plan, one.asked
    by_phone = one.visit.kind is StepKind.CONTACT
    zone = (found.patient.zone or found.site.zone) if by_phone else found.site.zone
    answered = asked.answer if asked is not None else None
    return PlanLine(
        key=key_of(one),
        when=language.moment(one.visit.start, zone),
        what=_what(one, words),
        therapist=filled(words.therapist, {"name": one.therapist}) if one.therapist else "",
        stands=one.stands,
        is_over=one.visit.is_over_at(current_clock().now()),
        by_phone=by_phone,
        advice=advice_of(one, zone, language) if one.stands else (),
        said="" if asked is None else on_file(asked, language.page),
        waits=answered is not None and answered.waits,
        seen=mark_of(answered),
        buttons=() if asked is None else buttons_for(asked, language.page),
        offered=tuple(
            (f"{key_of(one)} {number}", filled(words.take_time, {"time": language.moment(time.start, zone)}))
            for number, time in (one.offer.left if one.offer else ())
        ),
        offered_until=_until(one, zone, language),
    )


def _until(one: PlanVisit, zone: str, language: Language) -> str:
    """Return until when one of the offered times may be chosen, as a sentence."""
    if one.offer is None:
        return ""
    return filled(
        own_words(language).plan.offered_until, {"time": language.moment(one.offer.expires_at, zone)}
    )


def _what(one: PlanVisit, words: PlanWords) -> str:
    kind = words.kinds[one.visit.kind]
    if one.position is None:
        return kind
    number, total = one.position
    return f"{kind} {filled(words.position, {'number': str(number), 'total': str(total)})}"


def key_of(one: PlanVisit) -> str:
    """Return a name for a visit at its time that means something to this opening alone."""
    return "v" + sha256(f"{showing().name} {one.visit.id} {one.visit.start}".encode()).hexdigest()[:12]
