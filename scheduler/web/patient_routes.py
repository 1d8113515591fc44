"""The patients: the list with its search, and one patient's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.reach import patient_within_reach, search_within_reach, site_of
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.notice import Absences
from scheduler.domain.people import GateDecision, Patient
from scheduler.domain.series import Series, SeriesState
from scheduler.reminders.addresses import recipient_hash
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.cohorts import cohorts_of
from scheduler.store.glances import patient_lines
from scheduler.store.invitations import invitations_wanted
from scheduler.store.visit_events import absences_of
from scheduler.store.work import reading
from scheduler.web.contact_lines import contact_history, languages_of, ways_of
from scheduler.web.forms import SearchForm, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.words import GATES, day_words, gate_words

pages = Blueprint("patients", __name__)

MOST_LISTED = 200
"""A longer list helps nobody; the page says so when there are more."""


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate on the patient's page: `standing` is 'pass', 'hold', 'over' or 'missing'; `until` in words."""

    name: str
    standing: str
    until: str


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series as a path of its visits: `done`, `next_visit` and the visits in order."""

    series: Series
    title: str
    done: int
    next_visit: Appointment | None


# The search is posted: a name or a birthday in an address would end in histories and logs.
@pages.route("/patients", methods=["GET", "POST"])
@needs(Permission.SEE_PATIENTS)
def patients() -> ResponseReturnValue:
    """List the patients of the site, or those that match."""
    form = SearchForm()
    is_asked = request.method == "POST"
    if is_asked and not form.validate():
        return render_template("patients.html", form=form, faults=faults(form), found=(), asked=True), 422
    wanted = (form.wanted.data or "").strip() if is_asked else ""
    with reading():
        site = site_of(actor())
        search = search_within_reach(actor(), site, wanted)
        found = patient_lines(replace(search, limit=MOST_LISTED + 1), current_clock().now())
    return render_template(
        "patients.html",
        form=form,
        faults=[],
        found=found[:MOST_LISTED],
        more=len(found) > MOST_LISTED,
        asked=bool(wanted),
        site=site,
        may_book=may(actor(), Permission.BOOK_SERIES),
        may_see_groups=may(actor(), Permission.SEE_COHORTS),
        may_keep=may(actor(), Permission.KEEP_PATIENT),
    )


@pages.get("/patients/<patient>")
@needs(Permission.SEE_PATIENTS)
def patient(patient: str) -> ResponseReturnValue:
    """Show one patient: contact, gates, series."""
    now = current_clock().now()
    with reading():
        found = patient_within_reach(actor(), patient)
        if found.stands_for_cohort:
            return redirect(url_for("cohorts.group", cohort=found.id), 303)
        site = clinic.site(found.site)
        titles = {protocol.key: protocol.title for protocol in clinic.protocols()}
        series = [_line(one, titles, now) for one in stored.series_of_patient(found.id)]
        absences = absences_of(found.id)
        ways, recorded = ways_of(found, site.zone), contact_history(found, site.zone)
        invited = invitations_wanted(found.id, recipient_hash(found.email), now)
    return render_template(
        "patient.html",
        patient=found,
        site=site,
        gates=gate_lines(found, now, site.zone),
        series=sorted(series, key=lambda line: line.series.appointments[0].start, reverse=True),
        groups=cohorts_of(found.id),
        may_book=may(actor(), Permission.BOOK_SERIES),
        may_subscribe=may(actor(), Permission.MANAGE_SUBSCRIPTIONS),
        absences=_absence_lines(absences),
        invited=invited,
        ways=ways,
        languages=languages_of(found, site),
        contact_history=recorded,
        may_record_contact=may(actor(), Permission.RECORD_CONTACT),
        may_keep=may(actor(), Permission.KEEP_PATIENT),
        now=now,
    )


def gate_lines(patient: Patient, now: datetime, zone: str) -> tuple[GateLine, ...]:
    """Return every usual gate and every other one that was ever decided, as they stand today."""
    kinds = dict.fromkeys((*GATES, *sorted(record.kind for record in patient.gates)))
    today = local_day(now, zone)
    lines = []
    for kind in kinds:
        record = patient.latest_decision(kind, today)
        if record is None:
            lines.append(GateLine(gate_words(kind), "missing", ""))
        elif record.decision is GateDecision.HOLD:
            lines.append(
                GateLine(gate_words(kind), "hold", said("since %(day)s", day=day_words(record.decided_on)))
            )
        else:
            last = record.valid_until
            until = said("until %(day)s", day=day_words(last)) if last else said("until it is replaced")
            lines.append(GateLine(gate_words(kind), "pass" if record.passes_on(today) else "over", until))
    return tuple(lines)


def _absence_lines(absences: Absences) -> tuple[tuple[str, int], ...]:
    """Return in words what did not take place and how often, each kind apart; nothing that never happened."""
    counted = (
        (said("Called off late by the patient"), absences.by_patient_late),
        (said("Called off in time by the patient"), absences.by_patient_in_time),
        (said("Called off late by the clinic"), absences.by_clinic_late),
        (said("Called off in time by the clinic"), absences.by_clinic_in_time),
        (said("Did not come"), absences.no_shows),
        (said("Stopped by the clinic on the day"), absences.same_day_holds),
    )
    return tuple((what, number) for what, number in counted if number)


def _line(series: Series, titles: Mapping[str, str], now: datetime) -> SeriesLine:
    standing = series.standing
    return SeriesLine(
        series=series,
        title=titles.get(series.protocol, series.protocol),
        done=sum(visit.discharge <= now for visit in standing),
        next_visit=_next(standing, now) if series.state is SeriesState.BOOKED else None,
    )


def _next(visits: Iterable[Appointment], now: datetime) -> Appointment | None:
    return next((visit for visit in visits if visit.discharge > now), None)
