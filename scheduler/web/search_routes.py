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
from scheduler.web.retelling import as_read
from scheduler.web.speech import later, mark, said
from scheduler.web.words import birthday_words, day_words, moment_in, role_words

pages = Blueprint("search", __name__)

MOST_OF_A_KIND = 12
"""More of one kind help nobody: a word more finds the right one."""


class EverythingForm(PostedForm):
    """What is looked for, whatever it is."""

    wanted = StringField(
        later("What are you looking for?"),
        [Length(max=LONGEST_LINE, message=later("Enter fewer characters"))],
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
    """A page by its name, a marked sentence, and by what people call it."""

    name: str
    endpoint: str
    permission: Permission
    called: str = ""


_PAGES = (
    _PlaceToGo(mark("New patient"), "patient_details.new", Permission.KEEP_PATIENT, "add enter register"),
    _PlaceToGo(
        mark("Not confirmed"), "unconfirmed.unconfirmed", Permission.SEE_CONFLICTS, "unconfirmed confirm"
    ),
    _PlaceToGo(
        mark("Waiting list"), "waiting.waiting", Permission.KEEP_WAITING_LIST, "wait backfill free earlier"
    ),
    _PlaceToGo(mark("Conflicts"), "conflicts.conflicts", Permission.SEE_CONFLICTS, "inbox problems calls"),
    _PlaceToGo(mark("Groups"), "cohorts.groups", Permission.SEE_COHORTS, "cohorts"),
    _PlaceToGo(mark("Staff"), "staff.staff", Permission.SEE_STAFF, "people hours time off holidays roles"),
    _PlaceToGo(mark("Places"), "places.places", Permission.CHANGE_PLACES, "rooms closures site"),
    _PlaceToGo(
        mark("Times of reminders"),
        "reminder_times.times",
        Permission.CHANGE_REMINDER_TIMES,
        "messages settings",
    ),
    _PlaceToGo(
        mark("Words in calendars"), "calendar_words.words", Permission.CHANGE_CALENDAR_WORDS, "codes feeds"
    ),
    _PlaceToGo(
        mark("Insights"), "insights.insights", Permission.SEE_INSIGHTS, "figures reports statistics csv"
    ),
    _PlaceToGo(mark("Rules"), "rules.rules", Permission.SEE_RULES, "limits"),
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
    return Kind(said(title), found[:MOST_OF_A_KIND], len(found) > MOST_OF_A_KIND)


def _patients(wanted: str, site: Site) -> Iterator[Hit]:
    asked = replace(search_within_reach(actor(), site, wanted), limit=MOST_OF_A_KIND + 1)
    for one in patient_lines(asked, current_clock().now()):
        beside = said("born %(day)s", day=birthday_words(one.birth_date))
        if one.next_visit:
            at = moment_in(one.next_visit, site.zone)
            beside += said(", next visit %(time)s", time=at)
        yield Hit(one.name, url_for("patients.patient", patient=one.id), beside)


def _groups(wanted: str, site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.SEE_COHORTS) and actor().staff is None:
        for one in cohorts(site.id):
            if _fits(wanted, one.name):
                yield Hit(
                    one.name,
                    url_for("cohorts.group", cohort=one.id),
                    said("%(number)s in the group", number=len(one.members)),
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
                yield Hit(one.name, url_for("places.places") + f"#room-{one.id}", said("room"))


def _days(wanted: str, site: Site) -> Iterator[Hit]:
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        return
    if 2000 <= day.year <= 2200:
        yield Hit(day_words(day), url_for("day.day", day=day), said("the day at %(site)s", site=site.name))


def _rules(wanted: str, _site: Site) -> Iterator[Hit]:
    if may(actor(), Permission.SEE_RULES):
        for rule in CATALOGUE:
            title = str(as_read(rule.title))
            if _fits(wanted, f"{rule.id} {rule.title} {title}"):
                yield Hit(title, url_for("rules.rules") + f"#{rule.id}", rule.id)


def _pages(wanted: str, _site: Site) -> Iterator[Hit]:
    for page in _PAGES:
        name = said(page.name)
        if may(actor(), page.permission) and _fits(wanted, f"{name} {page.name} {page.called}"):
            yield Hit(name, url_for(page.endpoint), said("page"))


_RULES = mark("Rules")

_KINDS: dict[str, Callable[[str, Site], Iterator[Hit]]] = {
    mark("Patients"): _patients,
    mark("Groups"): _groups,
    mark("Days"): _days,
    mark("Staff"): _staff,
    mark("Rooms"): _rooms,
    mark("Pages"): _pages,
    _RULES: _rules,
}


def _fits(wanted: str, text: str) -> bool:
    """Say whether a text has every word that is wanted, whatever its case, at the beginning of one of its own."""
    words = text.casefold().split()
    return all(any(word.startswith(asked) for word in words) for asked in wanted.casefold().split())
