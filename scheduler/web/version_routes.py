"""A newer version of the protocol that a series goes by: what it would mean for its visits, and going by it from now on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.adopt_version import (
    AdoptVersion,
    VersionAdopted,
    adopt_version,
    newest_version,
    preview_adoption,
)
from scheduler.booking.adopting import PlannedAdoption
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import series_within_reach
from scheduler.domain.appointment import Appointment
from scheduler.rules.finding import Finding
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said, said_of_number
from scheduler.web.words import refused_words

pages = Blueprint("versions", __name__)


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """One rule that the version would break, and the visits that it is about."""

    finding: Finding
    visits: tuple[Appointment, ...]


@pages.get("/series/<series>/version")
@needs(Permission.ADOPT_VERSION)
def version(series: str) -> ResponseReturnValue:
    """Show what the newest version would mean for a series."""
    return _page(series)


@pages.post("/series/<series>/version")
@needs(Permission.ADOPT_VERSION)
def adopt(series: str) -> ResponseReturnValue:
    """Let the series go on by the version that was shown, or say what is against it."""
    with reading():
        found, _ = series_within_reach(actor(), series)
    wanted = request.form.get("version", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 7):
        abort(400)
    seen = frozenset(filter(None, request.form.get("seen", "").split(",")))
    command = AdoptVersion(found.id, int(wanted), seen, request.form.get("key") or None)
    outcome = adopt_version(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
        back = "versions.version" if outcome.race_lost else "series.series"
        return redirect(url_for(back, series=found.id), 303)
    flash(_in_words(outcome), "missing" if outcome.conflicts else "good")
    return redirect(url_for("series.series", series=found.id), 303)


def _in_words(outcome: VersionAdopted) -> str:
    version = outcome.series.protocol_version
    now = said("The series goes by version %(version)s now.", version=version)
    if not outcome.conflicts:
        return now
    among = said_of_number(
        "Among the conflicts: %(num)s rule to be kept again.",
        "Among the conflicts: %(num)s rules to be kept again.",
        outcome.conflicts,
    )
    return f"{now} {among}"


def _page(series: str) -> str:
    with reading():
        found, patient = series_within_reach(actor(), series)
        site = clinic.site(found.site)
        newest = newest_version(found.protocol)
        protocol = clinic.protocol(found.protocol, found.protocol_version)
    planned = preview_adoption(AdoptVersion(found.id, newest), actor(), current_clock())
    if isinstance(planned, NotAllowed):
        abort(403)
    adoption = planned if isinstance(planned, PlannedAdoption) else None
    return render_template(
        "version.html",
        series=found,
        patient=patient,
        site=site,
        protocol=protocol,
        newest=newest,
        adoption=adoption,
        reasons=planned.reasons if isinstance(planned, Refused) else (),
        longer=_changed(adoption) if adoption else (),
        rows=_broken(adoption) if adoption else (),
        seen=",".join(sorted(visit.id for visit in adoption.visits)) if adoption else "",
        key=uuid4().hex,
    )


def _changed(adoption: PlannedAdoption) -> tuple[tuple[Appointment, Appointment], ...]:
    """Return the visits that get other phases, as they are and as they would be."""
    before = {visit.id: visit for visit in adoption.change.before.standing}
    return tuple(
        (before[visit.id], visit)
        for visit in adoption.change.after.standing
        if visit.version != before[visit.id].version
    )


def _broken(adoption: PlannedAdoption) -> tuple[BrokenRule, ...]:
    visits = adoption.change.after.standing
    return tuple(
        BrokenRule(one, tuple(visit for visit in visits if visit.id in one.appointments))
        for one in adoption.broken
    )
