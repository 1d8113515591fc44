"""The staff: who works here, and one person's hours, time off, credentials and roles, with what a change would break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.change_staff import change_staff, preview_change_staff
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.reach import site_of
from scheduler.domain.clock import local_day
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.facts import Facts
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.domain.places import Site
from scheduler.domain.staff_changes import (
    CredentialRecorded,
    CredentialWithdrawn,
    HoursChanged,
    StaffChange,
    TimeOffAdded,
    TimeOffRemoved,
)
from scheduler.store.busy_sources import busy_sources_of, times_of
from scheduler.store.site_facts import facts_of
from scheduler.store.work import reading
from scheduler.web.busy_routes import SourceLine, told
from scheduler.web.credential_words import credential_words, serving_words
from scheduler.web.fact_forms import (
    CredentialForm,
    RolesForm,
    StretchForm,
    roles_as_chosen,
    today_first,
)
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.hours_forms import HoursForm, hours_form, later_hours
from scheduler.web.identity import current_clock
from scheduler.web.saving_facts import Saving, shown_or_saved
from scheduler.web.speech import said
from scheduler.web.week_drawing import week_of_person
from scheduler.web.words import absence_in, and_words, day_words, role_words, zone_words

pages = Blueprint("staff", __name__)


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person in the list: `away` in words when they are away now or next, `expired` the credentials that are."""

    person: StaffMember
    away: str
    expired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """One credential: what it is, until when in words, and whether it is over."""

    kind: str
    name: str
    until: str
    is_over: bool


@dataclass(frozen=True)
class _Forms:
    """The forms on one person's page, with what was entered in the one that was sent."""

    time_off: StretchForm
    hours: HoursForm
    credential: CredentialForm
    roles: RolesForm


@pages.get("/staff")
@needs(Permission.SEE_STAFF)
def staff() -> ResponseReturnValue:
    """List the staff of the site by name."""
    now = current_clock().now()
    with reading():
        facts = facts_of(site_of(actor()).id)
    people = sorted(facts.staff.values(), key=lambda person: (person.name, person.id))
    lines = [_line(person, facts.site, now) for person in people]
    return render_template("staff.html", lines=lines, site=facts.site)


@pages.get("/staff/<person>")
@needs(Permission.SEE_STAFF)
def person(person: str) -> ResponseReturnValue:
    """Show one person."""
    facts, found = _found(person)
    return _page(facts, found, _forms(facts, found)), 200


@pages.post("/staff/<person>/time-off")
@needs(Permission.RECORD_ABSENCE)
def add_time_off(person: str) -> ResponseReturnValue:
    """Note that somebody is away."""
    facts, found = _found(person)
    forms = _forms(facts, found, "time_off")
    if not forms.time_off.validate():
        return _page(facts, found, forms, forms.time_off), 422
    time = forms.time_off.interval(facts.site.zone)
    what = said("%(name)s is away %(time)s", name=found.name, time=absence_in(time, facts.site.zone))
    return _answer(facts, TimeOffAdded(person, time), what)


@pages.post("/staff/<person>/back")
@needs(Permission.RECORD_ABSENCE)
def remove_time_off(person: str) -> ResponseReturnValue:
    """Note that somebody is not away after all."""
    facts, found = _found(person)
    try:
        time = Interval(*(datetime.fromisoformat(request.form.get(name, "")) for name in ("start", "end")))
    except (ValueError, InvalidValue):
        abort(400)
    what = said("%(name)s is back %(time)s", name=found.name, time=absence_in(time, facts.site.zone))
    return _answer(facts, TimeOffRemoved(person, time), what)


@pages.post("/staff/<person>/hours")
@needs(Permission.CHANGE_STAFF)
def change_hours(person: str) -> ResponseReturnValue:
    """Change somebody's weekly hours, from a day on or for a time."""
    facts, found = _found(person)
    forms = _forms(facts, found, "hours")
    if not forms.hours.validate():
        return _page(facts, found, forms, forms.hours), 422
    what = said("%(name)s works other hours %(days)s", name=found.name, days=forms.hours.when_in_words())
    return _answer(facts, HoursChanged(person, forms.hours.change()), what)


@pages.post("/staff/<person>/credentials")
@needs(Permission.CHANGE_STAFF)
def record_credential(person: str) -> ResponseReturnValue:
    """Note a credential, or its new last day."""
    facts, found = _found(person)
    forms = _forms(facts, found, "credential")
    if not forms.credential.validate():
        return _page(facts, found, forms, forms.credential), 422
    held = forms.credential.credential()
    credential = credential_words(held.kind)
    if held.valid_until:
        what = said(
            "%(name)s holds %(credential)s through %(day)s",
            name=found.name,
            credential=credential,
            day=day_words(held.valid_until),
        )
    else:
        what = said(
            "%(name)s holds %(credential)s without a last day", name=found.name, credential=credential
        )
    return _answer(facts, CredentialRecorded(person, held), what)


@pages.post("/staff/<person>/credentials/withdraw")
@needs(Permission.CHANGE_STAFF)
def withdraw_credential(person: str) -> ResponseReturnValue:
    """Note that somebody does not hold a credential any more."""
    facts, found = _found(person)
    kind = request.form.get("kind", "")
    what = said(
        "%(name)s does not hold %(credential)s any more", name=found.name, credential=credential_words(kind)
    )
    return _answer(facts, CredentialWithdrawn(person, kind), what)


@pages.post("/staff/<person>/roles")
@needs(Permission.CHANGE_STAFF)
def change_roles(person: str) -> ResponseReturnValue:
    """Let somebody serve in other roles, or for more or fewer patients at once."""
    facts, found = _found(person)
    forms = _forms(facts, found, "roles")
    if not forms.roles.validate():
        return _page(facts, found, forms, forms.roles), 422
    change = forms.roles.change(person)
    names = sorted(serving_words(role) for role in change.roles)
    what = said("%(name)s serves as %(roles)s", name=found.name, roles=and_words(names))
    return _answer(facts, change, what)


def _answer(facts: Facts, change: StaffChange, what: str) -> ResponseReturnValue:
    wanted: ChangeOfFacts[StaffChange] = ChangeOfFacts(facts.site.id, change)
    back = url_for("staff.person", person=change.person)
    return shown_or_saved(Saving(wanted, preview_change_staff, change_staff, what, back))


def _found(person: str) -> tuple[Facts, StaffMember]:
    with reading():
        facts = facts_of(site_of(actor()).id)
    if person not in facts.staff:
        raise NotFound("nobody of this id works here")
    return facts, facts.staff[person]


def _forms(facts: Facts, person: StaffMember, sent: str = "") -> _Forms:
    """Return the forms; what was entered goes into the one that was sent, and the others begin as ever."""
    today = local_day(current_clock().now(), facts.site.zone)
    kinds = {held.kind for one in facts.staff.values() for held in one.credentials}
    entered = {sent: request.form}
    return _Forms(
        StretchForm(entered.get("time_off"), data=today_first(today)),
        hours_form(HoursForm, person.hours, today, is_sent=sent == "hours"),
        CredentialForm(entered.get("credential")).offer(kinds),
        RolesForm(entered.get("roles"), data=roles_as_chosen(person)).offer(
            {role.value: role_words(role) for role in Role}
        ),
    )


def _page(
    facts: Facts,
    person: StaffMember,
    forms: _Forms,
    wrong: StretchForm | HoursForm | CredentialForm | RolesForm | None = None,
) -> str:
    now = current_clock().now()
    today = local_day(now, facts.site.zone)
    week = week_of_person(person, facts.site, now)
    return render_template(
        "staff_member.html",
        person=person,
        site=facts.site,
        forms=forms,
        faults=faults(wrong) if wrong is not None else [],
        away=[time for time in person.time_off if time.end > now],
        credentials=[
            _credential(held, today) for held in sorted(person.credentials, key=lambda one: one.kind)
        ],
        week=week,
        zone_name=zone_words(today, facts.site.zone),
        calendars=_calendars(person, facts.site, now),
        later=later_hours(week),
        may_absence=may(actor(), Permission.RECORD_ABSENCE),
        may_change=may(actor(), Permission.CHANGE_STAFF),
    )


def _calendars(person: StaffMember, site: Site, now: datetime) -> list[SourceLine]:
    with reading():
        return [
            told(source, len(times_of(source).found), site.zone, now) for source in busy_sources_of(person.id)
        ]


def _line(person: StaffMember, site: Site, now: datetime) -> StaffLine:
    ahead = sorted(time for time in person.time_off if time.end > now)
    today = local_day(now, site.zone)
    lines = [_credential(held, today) for held in person.credentials]
    return StaffLine(
        person,
        absence_in(ahead[0], site.zone) if ahead else "",
        tuple(line.name for line in lines if line.is_over),
    )


def _credential(held: Credential, today: date) -> CredentialLine:
    name = credential_words(held.kind)
    until = _through(held.valid_until) if held.valid_until else said("does not expire")
    return CredentialLine(held.kind, name[:1].upper() + name[1:], until, not held.is_valid_on(today))


def _through(day: date) -> str:
    return said("through %(day)s", day=day_words(day))
