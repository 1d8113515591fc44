"""Another therapist for a visit or the rest of a series: who could take them, told visit by visit, and taken by a button."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.changed_series import visits_of
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_substitute import (
    HowMany,
    SubstitutePreview,
    WantedSubstitute,
    preview_substitute,
)
from scheduler.booking.reach import series_within_reach
from scheduler.booking.substitute_therapist import (
    SubstituteTherapist,
    substitute_therapist,
)
from scheduler.domain.people import Patient, Role
from scheduler.domain.series import Series
from scheduler.store import clinic
from scheduler.store.glances import staff_names
from scheduler.store.work import reading
from scheduler.web.change_page import chosen_way
from scheduler.web.forms import SubstituteForm, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.sealed_change import Seal, sealed
from scheduler.web.speech import said, said_of_number
from scheduler.web.visit_rows import Manner, Names
from scheduler.web.way_words import WayTold, told
from scheduler.web.words import moment_in

pages = Blueprint("substitute", __name__)

MOST_SHOWN = 4
"""The best few are enough to choose from; anybody else can be asked for by name."""


@pages.route("/series/<series>/therapist", methods=["GET", "POST"])
@needs(Permission.SUBSTITUTE_THERAPIST)
def choose(series: str) -> ResponseReturnValue:
    """Ask from which visit on somebody else is wanted, and show who could take them."""
    with reading():
        found, patient = series_within_reach(actor(), series)
    form = _form(found)
    if request.method == "GET" or not form.validate():
        return _page(found, patient, form), 422 if form.errors else 200
    outcome = preview_substitute(_wanted(found, form), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return _page(found, patient, form, outcome), 422
    return _page(found, patient, form, outcome), 200


@pages.post("/series/<series>/therapist/take")
@needs(Permission.SUBSTITUTE_THERAPIST)
def take(series: str) -> ResponseReturnValue:
    """Take one of the ways."""
    with reading():
        found, patient = series_within_reach(actor(), series)
    form = _form(found)
    chosen = chosen_way(found.id)
    if chosen is None:
        return redirect(url_for("substitute.choose", series=found.id), 303)
    if not form.validate():
        flash(said("The choice could not be read. Please choose again."), "missing")
        return redirect(url_for("substitute.choose", series=found.id), 303)
    command = SubstituteTherapist(_wanted(found, form), chosen.visits, chosen.key)
    outcome = substitute_therapist(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return _page(found, patient, form, outcome), 409 if outcome.race_lost else 422
    flash(_in_words(outcome), "good")
    return redirect(url_for("series.series", series=found.id), 303)


def _form(series: Series) -> SubstituteForm:
    now = current_clock().now()
    with reading():
        zone = clinic.site(series.site).zone
        therapists = staff_names(series.site, Role.THERAPIST)
    guided = [v for v in series.standing if is_to_come(v, now) and Role.THERAPIST in v.staff]
    visits = [(v.step, f"{v.step}, {v.title}, {moment_in(v.start, zone)}") for v in guided]
    return SubstituteForm().offer(visits, list(therapists.items()))


def _wanted(series: Series, form: SubstituteForm) -> WantedSubstitute:
    return WantedSubstitute(
        series.id, form.from_step.data, HowMany(form.how_many.data), form.therapist.data or None
    )


def _page(
    series: Series,
    patient: Patient,
    form: SubstituteForm,
    answer: SubstitutePreview | Refused | None = None,
) -> str:
    with reading():
        site = clinic.site(series.site)
        names = Names.of(site.id)
    best = answer.ways[:MOST_SHOWN] if isinstance(answer, SubstitutePreview) else ()
    against = [*answer.reasons, *answer.findings] if isinstance(answer, Refused) else []
    now, manner = current_clock().now(), Manner(names, site.zone)
    seal = Seal(series.id, actor().id, now)
    ways: list[WayTold] = [told(way.change, manner, sealed(visits_of(way.change), seal)) for way in best]
    return render_template(
        "substitute.html",
        series=series,
        patient=patient,
        site=site,
        form=form,
        faults=faults(form),
        ways=[(names.person(way.therapist), words) for way, words in zip(best, ways, strict=True)],
        reasons=answer.reasons if isinstance(answer, SubstitutePreview) else (),
        against=against,
        is_asked=isinstance(answer, SubstitutePreview),
    )


def _in_words(outcome: SeriesChanged) -> str:
    if not outcome.moves and not outcome.reassigned:
        return said("This was done before.")
    done = []
    if outcome.reassigned:
        number = len(outcome.reassigned)
        done.append(
            said_of_number("%(num)s visit at the same time", "%(num)s visits at the same time", number)
        )
    if outcome.moves:
        done.append(said_of_number("%(num)s visit moved", "%(num)s visits moved", len(outcome.moves)))
    return said("Another therapist: %(how)s.", how=", ".join(done))
