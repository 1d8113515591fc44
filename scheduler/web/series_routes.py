"""A booked series: drawn, told, and what is still needed for it; and the ways to cancel it or one of its visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.adopt_version import newest_version
from scheduler.booking.calling_off import called_off_now, is_to_come
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import (
    CancelSeries,
    PauseSeries,
    SeriesCancelled,
    can_end,
    cancel_series,
    pause_series,
)
from scheduler.booking.extend_series import EXTENDED
from scheduler.booking.follow_on import follow_on
from scheduler.booking.judging import findings_now
from scheduler.booking.let_rest import rests_since
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.reach import series_within_reach
from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.domain.notice import Timeliness, line_of
from scheduler.domain.series import Series, SeriesState
from scheduler.store import appointments, clinic
from scheduler.store.waiting import earlier_wish
from scheduler.store.work import reading
from scheduler.web.answer_words import confirmed_in_words, waiting_of
from scheduler.web.drawing import draw
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import CancelForm, EndSeriesForm, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.open_gates import open_gates
from scheduler.web.speech import said
from scheduler.web.undoing import undoable
from scheduler.web.visit_rows import Manner, Names, beside_no_visit, rows_of, windows_of, worst_by_visit
from scheduler.web.ways_of_change import missing_visits
from scheduler.web.words import count_words, refused_words

pages = Blueprint("series", __name__)

STANDING = frozenset({SeriesState.TENTATIVE, SeriesState.BOOKED})
"""The states in which a series is judged."""


@pages.get("/series/<series>")
@needs(Permission.SEE_PATIENTS)
def series(series: str) -> ResponseReturnValue:
    """Show one series whole."""
    now = current_clock().now()
    with reading():
        found, patient = series_within_reach(actor(), series)
        site = clinic.site(found.site)
        findings = findings_now(found, now) if found.state in STANDING else ()
        whole = clinic.protocol_of(found)
        protocol = whole.only(visit.step for visit in found.appointments)
        names = Names.of(site.id)
        follows = follow_on(found, now)
        newest = newest_version(found.protocol) if may(actor(), Permission.ADOPT_VERSION) else None
        ahead = [visit for visit in found.standing if is_to_come(visit, now)]
        waiting = waiting_of(ahead)
        earlier = earlier_wish(found.id) if ahead else None
        undo_able = undoable(found, actor(), now)
    windows = windows_of(protocol, found, site.zone, now)
    return render_template(
        "series.html",
        patient=patient,
        series=found,
        site=site,
        protocol=protocol,
        drawing=draw(found, windows, site, now, worst_by_visit(findings)) if found.standing else None,
        rows=rows_of(found, protocol, windows, Manner(names, site.zone), findings),
        gates=open_gates(findings),
        general=beside_no_visit(findings),
        missing=missing_visits(found) if may(actor(), Permission.MOVE_APPOINTMENT) else (),
        undo_able=undo_able,
        now=now,
        declined=[whole.step(key) for key in sorted(found.declined)],
        waiting=[(visit, waiting[visit.id]) for visit in ahead if visit.id in waiting],
        confirmed=confirmed_in_words(found.standing, site.zone),
        held_until=held_until_of(found, now),
        newer=newest if ahead and newest and newest > found.protocol_version else None,
        next_visit=ahead[0] if ahead else None,
        may_follow=follows is not None and may(actor(), Permission.BOOK_SERIES),
        dormant_since=rests_since(found, now, site.zone) if found.state is SeriesState.DORMANT else None,
        earlier=earlier,
        **_allowed(found, ahead, now),
    )


@pages.route("/series/<series>/cancel", methods=["GET", "POST"])
@needs(Permission.CANCEL_SERIES)
def cancel(series: str) -> ResponseReturnValue:
    """Ask once more, and call every visit still to come off."""
    now = current_clock().now()
    with reading():
        found, patient = series_within_reach(actor(), series)
        site = clinic.site(found.site)
        ahead = [visit for visit in found.standing if is_to_come(visit, now)]
        counts_as = called_off_now(ahead, now)
    form = EndSeriesForm().offer()
    if request.method == "GET" or not form.validate():
        page = render_template(
            "cancel_series.html",
            form=form,
            faults=faults(form),
            series=found,
            patient=patient,
            site=site,
            ahead=ahead,
            can_end=can_end(found, now),
            late=[visit for visit in ahead if counts_as[visit.id] is Timeliness.LATE],
        )
        return page, 422 if form.errors else 200
    by, why = CalledOffBy(form.by.data), CancelReason(form.reason.data)
    # Sent a second time, nothing is ahead any more: it was paused then, and must not be ended by that now.
    if form.then.data == "pauses" and (ahead or key_sent()):
        outcome = pause_series(PauseSeries(found.id, by, why, key_sent()), actor(), current_clock())
    else:
        outcome = cancel_series(CancelSeries(found.id, by, why, key_sent()), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, SeriesCancelled):
        if not outcome.called_off:
            flash(said("The series ends here."), "good")
            return redirect(url_for("series.series", series=found.id), 303)
        flash(_called_off(outcome), "good")
    else:
        flash(refused_words(outcome), "bad")
    return redirect(url_for("series.series", series=found.id), 303)


@pages.route("/visits/<appointment>/cancel", methods=["GET", "POST"])
@needs(Permission.CANCEL_APPOINTMENT)
def cancel_visit(appointment: str) -> ResponseReturnValue:
    """Ask once more, and call one visit off."""
    now = current_clock().now()
    with reading():
        visit = appointments.appointment(appointment)
        if not visit.series:
            raise NotFound("a visit outside of any series is cancelled where it came from")
        found, patient = series_within_reach(actor(), visit.series)
        site = clinic.site(found.site)
        names = Names.of(site.id)
        counts_as = called_off_now([visit], now)[visit.id]
    form = CancelForm().offer()
    if request.method == "GET" or not form.validate():
        page = render_template(
            "cancel_visit.html",
            form=form,
            faults=faults(form),
            visit=visit,
            series=found,
            patient=patient,
            site=site,
            names=names,
            is_to_come=is_to_come(visit, now),
            is_late=counts_as is Timeliness.LATE,
            line=line_of(visit, site.notice),
        )
        return page, 422 if form.errors else 200
    by, why = CalledOffBy(form.by.data), CancelReason(form.reason.data)
    command = CancelAppointment(visit.id, by, why, key_sent())
    outcome = cancel_appointment(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(_visit_called_off(visit, outcome.is_late), "good")
    return redirect(url_for("series.series", series=found.id), 303)


def _called_off(outcome: SeriesCancelled) -> str:
    visits = count_words(len(outcome.called_off), "visit")
    if outcome.series.state is SeriesState.PAUSED:
        done = said("Paused: %(visits)s. Their times are free again.", visits=visits)
    else:
        done = said("Cancelled: %(visits)s. Their times are free again.", visits=visits)
    late = said("%(count)s of them count as late.", count=outcome.late)
    return f"{done} {late}" if outcome.late else done


def _visit_called_off(visit: Appointment, is_late: bool) -> str:
    parts = [said("Cancelled: %(step)s, %(title)s.", step=visit.step, title=visit.title)]
    if is_late:
        parts.append(said("It counts as late."))
    return " ".join([*parts, said("What the rest of the series needs now stands below.")])


def _allowed(found: Series, ahead: Sequence[Appointment], now: datetime) -> Mapping[str, object]:
    """Return what whoever is signed in may do with a series and with its visits `ahead`, as the page asks for it."""
    moves, cancels = may(actor(), Permission.MOVE_APPOINTMENT), may(actor(), Permission.CANCEL_APPOINTMENT)
    stands = bool(ahead) and found.state in STANDING
    return {
        "may_decide": may(actor(), Permission.BOOK_SERIES),
        "may_extend": found.state in EXTENDED and may(actor(), Permission.EXTEND_SERIES),
        "may_substitute": bool(ahead) and may(actor(), Permission.SUBSTITUTE_THERAPIST),
        "may_cancel_series": can_end(found, now) and may(actor(), Permission.CANCEL_SERIES),
        "may_move": {visit.id for visit in ahead} if moves else (),
        "may_cancel": {visit.id for visit in ahead} if cancels else (),
        "may_note_earlier": stands and may(actor(), Permission.KEEP_WAITING_LIST),
    }


def held_until_of(series: Series, now: datetime) -> datetime | None:
    """Return until when a series is held, `None` when it is not, or not any more."""
    held = series.state is SeriesState.TENTATIVE and series.held_until and series.held_until > now
    return series.held_until if held else None
