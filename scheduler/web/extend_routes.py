"""Extend a series with further integration: how many and how far apart, the ways that work, and the one change."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from scheduler.access.permissions import Permission
from scheduler.booking.extend_series import (
    FURTHEST_DAYS,
    MOST_AT_ONCE,
    USUAL_DAYS,
    ExtendSeries,
    WantedExtension,
    extend_series,
    preview_extension,
)
from scheduler.booking.outcomes import SeriesChanged
from scheduler.booking.reach import series_within_reach
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.change_page import ChangePage, chosen_way
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.sealed_change import wanted_extension
from scheduler.web.speech import later, said, said_of_number
from scheduler.web.wishes_form import within_reason

pages = Blueprint("extend", __name__)

_DAYS = later("Give 1 to %(most)s days", most=FURTHEST_DAYS)


class ExtensionForm(PostedForm):
    """How many further visits, how far apart, and from which day on."""

    visits = IntegerField(
        later("How many?"),
        [
            InputRequired(later("Say how many")),
            NumberRange(1, MOST_AT_ONCE, later("Ask for 1 to %(most)s visits at once", most=MOST_AT_ONCE)),
        ],
        default=1,
    )
    at_least_days = IntegerField(
        later("At least so many days apart"),
        [InputRequired(_DAYS), NumberRange(1, FURTHEST_DAYS, _DAYS)],
        default=USUAL_DAYS[0],
    )
    at_most_days = IntegerField(
        later("At most so many days apart"),
        [InputRequired(_DAYS), NumberRange(1, FURTHEST_DAYS, _DAYS)],
        default=USUAL_DAYS[1],
    )
    not_before = DateField(later("Not before"), [Optional(), within_reason])

    def wish(self, series: str) -> WantedExtension:
        """Return what was entered, which must be valid."""
        return WantedExtension(
            series,
            self.visits.data or 0,
            self.at_least_days.data or 0,
            self.at_most_days.data or 0,
            self.not_before.data,
        )


@pages.get("/series/<series>/extend")
@needs(Permission.EXTEND_SERIES)
def extend(series: str) -> ResponseReturnValue:
    """Ask how many, and how far apart."""
    with reading():
        return _page(series, ExtensionForm()).asking()


@pages.post("/series/<series>/extend/ways")
@needs(Permission.EXTEND_SERIES)
def ways(series: str) -> ResponseReturnValue:
    """Show the ways that work, or why there is none."""
    form = ExtensionForm()
    with reading():
        page = _page(series, form)
        if not form.validate():
            return page.asking(), 422
        wish = form.wish(page.series.id)
        return page.answering(preview_extension(wish, actor(), current_clock()), wish)


@pages.post("/series/<series>/extend")
@needs(Permission.EXTEND_SERIES)
def extended(series: str) -> ResponseReturnValue:
    """Book exactly the visits that were chosen, or say what is against it and show what works now."""
    with reading():
        page = _page(series, ExtensionForm())
    chosen = chosen_way(series)
    if chosen is None:
        return redirect(url_for("extend.extend", series=series), 303)
    wish = wanted_extension(series, chosen.wanted)
    outcome = extend_series(ExtendSeries(wish, chosen.visits, chosen.key), actor(), current_clock())
    if not isinstance(outcome, SeriesChanged):
        return page.refusing(outcome, wish, lambda: preview_extension(wish, actor(), current_clock()))
    number = len(outcome.change.replaces) if outcome.change else 0
    done = said_of_number("Booked: %(num)s further visit.", "Booked: %(num)s further visits.", number)
    flash(done if number else said("Booked already."), "good")
    return redirect(url_for("series.series", series=series), 303)


def _page(series: str, form: ExtensionForm) -> ChangePage:
    found, patient = series_within_reach(actor(), series)
    last = max(found.standing, key=lambda visit: visit.start, default=None)
    return ChangePage("extend.html", found, patient, clinic.site(found.site), form, {"last": last})
