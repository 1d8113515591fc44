"""The first page of each role."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.web.guard import actor

pages = Blueprint("home", __name__)


@pages.get("/")
def home() -> ResponseReturnValue:
    """Go where the work of the role begins."""
    begins_with_own_day = may(actor(), Permission.SEE_OWN_DAY)
    return redirect(url_for("day.my_day" if begins_with_own_day else "patients.patients"), 303)
