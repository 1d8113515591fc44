"""When messages to patients leave: chosen by an administrator, each number with its unit, range, usual value and why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.change_reminder_times import (
    ChangeReminderTimes,
    Chosen,
    change_reminder_times,
    who_chose,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import site_of
from scheduler.domain.places import Site
from scheduler.domain.reminder_times import QUANTITIES, Quantity, ReminderTimes, faults_of
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.quantity_fields import field_for, hint_of
from scheduler.web.retelling import retold
from scheduler.web.speech import said
from scheduler.web.words import refused_words

pages = Blueprint("reminder_times", __name__)


class TimesForm(PostedForm):
    """The numbers of a site, by the names of the table."""

    preparation_days = field_for("preparation_days", QUANTITIES)
    first_days = field_for("first_days", QUANTITIES)
    hour = field_for("hour", QUANTITIES)
    notice_hours = field_for("notice_hours", QUANTITIES)
    same_day_hours = field_for("same_day_hours", QUANTITIES)
    quiet_from = field_for("quiet_from", QUANTITIES)
    quiet_until = field_for("quiet_until", QUANTITIES)
    rest_hours = field_for("rest_hours", QUANTITIES)
    follow_up_from = field_for("follow_up_from", QUANTITIES)
    follow_up_until = field_for("follow_up_until", QUANTITIES)

    def validate(self, extra_validators: object = None) -> bool:
        """Say at each field what is wrong with its number, also beside the others, in the words of the one rule."""
        if not super().validate(extra_validators):
            return False
        wrong = dict(faults_of(self._plain()))
        for name, why in wrong.items():
            told = retold(why)
            self[name].errors = [told[:1].upper() + told[1:]]
        return not wrong

    def times(self) -> ReminderTimes:
        """Return what was entered, of a form that is valid."""
        return ReminderTimes(**self._plain())

    def _plain(self) -> dict[str, int]:
        return {one.name: int(self[one.name].data) for one in QUANTITIES}


@dataclass(frozen=True, slots=True)
class Line:
    """One number on the page; `chosen` says who chose it here, `None` where nobody did."""

    quantity: Quantity
    value: int
    chosen: Chosen | None

    @property
    def hint(self) -> str:
        """Say the unit, the range and what is usual."""
        return hint_of(self.quantity)


@pages.route("/site/reminder-times", methods=["GET", "POST"])
@needs(Permission.CHANGE_REMINDER_TIMES)
def times() -> ResponseReturnValue:
    """Show the numbers of the site, and choose others."""
    with reading():
        site = site_of(actor())
    if request.method != "POST":
        return _page(site, TimesForm(None, data=site.reminder_times.plain())), 200
    form = TimesForm(request.form)
    if not form.validate():
        return _page(site, form), 422
    command = ChangeReminderTimes(site.id, form.times(), key_sent())
    outcome = change_reminder_times(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(said("Saved. Reminders keep to it from now on; what was sent stays sent."), "good")
    return redirect(url_for("reminder_times.times"), 303)


def _page(site: Site, form: TimesForm) -> str:
    with reading():
        by_whom = who_chose(site.id)
    now = site.reminder_times.plain()
    return render_template(
        "reminder_times.html",
        site=site,
        form=form,
        faults=faults(form) if form.errors else [],
        lines=[Line(one, now[one.name], by_whom.get(one.name)) for one in QUANTITIES],
    )
