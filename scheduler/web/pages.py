"""Gives an application its pages: who is signed in, the guard, the headers, the words, the blueprints, the error pages."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flask import Flask, g, request, url_for
from flask_wtf.csrf import CSRFProtect

from scheduler.access.permissions import Actor, Permission, may
from scheduler.domain.errors import TrellisError
from scheduler.reminders.policy import POLICY
from scheduler.store.answers import waiting_answers
from scheduler.store.conflicts import count_open
from scheduler.store.follow_ups import open_follow_ups
from scheduler.store.series import count_dormant
from scheduler.web import (
    answer_routes,
    board_routes,
    book_for_routes,
    book_routes,
    busy_routes,
    calendar_words_routes,
    cohort_routes,
    conflict_routes,
    contact_routes,
    day_routes,
    escort_routes,
    extend_routes,
    follow_up_routes,
    hand_out_routes,
    hold_routes,
    holiday_routes,
    home_routes,
    insight_routes,
    invitation_routes,
    manner_routes,
    message_words_routes,
    move_routes,
    need_routes,
    offer_routes,
    open_gates_routes,
    own_choice_routes,
    own_door_routes,
    own_offer_routes,
    own_plan_routes,
    patient_details_routes,
    patient_routes,
    place_routes,
    proposal_routes,
    reminder_times_routes,
    replan_routes,
    rules_routes,
    search_routes,
    series_routes,
    setting_routes,
    sign_in_routes,
    staff_routes,
    stay_routes,
    subscription_routes,
    substitute_routes,
    text_routes,
    unconfirmed_routes,
    undo_routes,
    urgent_help_routes,
    version_routes,
    visit_file_routes,
    visit_routes,
    vital_routes,
    waiting_routes,
)
from scheduler.web.board_memory import remember_boards
from scheduler.web.board_shelf import keep_boards
from scheduler.web.call_words import count_calls
from scheduler.web.errors import register_errors
from scheduler.web.form_keys import fresh_key
from scheduler.web.guard import guard
from scheduler.web.headers import add_headers
from scheduler.web.identity import current_clock, register_identity
from scheduler.web.retelling import as_read, retold
from scheduler.web.speech import said, teach_templates
from scheduler.web.words import FILTERS, account_role_words

BLUEPRINTS = (
    home_routes.pages,
    sign_in_routes.pages,
    manner_routes.pages,
    search_routes.pages,
    patient_routes.pages,
    patient_details_routes.pages,
    cohort_routes.pages,
    book_routes.pages,
    book_for_routes.pages,
    proposal_routes.pages,
    series_routes.pages,
    move_routes.pages,
    undo_routes.pages,
    hand_out_routes.pages,
    offer_routes.pages,
    hold_routes.pages,
    replan_routes.pages,
    extend_routes.pages,
    version_routes.pages,
    visit_routes.pages,
    visit_file_routes.pages,
    answer_routes.pages,
    invitation_routes.pages,
    own_door_routes.pages,
    own_plan_routes.pages,
    own_choice_routes.pages,
    own_offer_routes.pages,
    contact_routes.pages,
    escort_routes.pages,
    follow_up_routes.pages,
    vital_routes.pages,
    stay_routes.pages,
    substitute_routes.pages,
    day_routes.pages,
    board_routes.pages,
    need_routes.pages,
    waiting_routes.pages,
    conflict_routes.pages,
    unconfirmed_routes.pages,
    open_gates_routes.pages,
    staff_routes.pages,
    busy_routes.pages,
    subscription_routes.pages,
    place_routes.pages,
    holiday_routes.pages,
    calendar_words_routes.pages,
    insight_routes.pages,
    reminder_times_routes.pages,
    message_words_routes.pages,
    setting_routes.pages,
    urgent_help_routes.pages,
    rules_routes.pages,
    text_routes.pages,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation; `current` is 'page', 'true' (below it) or empty.

    `count` says how much waits there, 0 where nothing does.
    """

    name: str
    address: str
    current: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as the top of every page says it; `role` is empty where the name says it already."""

    name: str
    role: str


def register_pages(app: Flask) -> None:
    """Register everything that the pages need."""
    app.config.update(
        # The form's token lives as long as the session it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        # It would ask for the Referer, which our own policy forbids browsers to send.
        WTF_CSRF_SSL_STRICT=False,
    )
    register_identity(app)
    # The guard runs first: who is not signed in is sent to the sign-in, not told of an expired form.
    app.before_request(guard)
    protection = CSRFProtect(app)
    # Who answers by a link has no session that another site could use: see there.
    protection.exempt(own_door_routes.pages)
    # The patient's own pages seal their forms themselves: their cookie is no session of an account.
    protection.exempt(own_plan_routes.pages)
    protection.exempt(own_choice_routes.pages)
    protection.exempt(own_offer_routes.pages)
    # The provider of texts has none either; it signs what it sends.
    protection.exempt(text_routes.pages)
    app.after_request(add_headers)
    register_errors(app)
    remember_boards(app)
    keep_boards(app)
    app.url_map.converters["day"] = day_routes.DayConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    teach_templates(app)
    app.jinja_env.filters.update(FILTERS, retold=retold, as_read=as_read)
    app.jinja_env.globals.update(
        asset=_asset,
        navigation=_navigation,
        signed_in=_signed_in,
        may_search=_may_search,
        fresh_key=fresh_key,
        # The same wherever a page says how soon patients are told.
        policy=POLICY,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _signed_in() -> SignedIn:
    name, role = g.actor.id, g.actor.role.value
    says_the_same = re.sub(r"[^a-z]+", " ", name.lower()).strip() == role.replace("_", " ")
    told = account_role_words(role)
    return SignedIn(told, "") if says_the_same else SignedIn(name, told)


_OF_PATIENTS: tuple[str, ...] = (
    "patients",
    "patient_details",
    "cohorts",
    "book",
    "book_for",
    "proposals",
    "series",
    "move",
    "undo",
    "offers",
    "replan",
    "extend",
    "versions",
    "visits",
    "stays",
    "substitute",
    "subscriptions.of_patient",
)
"""The rooms of pages, and single pages, that lie beneath the patients in the navigation."""

_OF_PLACES: tuple[str, ...] = (
    "places",
    "holidays",
    "calendar_words",
    "reminder_times",
    "message_words",
    "settings",
    "urgent_help",
    "subscriptions.of_room",
    "subscriptions.of_site",
)


def _navigation() -> list[Entry]:
    """Return the entries that the role of whoever is signed in may use."""
    actor = g.actor
    entries = []
    if may(actor, Permission.SEE_PATIENTS):
        entries.append(_entry(said("Patients"), "patients.patients", _OF_PATIENTS))
    name = said("My day") if may(actor, Permission.SEE_OWN_DAY) else said("Day")
    entries.append(_entry(name, "day.my_day", ("day", "subscriptions.my_own")))
    if may(actor, Permission.SEE_DAY):
        entries.append(_entry(said("Board"), "board.today", ("board",)))
    if may(actor, Permission.SEE_CONFLICTS):
        entries.append(_entry(said("To do"), "needs.to_do", ("needs", "waiting")))
        waiting = _entry(said("Conflicts"), "conflicts.conflicts", ("conflicts", "unconfirmed", "open_gates"))
        entries.append(replace(waiting, count=_count_conflicts(actor)))
    if may(actor, Permission.SEE_STAFF):
        entries.append(_entry(said("Staff"), "staff.staff", ("staff", "busy", "subscriptions.of_person")))
    if may(actor, Permission.CHANGE_PLACES):
        entries.append(_entry(said("Places"), "places.places", _OF_PLACES))
    if may(actor, Permission.SEE_INSIGHTS):
        entries.append(_entry(said("Insights"), "insights.insights", ("insights",)))
    if may(actor, Permission.SEE_RULES):
        entries.append(_entry(said("Rules"), "rules.rules", ("rules",)))
    return entries


def _may_search() -> bool:
    """Say whether whoever is signed in has the box to search by."""
    return may(g.actor, Permission.SEE_PATIENTS)


def _count_conflicts(actor: Actor) -> int:
    try:
        now = current_clock().now()
        people = len(waiting_answers(actor.site, now)) + count_calls(actor.site, now)
        people += len(open_follow_ups(actor.site, now))
        return count_open(actor.site) + count_dormant(actor.site) + people
    except TrellisError:
        # An error page has this navigation too, also when the database is what failed.
        return 0


def _entry(name: str, endpoint: str, beneath: tuple[str, ...]) -> Entry:
    if request.endpoint == endpoint:
        return Entry(name, url_for(endpoint), "page")
    lies_beneath = request.blueprint in beneath or request.endpoint in beneath
    return Entry(name, url_for(endpoint), "true" if lies_beneath else "")


def _asset(name: str) -> str:
    """Return the address of a static file with a fingerprint of its content, so that browsers may keep it."""
    return url_for("static", filename=name, v=_fingerprint(name))


@lru_cache(maxsize=32)
def _fingerprint(name: str) -> str:
    folder = Path(__file__).resolve().parent.parent.parent / "static"
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
