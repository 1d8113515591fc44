"""What visits to come still wait for, fourteen days, seven, three and one day before: the list of open gates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.gates_ahead import WaitingVisit, waiting_visits
from scheduler.booking.reach import own_patients_only, site_of
from scheduler.reminders.policy import OPEN_GATES_WITHIN
from scheduler.store.glances import is_seen_by
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said_of_number

pages = Blueprint("open_gates", __name__)


@dataclass(frozen=True, slots=True)
class GatesSoon:
    """The visits that begin within so many days, and not within fewer that are listed before."""

    title: str
    lines: tuple[WaitingVisit, ...]


@pages.get("/open-gates")
@needs(Permission.SEE_FINDINGS)
def gates() -> ResponseReturnValue:
    """List them, the next visit first."""
    now = current_clock().now()
    staff = own_patients_only(actor())
    with reading():
        site = site_of(actor())
        found = [
            one
            for one in waiting_visits(site, now, OPEN_GATES_WITHIN[-1])
            if staff is None or is_seen_by(one.patient.id, staff)
        ]
    return render_template(
        "open_gates.html",
        sections=_sections(found, now),
        site=site,
        days=OPEN_GATES_WITHIN[-1].days,
        may_see_conflicts=may(actor(), Permission.SEE_CONFLICTS),
    )


def _sections(found: list[WaitingVisit], now: datetime) -> tuple[GatesSoon, ...]:
    """Return the visits by how soon they begin; what has none is left out."""
    sections, since = [], timedelta(0)
    for within in OPEN_GATES_WITHIN:
        lines = tuple(one for one in found if since <= one.visit.start - now < within)
        if lines:
            sections.append(
                GatesSoon(said_of_number("Within %(num)s day", "Within %(num)s days", within.days), lines)
            )
        since = within
    return tuple(sections)
