"""The rules as people read them, straight from the catalogue."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.rules.catalogue import CATALOGUE, Family
from scheduler.rules.finding import Level
from scheduler.rules.sources import SOURCES
from scheduler.web.guard import needs

pages = Blueprint("rules", __name__)

#: What each level means for the person at the desk.
LEVELS = {
    Level.BLOCK: ("✕", "Stops", "Without it nothing can be booked."),
    Level.GATE: (
        "○",
        "Needed before the visit",
        "It can be booked, but the visit may not start until it is settled.",
    ),
    Level.WARN: ("△", "Take care", "It is shown and stops nobody."),
    Level.INFO: ("i", "Good to know", "It is shown for information."),
}


@pages.get("/rules")
@needs(Permission.SEE_RULES)
def rules() -> ResponseReturnValue:
    """Show every rule, by what it is about."""
    places = {family: place for place, family in enumerate(Family)}
    ordered = sorted(CATALOGUE, key=lambda rule: places[rule.family])
    families = [(family, list(found)) for family, found in groupby(ordered, key=lambda rule: rule.family)]
    return render_template("rules.html", families=families, levels=LEVELS, sources=SOURCES)
