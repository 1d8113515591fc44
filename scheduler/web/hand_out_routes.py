"""The dates of a series to hand out on paper or by e-mail: in the patient's language, and as neutral as a message."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import series_within_reach
from scheduler.config import Settings
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Patient
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.feeds.subscriptions import AlreadyMade, SubscriptionRequest, make_subscription
from scheduler.reminders.own_plan import OwnPlan, PlanVisit, own_plan
from scheduler.reminders.send_again import SendAgain, SentAgain, send_again
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.own_spoken import own_words
from scheduler.reminders.words.spoken import spoken
from scheduler.store.reminders import confirmations_of
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.link_words import asking_to_call
from scheduler.web.own_advice import advice_of
from scheduler.web.speech import manner, said
from scheduler.web.subscription_routes import ShownAddress
from scheduler.web.words import refused_words

pages = Blueprint("hand_out", __name__)


@dataclass(frozen=True, slots=True)
class HandOutLine:
    """One visit as it is handed out: when, whether the patient is called, and what it asks, never what it is."""

    when: str
    by_phone: bool
    advice: tuple[str, ...]


@pages.get("/series/<series>/hand-out")
@needs(Permission.SEE_PATIENTS)
def hand_out(series: str) -> ResponseReturnValue:
    """Show the sheet."""
    return _sheet(*_found(series))


@pages.post("/series/<series>/hand-out/calendar")
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def with_calendar(series: str) -> ResponseReturnValue:
    """Make an address of the patient's calendar, and show the sheet with it: this once."""
    found, patient = _found(series)
    settings: Settings = current_app.extensions["trellis_settings"]
    wanted = SubscriptionRequest(
        SubscriptionKind.PATIENT,
        patient.id,
        settings.public_url,
        name="Hand-out",
        idempotency_key=key_sent(),
    )
    outcome = make_subscription(wanted, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused | AlreadyMade):
        why = (
            refused_words(outcome)
            if isinstance(outcome, Refused)
            else said("It was made, and shown once. Make another.")
        )
        flash(why, "missing")
        return redirect(url_for("hand_out.hand_out", series=found.id), 303)
    return _sheet(found, patient, ShownAddress(outcome))


@pages.post("/series/<series>/hand-out/send")
@needs(Permission.BOOK_SERIES)
def send(series: str) -> ResponseReturnValue:
    """Send the dates by e-mail once more."""
    found, _ = _found(series)
    number = request.form.get("number", "")
    if not number.isdecimal():
        abort(400)
    outcome = send_again(SendAgain(found.id, int(number)), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, SentAgain):
        flash(said("On its way: the dates are sent by e-mail."), "good")
    else:
        flash(refused_words(outcome), "missing")
    return redirect(url_for("hand_out.hand_out", series=found.id), 303)


def _found(series: str) -> tuple[Series, Patient]:
    with reading():
        found, patient = series_within_reach(actor(), series)
    if patient.stands_for_cohort:
        raise NotFound("a group is nobody to hand anything to; each member has dates of their own")
    return found, patient


def _sheet(series: Series, patient: Patient, address: ShownAddress | None = None) -> str:
    plan = own_plan(patient.id, current_clock())
    language = spoken(patient.language, plan.site.language)
    words = own_words(language)
    visits = [one for one in plan.ahead if one.stands and one.visit.series == series.id]
    with reading():
        number = len(confirmations_of(series.id))
    return render_template(
        "hand_out.html",
        lines=[_line(one, plan, language) for one in visits],
        site=plan.site,
        language=language,
        language_here=manner().language,
        words=words.plan,
        choice_words=words.choices,
        page_words=language.page,
        ask=lambda sentence: asking_to_call(sentence, plan.site.phone, language.page),
        urgent=plan.site.urgent_help,
        urgent_word=words.door.urgent,
        back=series.id,
        number=number,
        address=address,
        may_send=may(actor(), Permission.BOOK_SERIES),
        may_give_calendar=may(actor(), Permission.MANAGE_SUBSCRIPTIONS),
    )


def _line(one: PlanVisit, plan: OwnPlan, language: Language) -> HandOutLine:
    by_phone = one.visit.kind is StepKind.CONTACT
    zone = (plan.patient.zone or plan.site.zone) if by_phone else plan.site.zone
    return HandOutLine(
        when=language.moment(one.visit.start, zone), by_phone=by_phone, advice=advice_of(one, zone, language)
    )
