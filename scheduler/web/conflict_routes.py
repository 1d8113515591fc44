"""The inbox of conflicts: what is broken, the most urgent first, and the ways to mend each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.accept_conflict import AcceptConflict, accept_conflict, may_accept
from scheduler.booking.changed_series import visits_of
from scheduler.booking.let_rest import rests_since
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import LONGEST_REASON
from scheduler.booking.reach import site_of
from scheduler.booking.resolve_conflict import ConflictResolved, ResolveConflict, resolve_conflict
from scheduler.booking.see_conflicts import (
    SeriesInConflict,
    WaysToMend,
    see_accepted,
    see_conflicts,
    see_ways_to_mend,
)
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.conflicts import VisitConflict
from scheduler.store.glances import patients_named
from scheduler.store.series import dormant_series
from scheduler.store.work import reading
from scheduler.web.answer_words import waiting_at
from scheduler.web.call_words import calls_at
from scheduler.web.change_page import chosen_way
from scheduler.web.follow_up_lines import follow_ups_at
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.sealed_change import Seal, sealed
from scheduler.web.speech import Spoken, mark, said, said_of_number
from scheduler.web.unconfirmed_routes import unconfirmed_at
from scheduler.web.visit_rows import Manner, Names
from scheduler.web.way_words import WayTold, told

pages = Blueprint("conflicts", __name__)

#: What was changed, by the word that is kept of it.
CAUSES = Spoken(
    {
        "time_off_added": mark("since somebody is away"),
        "time_off_removed": mark("since somebody is back"),
        "hours_changed": mark("since somebody's hours were changed"),
        "credential_recorded": mark("since a credential was recorded"),
        "credential_withdrawn": mark("since a credential was withdrawn"),
        "roles_changed": mark("since somebody's roles were changed"),
        "busy_elsewhere": mark("since somebody's calendar elsewhere says they are busy"),
        "room_out_of_use": mark("since a room is out of use"),
        "room_back_in_use": mark("since a room is back in use"),
        "opening_hours_changed": mark("since the opening hours were changed"),
        "closure_added": mark("since the site is shut then"),
        "closure_removed": mark("since a closure was taken back"),
        "took_longer": mark("since a visit took longer than planned"),
        "undo_advance": mark("since a step of a visit was taken back"),
        "clinic_file": mark("since a clinic file came in"),
        "protocol_version": mark("since the series goes by another version of its protocol"),
        "recheck": mark("found at night"),
    }
)


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One conflict with the visits it touches, as they stand now."""

    conflict: VisitConflict
    visits: tuple[Appointment, ...]
    cause: str

    @classmethod
    def of(cls, conflict: VisitConflict, series: Series) -> ConflictLine:
        """Return a conflict of a series for showing."""
        visits = tuple(visit for visit in series.standing if visit.step in conflict.steps)
        return cls(conflict, visits, CAUSES.get(conflict.cause, ""))


@dataclass(frozen=True, slots=True)
class SeriesCard:
    """A series with its conflicts."""

    series: Series
    patient: Patient
    lines: tuple[ConflictLine, ...]


@dataclass(frozen=True, slots=True)
class RestingLine:
    """A series that is dormant, and the clinic-local day since which it rests."""

    series: Series
    since: date


@pages.get("/conflicts")
@needs(Permission.SEE_CONFLICTS)
def conflicts() -> ResponseReturnValue:
    """Show what is open, after closing what was put right meanwhile."""
    with reading():
        site = site_of(actor())
    found = see_conflicts(site.id, actor(), current_clock())
    accepted = see_accepted(site.id, actor())
    if isinstance(found, NotAllowed) or isinstance(accepted, NotAllowed):
        abort(403)
    with reading():
        now = current_clock().now()
        waiting, calls = waiting_at(site.id, now), calls_at(site.id, now)
        unconfirmed = len(unconfirmed_at(site, now))
        follow_ups = follow_ups_at(site, actor(), now)
    return render_template(
        "conflicts.html",
        cards=_cards(found),
        accepted=_cards(accepted),
        waiting=waiting,
        calls=calls,
        unconfirmed=unconfirmed,
        follow_ups=follow_ups,
        may_follow_up=may(actor(), Permission.SETTLE_FOLLOW_UP),
        may_settle=may(actor(), Permission.RESOLVE_CONFLICT),
        **_resting(site),
        site=site,
    )


def _resting(site: Site) -> dict[str, object]:
    """Return the series that are dormant, the longest at rest first, and their patients."""
    now = current_clock().now()
    with reading():
        rest = [
            RestingLine(series, since)
            for series in dormant_series(site.id)
            if (since := rests_since(series, now, site.zone)) is not None
        ]
        patients = patients_named(one.series.patient for one in rest)
    return {"resting": sorted(rest, key=lambda one: one.since), "patients": patients}


def _cards(found: Sequence[SeriesInConflict]) -> list[SeriesCard]:
    with reading():
        patients = patients_named(one.series.patient for one in found)
    return [
        SeriesCard(
            one.series,
            patients[one.series.patient],
            tuple(ConflictLine.of(conflict, one.series) for conflict in one.conflicts),
        )
        for one in found
    ]


@pages.get("/conflicts/<conflict>")
@needs(Permission.SEE_CONFLICTS)
def conflict(conflict: str) -> ResponseReturnValue:
    """Show one conflict and the ways to mend it."""
    return _page(conflict), 200


@pages.post("/conflicts/<conflict>")
@needs(Permission.RESOLVE_CONFLICT)
def mend(conflict: str) -> ResponseReturnValue:
    """Take one of the ways."""
    chosen = chosen_way(conflict)
    if chosen is None:
        return redirect(url_for("conflicts.conflict", conflict=conflict), 303)
    command = ResolveConflict(conflict, chosen.visits, chosen.key)
    outcome = resolve_conflict(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return _page(conflict, outcome), 409 if outcome.race_lost else 422
    flash(_in_words(outcome), "good")
    return redirect(url_for("conflicts.conflicts"), 303)


@pages.post("/conflicts/<conflict>/accept")
@needs(Permission.ACCEPT_CONFLICT)
def accept(conflict: str) -> ResponseReturnValue:
    """Accept a conflict as it is, with the reason that was given."""
    sent = request.form
    command = AcceptConflict(conflict, sent.get("reason", ""), sent.get("seen", ""), sent.get("key") or None)
    outcome = accept_conflict(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        if any(reason.code == "unknown_conflict" for reason in outcome.reasons):
            abort(404)
        return _page(conflict, outcome), 409 if outcome.race_lost else 422
    told_then = said("Accepted. It stands below the open conflicts, and is open again when its facts change.")
    flash(told_then, "good")
    return redirect(url_for("conflicts.conflicts"), 303)


def _page(conflict: str, refused: Refused | None = None) -> str:
    now = current_clock().now()
    found = see_ways_to_mend(conflict, actor(), current_clock())
    if isinstance(found, NotAllowed):
        abort(404)
    with reading():
        site = clinic.site(found.series.site)
        patient = clinic.patient(found.series.patient)
        names = Names.of(site.id)
    against = () if refused is None else (*refused.reasons, *_as_reasons(refused))
    return render_template(
        "conflict.html",
        line=ConflictLine.of(found.conflict, found.series),
        others=[ConflictLine.of(one, found.series) for one in found.others],
        series=found.series,
        patient=patient,
        site=site,
        ways=_ways(found, Manner(names, site.zone), now),
        reasons=found.reasons,
        against=against,
        may_cancel=may(actor(), Permission.CANCEL_APPOINTMENT),
        may_mend=may(actor(), Permission.RESOLVE_CONFLICT),
        may_accept=may_accept(actor(), found.conflict),
        longest_reason=LONGEST_REASON,
        reason_given=request.form.get("reason", ""),
        key=uuid4().hex,
        now=now,
    )


def _ways(found: WaysToMend, manner: Manner, now: datetime) -> list[WayTold]:
    about = {step for one in (found.conflict, *found.others) for step in one.steps}
    seal = Seal(found.conflict.id, actor().id, now)
    return [told(way, manner, sealed(visits_of(way), seal), about) for way in found.ways]


def _as_reasons(refused: Refused) -> list[Reason]:
    return [
        Reason(finding.rule, finding.why, finding.mend, ", ".join(finding.steps))
        for finding in refused.findings
    ]


def _in_words(outcome: ConflictResolved) -> str:
    parts = []
    if outcome.moves:
        parts.append(said_of_number("%(num)s visit moved", "%(num)s visits moved", len(outcome.moves)))
    if outcome.reassigned:
        parts.append(
            said_of_number(
                "%(num)s visit with others at the same time",
                "%(num)s visits with others at the same time",
                len(outcome.reassigned),
            )
        )
    done = said("Mended: %(how)s.", how=", ".join(parts)) if parts else said("It was mended already.")
    more = said("Of this series, more is open.")
    return f"{done} {more}" if outcome.left else done
