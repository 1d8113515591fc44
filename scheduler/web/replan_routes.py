"""Plan the rest of a series anew: from when on, the ways that work, and the one change, or what is against it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectMultipleField
from wtforms.validators import Optional

from scheduler.access.permissions import Permission
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.decline_visits import DeclineVisits, declinable, decline_visits
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.booking.reach import series_within_reach
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, preview_replan, replan_series
from scheduler.domain.series import SeriesState
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.change_page import ChangePage, chosen_way
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.sealed_change import wanted_replan
from scheduler.web.speech import later, said, said_of_number
from scheduler.web.ways_of_change import missing_visits, standing_choices
from scheduler.web.wishes_form import within_reason
from scheduler.web.words import refused_words

pages = Blueprint("replan", __name__)


class ReplanForm(PostedForm):
    """From which day on, and on which not; `stay` holds step keys."""

    not_before = DateField(later("Not before"), [Optional(), within_reason])
    not_on = DateField(later("Not on"), [Optional(), within_reason])
    stay = SelectMultipleField(later("Visits that must stay"))

    def wish(self, series: str) -> WantedReplan:
        """Return what was entered, which must be valid."""
        return WantedReplan(series, self.not_before.data, self.not_on.data, frozenset(self.stay.data or ()))


@pages.get("/series/<series>/replan")
@needs(Permission.MOVE_APPOINTMENT)
def replan(series: str) -> ResponseReturnValue:
    """Ask from when on."""
    with reading():
        return _page(series, ReplanForm()).asking()


@pages.post("/series/<series>/replan/ways")
@needs(Permission.MOVE_APPOINTMENT)
def ways(series: str) -> ResponseReturnValue:
    """Show the ways that work, each with what must follow, or why there is none."""
    form = ReplanForm()
    with reading():
        page = _page(series, form)
        if not form.validate():
            return page.asking(), 422
        wish = form.wish(page.series.id)
        return page.answering(preview_replan(wish, actor(), current_clock()), wish)


@pages.post("/series/<series>/replan")
@needs(Permission.MOVE_APPOINTMENT)
def replanned(series: str) -> ResponseReturnValue:
    """Make exactly the change that was chosen, or say what is against it and show what works now."""
    with reading():
        page = _page(series, ReplanForm())
    chosen = chosen_way(series)
    if chosen is None:
        return redirect(url_for("replan.replan", series=series), 303)
    wish = wanted_replan(series, chosen.wanted)
    outcome = replan_series(ReplanSeries(wish, chosen.visits, chosen.key), actor(), current_clock())
    if not isinstance(outcome, SeriesChanged):
        return page.refusing(outcome, wish, lambda: preview_replan(wish, actor(), current_clock()))
    number = len(outcome.change.replaces) if outcome.change else 0
    done = said_of_number("Booked again: %(num)s visit.", "Booked again: %(num)s visits.", number)
    flash(done if number else said("Planned already."), "good")
    return redirect(url_for("series.series", series=series), 303)


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
        told = said("Declined: %(visit)s.", visit=step)
        if outcome.series.state is SeriesState.COMPLETED:
            told += " " + said("The series is completed.")
        flash(told, "good")
    return redirect(url_for("series.series", series=found.id), 303)


def _page(series: str, form: ReplanForm) -> ChangePage:
    found, patient = series_within_reach(actor(), series)
    site, now = clinic.site(found.site), current_clock().now()
    form.stay.choices = standing_choices([v for v in found.standing if is_to_come(v, now)], site.zone)
    besides = {"missing": missing_visits(found), "declinable": declinable(found)}
    return ChangePage("replan.html", found, patient, site, form, besides)
