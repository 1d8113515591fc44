"""One visit as a calendar file, for whoever may open its page."""

from __future__ import annotations

from flask import Blueprint, Response

from scheduler.access.permissions import Permission
from scheduler.domain.errors import NotFound
from scheduler.feeds.single_visit import visit_as_file
from scheduler.store.work import reading
from scheduler.web.feed_routes import CALENDAR_TYPE
from scheduler.web.guard import needs
from scheduler.web.visit_routes import visit_within_reach

pages = Blueprint("visit_files", __name__)


@pages.get("/visits/<appointment>/appointment.ics")
@needs(Permission.SEE_PATIENTS)
def visit_file(appointment: str) -> Response:
    """Hand the visit out as a file, in the words of the patient's own calendar."""
    with reading():
        found, _ = visit_within_reach(appointment)
        written = visit_as_file(found.id)
    if written is None:
        raise NotFound("the patient is not told of this visit, so there is no calendar file of it")
    headers = {
        "Content-Type": CALENDAR_TYPE,
        "Content-Disposition": 'attachment; filename="appointment.ics"',
        "Cache-Control": "no-store",
    }
    return Response(written, headers=headers)
