"""Plan the rest of a series anew: from when on, the ways that work, and the one change, or what is against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectMultipleField
from wtforms.validators import Optional

from scheduler.access.permissions import Permission
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.decline_visits import DeclineVisits, declinable, decline_visits
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.reach import series_within_reach
from scheduler.booking.replan_series import (
    ReplanSeries,
    WantedReplan,
    preview_replan,
    replan_series,
)
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series, SeriesState
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.sealed_change import Seal, UnusableWay, opened, wanted_replan
from scheduler.web.ways_of_change import WayPanel, missing_visits, onlooker_at, standing_choices, way_panels
from scheduler.web.wishes_form import within_reason
from scheduler.web.words import count_words, refused_words

pages = Blueprint("replan", __name__)


class ReplanForm(PostedForm):
    """From which day on, and on which not; `stay` holds step keys."""

    not_before = DateField("Not before", [Optional(), within_reason])
    not_on = DateField("Not on", [Optional(), within_reason])
    stay = SelectMultipleField("Visits that must stay")


@dataclass(frozen=True, slots=True)
class Counter:
    """What every page of planning anew is made of: which visits of whose series are missing, and the form."""

    series: Series
    missing: tuple[Appointment, ...]
    patient: Patient
    site: Site
    form: ReplanForm


@pages.get("/series/<series>/replan")
@needs(Permission.MOVE_APPOINTMENT)
def replan(series: str) -> ResponseReturnValue:
    """Ask from when on."""
    with reading():
        return _page(_counter(series))


@pages.post("/series/<series>/replan/ways")
@needs(Permission.MOVE_APPOINTMENT)
def ways(series: str) -> ResponseReturnValue:
    """Show the ways that work, each with what must follow, or why there is none."""
    with reading():
        counter = _counter(series)
        form = counter.form
        if not form.validate():
            return _page(counter), 422
        stay = frozenset(form.stay.data or ())
        return _ways_page(
            WantedReplan(counter.series.id, form.not_before.data, form.not_on.data, stay), counter
        )


@pages.post("/series/<series>/replan")
@needs(Permission.MOVE_APPOINTMENT)
def replanned(series: str) -> ResponseReturnValue:
    """Make exactly the change that was chosen, or say what is against it and show what works now."""
    with reading():
        counter = _counter(series)
    try:
        chosen = opened(request.form.get("way", ""), Seal(series, actor().id, current_clock().now()))
    except UnusableWay as unusable:
        flash(str(unusable), "missing")
        return redirect(url_for("replan.replan", series=series), 303)
    command = ReplanSeries(wanted_replan(series, chosen.wanted), chosen.visits, chosen.key)
    outcome = replan_series(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, SeriesChanged):
        number = len(outcome.change.replaces) if outcome.change else 0
        flash(f"Booked again: {count_words(number, 'visit')}." if number else "Planned already.", "good")
        return redirect(url_for("series.series", series=series), 303)
    with reading():
        page = _ways_page(command.wanted, counter, outcome)
    return page, 409 if outcome.race_lost else 422


@pages.post("/series/<series>/decline")
@needs(Permission.MOVE_APPOINTMENT)
def decline(series: str) -> ResponseReturnValue:
    """Leave one visit out that the patient declines to have again."""
    with reading():
        found, _ = series_within_reach(actor(), series)
    step = request.form.get("step", "")
    command = DeclineVisits(found.id, frozenset({step}), key_sent())
    outcome = decline_visits(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        done = outcome.series.state is SeriesState.COMPLETED
        flash(f"Declined: {step}.{' The series is completed.' if done else ''}", "good")
    return redirect(url_for("series.series", series=found.id), 303)


def _counter(series: str) -> Counter:
    found, patient = series_within_reach(actor(), series)
    site, form = clinic.site(found.site), ReplanForm()
    now = current_clock().now()
    form.stay.choices = standing_choices([v for v in found.standing if is_to_come(v, now)], site.zone)
    return Counter(found, missing_visits(found), patient, site, form)


def _ways_page(wishes: WantedReplan, counter: Counter, refused: Refused | None = None) -> str:
    preview = preview_replan(wishes, actor(), current_clock())
    if isinstance(preview, NotAllowed):
        abort(403)
    found: Sequence[PlannedChange] = () if isinstance(preview, Refused) else preview.ways
    panels = way_panels(found, wishes, counter.series, onlooker_at(counter.site))
    return _page(counter, panels, preview.reasons, refused)


def _page(
    counter: Counter,
    panels: Sequence[WayPanel] | None = None,
    reasons: Sequence[Reason] = (),
    refused: Refused | None = None,
) -> str:
    """Show the form, and beneath it the ways or the reasons once somebody has asked."""
    return render_template(
        "replan.html",
        series=counter.series,
        missing=counter.missing,
        declinable=declinable(counter.series),
        patient=counter.patient,
        site=counter.site,
        form=counter.form,
        faults=faults(counter.form),
        panels=panels,
        reasons=reasons,
        refused=refused,
    )
