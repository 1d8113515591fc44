"""The groups: the list, making one, and one group with its members, its visits and what is done about them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from scheduler.access.permissions import Permission, may
from scheduler.booking.book_members_visits import (
    BookMembersVisits,
    MembersVisitsBooked,
    book_members_visits,
)
from scheduler.booking.change_cohort import (
    LONGEST_NAME,
    CohortChanged,
    JoinCohort,
    LeaveCohort,
    MakeCohort,
    join_cohort,
    leave_cohort,
    make_cohort,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import cohort_within_reach, own_patients_only, search_within_reach, site_of
from scheduler.domain.cohorts import Cohort
from scheduler.domain.group_terms import Reading
from scheduler.domain.places import Site
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.cohort_file import most_members
from scheduler.store.cohorts import cohorts
from scheduler.store.glances import PatientLine, patient_lines
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import LONGEST_LINE, faults
from scheduler.web.group_view import member_lines
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import later, said
from scheduler.web.visit_rows import Names
from scheduler.web.words import count_words, refused_words

pages = Blueprint("cohorts", __name__)

MOST_FOUND = 12
"""Whoever is looked for is among a dozen, or is looked for with another word."""


class MakeForm(PostedForm):
    """The name of a new group and the protocol that it follows."""

    name = StringField(
        later("Name of the group"),
        [
            InputRequired(later("Enter a name")),
            Length(max=LONGEST_NAME, message=later("Enter a shorter name")),
        ],
    )
    protocol = SelectField(later("Protocol"), [InputRequired(later("Choose a protocol"))])


class FindForm(PostedForm):
    """Part of the name of whoever is to join. It is posted, so that it stays out of every address."""

    wanted = StringField(
        later("Who joins?"),
        [
            InputRequired(later("Enter a name")),
            Length(max=LONGEST_LINE, message=later("Enter fewer characters")),
        ],
    )


class MemberForm(PostedForm):
    """Who joins or leaves, and whether with a high dose."""

    patient = HiddenField(validators=[InputRequired(later("Choose a patient"))])
    high_dose = BooleanField(later("High dose"))


@pages.route("/cohorts", methods=["GET", "POST"])
@needs(Permission.SEE_COHORTS)
def groups() -> ResponseReturnValue:
    """List the groups of the site, and make another."""
    with reading():
        site = site_of(actor())
        titles = {p.key: p.title for p in clinic.protocols() if p.reading is Reading.MEMBER}
        own = own_patients_only(actor())
        found = [one for one in cohorts(site.id) if own is None or _leads(one.series, own)]
    may_change = may(actor(), Permission.CHANGE_COHORTS)
    form = MakeForm()
    form.protocol.choices = list(titles.items())
    if form.is_submitted():
        if not may_change:
            abort(403)
        if form.validate():
            command = MakeCohort(site.id, form.name.data or "", form.protocol.data or "", key_sent())
            outcome = make_cohort(command, actor(), current_clock())
            if isinstance(outcome, CohortChanged):
                flash(said("Made. Let its members join now."), "good")
                return redirect(url_for("cohorts.group", cohort=outcome.cohort.id), 303)
            form.name.errors = [*form.name.errors, _said(outcome)]
    page = render_template(
        "cohorts.html",
        site=site,
        found=found,
        titles=titles,
        form=form,
        faults=faults(form),
        may_change=may_change,
    )
    return page, 422 if form.errors else 200


@pages.get("/cohorts/<cohort>")
@needs(Permission.SEE_COHORTS)
def group(cohort: str) -> ResponseReturnValue:
    """Show one group."""
    return _show(cohort)


# Posted: a name in an address would end in histories and logs.
@pages.post("/cohorts/<cohort>/find")
@needs(Permission.CHANGE_COHORTS)
def find(cohort: str) -> ResponseReturnValue:
    """Show the patients who could join and have a word in their name."""
    return _show(cohort, FindForm())


@pages.post("/cohorts/<cohort>/join")
@needs(Permission.CHANGE_COHORTS)
def join(cohort: str) -> ResponseReturnValue:
    """Let somebody join."""
    found = cohort_within_reach(actor(), cohort)
    form = MemberForm()
    command = JoinCohort(found.id, form.patient.data or "", bool(form.high_dose.data), key_sent())
    return _after(found.id, join_cohort(command, actor(), current_clock()), said("Joined."))


@pages.post("/cohorts/<cohort>/leave")
@needs(Permission.CHANGE_COHORTS)
def leave(cohort: str) -> ResponseReturnValue:
    """Let somebody leave."""
    found = cohort_within_reach(actor(), cohort)
    command = LeaveCohort(found.id, MemberForm().patient.data or "", key_sent())
    return _after(
        found.id, leave_cohort(command, actor(), current_clock()), said("Left. The others moved up.")
    )


@pages.post("/cohorts/<cohort>/own-visits")
@needs(Permission.BOOK_SERIES)
def own_visits(cohort: str) -> ResponseReturnValue:
    """Book the members' own visits around the group's."""
    found = cohort_within_reach(actor(), cohort)
    outcome = book_members_visits(BookMembersVisits(found.id, key_sent()), actor(), current_clock())
    if isinstance(outcome, MembersVisitsBooked):
        if not outcome.visits:
            return _after(found.id, outcome, said("Every member has every visit already."))
        visits = count_words(len(outcome.visits), "visit")
        return _after(found.id, outcome, said("Booked: %(visits)s of the members.", visits=visits))
    return _after(found.id, outcome, "")


def _after(cohort: str, outcome: object, done: str) -> ResponseReturnValue:
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "missing")
    else:
        flash(done, "good")
    return redirect(url_for("cohorts.group", cohort=cohort), 303)


def _said(outcome: Refused | NotAllowed) -> str:
    if isinstance(outcome, NotAllowed):
        abort(403)
    return refused_words(outcome)


def _leads(series: str, staff: str) -> bool:
    return bool(series) and any(staff in visit.people for visit in stored.series(series).appointments)


def _show(cohort: str, form: FindForm | None = None) -> ResponseReturnValue:
    """Return the page of a group; with a search it shows who was found."""
    searched = form is not None and form.validate()
    with reading():
        found = cohort_within_reach(actor(), cohort)
        site = clinic.site(found.site)
        page = render_template(
            "cohort.html",
            cohort=found,
            site=site,
            protocol=clinic.protocol(found.protocol),
            most=most_members(found),
            members=member_lines(found),
            series=stored.series(found.series) if found.series else None,
            names=Names.of(found.site),
            form=form or FindForm(formdata=None),
            faults=faults(form) if form else [],
            searched=searched,
            candidates=_candidates(found, site, form.wanted.data or "") if form and searched else (),
            may_change=may(actor(), Permission.CHANGE_COHORTS) and found.is_open,
            may_book=may(actor(), Permission.BOOK_SERIES),
        )
    return page, 422 if form is not None and not searched else 200


def _candidates(cohort: Cohort, site: Site, wanted: str) -> tuple[PatientLine, ...]:
    """Return the patients whom a search finds and who are no members yet."""
    asked = search_within_reach(actor(), site, wanted)
    found = patient_lines(asked, current_clock().now())
    return tuple(line for line in found if cohort.member(line.id) is None)[:MOST_FOUND]
