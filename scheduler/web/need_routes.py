"""What needs somebody: one list by urgency, each line with its next step."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.reach import site_of
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.needs import NeedKind, by_urgency, needs_at

pages = Blueprint("needs", __name__)


@pages.get("/to-do")
@needs(Permission.SEE_CONFLICTS)
def to_do() -> ResponseReturnValue:
    """Show what waits, the most urgent first; all of it, or one sort of thing."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        found = needs_at(site, now)
    wanted = request.args.get("only", "")
    shown = [need for need in found if not wanted or need.kind.name.lower() == wanted]
    counts = [(kind, sum(need.kind is kind for need in found)) for kind in NeedKind]
    return render_template(
        "to_do.html",
        site=site,
        stretches=by_urgency(shown, now, site.zone),
        counts=[(kind, number) for kind, number in counts if number],
        wanted=wanted,
        number=len(shown),
        every=len(found),
        may=partial(may, actor()),
        may_wait=may(actor(), Permission.KEEP_WAITING_LIST),
    )
