"""Undo a booking or a move for a short while, before anybody is told of it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from scheduler.access.permissions import Permission
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.reach import series_within_reach
from scheduler.booking.undo_move import UndoMove, undo_move
from scheduler.domain.people import Patient
from scheduler.domain.series import Series, SeriesState
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.undoing import Deed, Undoable, undoable
from scheduler.web.words import refused_words

pages = Blueprint("undo", __name__)


@pages.post("/series/<series>/undo")
@needs(Permission.BOOK_SERIES)
def undo(series: str) -> ResponseReturnValue:
    """Undo the booking or the move that the page was shown for, or say kindly why that is not possible any more."""
    with reading():
        found, patient = series_within_reach(actor(), series)
        able = undoable(found, actor(), current_clock().now())
    there = url_for("series.series", series=found.id)
    if able is None or request.form.get("deed") != able.stamp:
        flash(_not_any_more(found), "missing")
        return redirect(there, 303)
    return _undo_booking(found, patient) if able.deed is Deed.BOOKING else _undo_move(found, able)


def _not_any_more(series: Series) -> str:
    if series.state is SeriesState.CANCELLED:
        return said("It is undone already: nothing of this series is booked.")
    return said(
        "There is nothing to undo any more: it is undone already, the time for it is over, or something else was "
        "done since. The series stands as it is shown below; a visit can still be moved, and the series ended."
    )


def _undo_booking(series: Series, patient: Patient) -> ResponseReturnValue:
    command = CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.BOOKED_BY_MISTAKE, key_sent())
    outcome = cancel_series(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
        return redirect(url_for("series.series", series=series.id), 303)
    flash(said("Undone: nothing is booked, and nobody is told. The times are free again."), "good")
    if patient.stands_for_cohort:
        return redirect(url_for("cohorts.group", cohort=patient.id), 303)
    return redirect(url_for("patients.patient", patient=patient.id), 303)


def _undo_move(series: Series, able: Undoable) -> ResponseReturnValue:
    outcome = undo_move(UndoMove(series.id, able.at, key_sent()), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(Markup("%s %s") % (said("It stays moved."), refused_words(outcome)), "bad")
    else:
        flash(said("Undone: everything is where it was before the move, and nobody is told."), "good")
    return redirect(url_for("series.series", series=series.id), 303)
