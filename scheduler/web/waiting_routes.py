"""The waiting list: freed times with whom each would help, who waits and who would come earlier, and their few deeds."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField
from wtforms.validators import Optional

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import patient_within_reach, series_within_reach, site_of
from scheduler.booking.see_backfill import backfill_at
from scheduler.booking.waiting_list import (
    LeaveFree,
    NoteEarlierWish,
    PutOnWaitingList,
    TakeOffWaitingList,
    leave_free,
    note_earlier_wish,
    put_on_waiting_list,
    take_off_waiting_list,
)
from scheduler.domain.errors import NotFound
from scheduler.domain.waiting import LeftBecause
from scheduler.store.waiting import earlier_wishes, open_entries, waiting_entry
from scheduler.store.work import reading
from scheduler.web.book_routes import counter_of
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import later, said
from scheduler.web.waiting_lines import LEFT, earlier_lines, entry_lines, freed_lines
from scheduler.web.wishes_form import wanted, within_reason
from scheduler.web.words import count_words, refused_words

pages = Blueprint("waiting", __name__)


class UntilForm(PostedForm):
    """Until which day it makes sense to wait, if there is such a day."""

    until = DateField(later("Until"), [Optional(), within_reason])


@pages.get("/waiting")
@needs(Permission.KEEP_WAITING_LIST)
def waiting() -> ResponseReturnValue:
    """Show the freed times with whom each would help, and who waits."""
    now = current_clock().now()
    begin = request.args.get("from", 0, type=int)
    with reading():
        site = site_of(actor())
        found = backfill_at(site, now, max(0, begin))
        return render_template(
            "waiting.html",
            site=site,
            found=found,
            freed=freed_lines(found, site, now),
            entries=entry_lines(open_entries(site.id), site, now),
            earlier=earlier_lines(earlier_wishes(site.id, now), site),
            reasons=[(one.value, words) for one, words in LEFT.items()],
        )


# Posted, as proposals are: wishes name a patient's treatment.
@pages.post("/patients/<patient>/waiting")
@needs(Permission.KEEP_WAITING_LIST)
def put(patient: str) -> ResponseReturnValue:
    """Put a patient on the list, with the wishes for which proposals were shown."""
    until = UntilForm()
    with reading():
        counter = counter_of(patient_within_reach(actor(), patient))
    form, found = counter.form, counter.patient
    if not (form.validate() and until.validate()):
        flash(said("Nothing was noted: enter the day until which the patient waits as a day."), "missing")
        return redirect(url_for("book.book", patient=found.id), 303)
    command = PutOnWaitingList(wanted(form, found.id, limit=1), until.until.data)
    outcome = put_on_waiting_list(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
        return redirect(url_for("book.book", patient=found.id), 303)
    told = said("%(name)s waits. When something becomes free that helps, it stands here.", name=found.name)
    flash(told, "good")
    return redirect(url_for("waiting.waiting"), 303)


@pages.post("/waiting/<entry>/off")
@needs(Permission.KEEP_WAITING_LIST)
def off(entry: str) -> ResponseReturnValue:
    """Take somebody off the list, for the reason that was chosen."""
    with reading():
        patient = patient_within_reach(actor(), waiting_entry(entry).patient)
    try:
        because = LeftBecause(request.form.get("because", ""))
    except ValueError:
        flash(said("Choose why the patient waits no more. Nothing was changed."), "missing")
        return redirect(url_for("waiting.waiting"), 303)
    outcome = take_off_waiting_list(TakeOffWaitingList(entry, because), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    flash(said("%(name)s waits no more.", name=patient.name), "good")
    return redirect(url_for("waiting.waiting"), 303)


@pages.post("/waiting/freed/leave")
@needs(Permission.KEEP_WAITING_LIST)
def leave() -> ResponseReturnValue:
    """Look for nobody any more who would take these freed times."""
    named = request.form.getlist("freed")
    for one in named:
        if isinstance(leave_free(LeaveFree(one), actor(), current_clock()), NotAllowed):
            abort(403)
    times = count_words(len(named), "time")
    flash(said("Left free: %(times)s, not told here any more.", times=times), "good")
    return redirect(url_for("waiting.waiting"), 303)


@pages.post("/series/<series>/earlier")
@needs(Permission.KEEP_WAITING_LIST)
def earlier(series: str) -> ResponseReturnValue:
    """Note that the patient of a series would come earlier, or would not any more."""
    with reading():
        found, patient = series_within_reach(actor(), series)
    would = {"yes": True, "no": False}.get(request.form.get("would", ""))
    if would is None:
        raise NotFound("say whether they would come earlier")
    outcome = note_earlier_wish(NoteEarlierWish(found.id, would), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    elif would:
        flash(said("Noted: %(name)s would come earlier.", name=patient.name), "good")
    else:
        flash(said("Noted: %(name)s keeps the times as they are.", name=patient.name), "good")
    return redirect(url_for("series.series", series=found.id), 303)
