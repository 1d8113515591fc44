"""One box for everything: patients, groups, people of the staff, rooms, days, rules and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from scheduler.access.permissions import Permission, may
from scheduler.booking.reach import search_within_reach, site_of
from scheduler.domain.places import Site
from scheduler.rules.catalogue import CATALOGUE
from scheduler.store import clinic
from scheduler.store.cohorts import cohorts
from scheduler.store.glances import patient_lines
from scheduler.store.work import reading
from scheduler.web.forms import LONGEST_LINE, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.words import birthday_words, day_words, moment_in, role_words

pages = Blueprint("search", __name__)

MOST_OF_A_KIND = 12
"""More of one kind help nobody: a word more finds the right one."""


class EverythingForm(PostedForm):
    """What is looked for, whatever it is."""

    wanted = StringField(
        "What are you looking for?", [Length(max=LONGEST_LINE, message="Enter fewer characters")]
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, where it is, and what tells it from the next."""

    name: str
    address: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """The hits of one kind; `more` says that there are others."""

    title: str
    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _PlaceToGo:
    """A page by its name and by what people call it."""

    name: str
    endpoint: str
    permission: Permission
    called: str = ""


_PAGES = (
    _PlaceToGo("New patient", "patient_details.new", Permission.KEEP_PATIENT, "add enter register"),
    _PlaceToGo("Not confirmed", "unconfirmed.unconfirmed", Permission.SEE_CONFLICTS, "unconfirmed confirm"),
    _PlaceToGo("Waiting list", "waiting.waiting", Permission.KEEP_WAITING_LIST, "wait backfill free earlier"),
    _PlaceToGo("Conflicts", "conflicts.conflicts", Permission.SEE_CONFLICTS, "inbox problems calls"),
    _PlaceToGo("Groups", "cohorts.groups", Permission.SEE_COHORTS, "cohorts"),
    _PlaceToGo("Staff", "staff.staff", Permission.SEE_STAFF, "people hours time off holidays roles"),
    _PlaceToGo("Places", "places.places", Permission.CHANGE_PLACES, "rooms closures site"),
    _PlaceToGo(
        "Times of reminders", "reminder_times.times", Permission.CHANGE_REMINDER_TIMES, "messages settings"
    ),
    _PlaceToGo("Words in calendars", "calendar_words.words", Permission.CHANGE_CALENDAR_WORDS, "codes feeds"),
    _PlaceToGo("Insights", "insights.insights", Permission.SEE_INSIGHTS, "figures reports statistics csv"),
    _PlaceToGo("Rules", "rules.rules", Permission.SEE_RULES, "limits"),
)


# It is posted: a name or a birthday in an address would end in histories and logs.
@pages.route("/search", methods=["GET", "POST"])
@needs(Permission.SEE_PATIENTS)
def search() -> ResponseReturnValue:
    """Find what is asked for; the only thing found is opened at once."""
    form = EverythingForm()
    if request.method != "POST":
        return _page(form, ())
    if not form.validate():
        return _page(form, ()), 422
    wanted = " ".join((form.wanted.data or "").split())
    with reading():
        site = site_of(actor())
        found = [_kind(title, find(wanted, site)) for title, find in _KINDS.items()] if wanted else []
    kinds = tuple(kind for kind in found if kind.hits)
    hits = [hit for kind in kinds for hit in kind.hits]
    if len(hits) == 1:
        return redirect(hits[0].address, 303)
    return _page(form, kinds)


def _page(form: EverythingForm, kinds: tuple[Kind, ...]) -> str:
    return render_template(
        "search.html",
        form=form,
        faults=faults(form) if form.errors else [],
        kinds=kinds,
        asked=request.method == "POST",
    )


def _kind(title: str, hits: Iterator[Hit]) -> Kind:
    found = tuple(hits)
    return Kind(title, found[:MOST_OF_A_KIND], len(found) > MOST_OF_A_KIND)


def _patients(wanted: str, site: Site) -> Iterator[Hit]:
    asked = replace(search_within_reach(actor(), site, wanted), limit=MOST_OF_A_KIND + 1)
    for one in patient_lines(asked, current_clock().now()):
        ahead = f", next visit {moment_in(one.next_visit, site.zone)}" if one.next_visit else ""
        born = f"born {birthday_words(one.birth_date)}"
        yield Hit(one.name, url_for("patients.patient", patient=one.id), born + ahead)


def _groups(wanted: str, site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.SEE_COHORTS) and actor().staff is None:
        for one in cohorts(site.id):
            if _fits(wanted, one.name):
                yield Hit(
                    one.name, url_for("cohorts.group", cohort=one.id), f"{len(one.members)} in the group"
                )


def _staff(wanted: str, site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.SEE_STAFF):
        for one in sorted(clinic.staff(site.id), key=lambda person: person.name):
            roles = ", ".join(sorted(role_words(role) for role in one.roles))
            if _fits(wanted, f"{one.name} {roles}"):
                yield Hit(one.name, url_for("staff.person", person=one.id), roles)


def _rooms(wanted: str, site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.CHANGE_PLACES):
        for one in clinic.rooms(site.id):
            if _fits(wanted, one.name):
                yield Hit(one.name, url_for("places.places") + f"#room-{one.id}", "room")


def _days(wanted: str, site: Site) -> Iterator[Hit]:
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        return
    if 2000 <= day.year <= 2200:
        yield Hit(day_words(day), url_for("day.day", day=day), f"the day at {site.name}")


def _rules(wanted: str, _site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.SEE_RULES):
        for rule in CATALOGUE:
            if _fits(wanted, f"{rule.id} {rule.title}"):
                yield Hit(rule.title, url_for("rules.rules") + f"#{rule.id}", rule.id)


def _pages(wanted: str, _site: Site) -> Iterator[Hit]:
    for page in _PAGES:
        if may(actor(), page.permission) and _fits(wanted, f"{page.name} {page.called}"):
            yield Hit(page.name, url_for(page.endpoint), "page")


_KINDS: dict[str, Callable[[str, Site], Iterator[Hit]]] = {
    "Patients": _patients,
    "Groups": _groups,
    "Days": _days,
    "Staff": _staff,
    "Rooms": _rooms,
    "Pages": _pages,
    "Rules": _rules,
}


def _fits(wanted: str, text: str) -> bool:
    """Say whether a text has every word that is wanted, whatever its case, at the beginning of one of its own."""
    words = text.casefold().split()
    return all(any(word.startswith(asked) for word in words) for asked in wanted.casefold().split())
