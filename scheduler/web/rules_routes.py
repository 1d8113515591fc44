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
from scheduler.web.speech import mark, said

pages = Blueprint("rules", __name__)

#: What each level means for the person at the desk: a sign, and marked sentences, said when the page is.
LEVELS = {
    Level.BLOCK: ("✕", mark("Stops"), mark("Without it nothing can be booked.")),
    Level.GATE: (
        "○",
        mark("Needed before the visit"),
        mark("It can be booked, but the visit may not start until it is settled."),
    ),
    Level.WARN: ("△", mark("Take care"), mark("It is shown and stops nobody.")),
    Level.INFO: ("i", mark("Good to know"), mark("It is shown for information.")),
}


@pages.get("/rules")
@needs(Permission.SEE_RULES)
def rules() -> ResponseReturnValue:
    """Show every rule, by what it is about."""
    places = {family: place for place, family in enumerate(Family)}
    ordered = sorted(CATALOGUE, key=lambda rule: places[rule.family])
    families = [(family, list(found)) for family, found in groupby(ordered, key=lambda rule: rule.family)]
    levels = {level: (sign, said(name), said(meaning)) for level, (sign, name, meaning) in LEVELS.items()}
    return render_template("rules.html", families=families, levels=levels, sources=SOURCES)
