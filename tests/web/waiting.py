"""A clinic in which something becomes free: it is shut for days, and then it is not."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from re import DOTALL, findall, search

from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_places import change_places
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.place_changes import PlaceChange, SiteClosed, SiteOpenedAgain
from scheduler.domain.places import Closure
from scheduler.store import clinic
from tests.web.small_clinic import PROTOCOL, ZONE, Visitor, idle_patient


def one_who_waits(app: Flask, clock: Clock) -> str:
    """Return a patient without any visit to come, who could come at once."""
    return idle_patient(app, 1, clock.now())


def days_shut(clock: Clock) -> Closure:
    """Return ten days from tomorrow on."""
    first = local_day(clock.now(), ZONE) + timedelta(days=1)
    return Closure(first, first + timedelta(days=9), "Water damage")


def shut(app: Flask, clock: Clock) -> None:
    """Shut the site for those days."""
    _change(app, clock, SiteClosed(_site(app), days_shut(clock)))


def open_again(app: Flask, clock: Clock, closure: Closure) -> None:
    """Open it again: the days are free."""
    _change(app, clock, SiteOpenedAgain(_site(app), closure))


def wishes(first_day: date) -> dict[str, str]:
    """Return the fields that put somebody on the list."""
    return {"protocol": PROTOCOL, "earliest": first_day.isoformat(), "bond": "must"}


def put_on_the_list(desk: Visitor, patient: str, first_day: date, **more: str) -> None:
    """Let a patient wait, as the page of proposals does."""
    response = desk.send(f"/patients/{patient}/waiting", {**wishes(first_day), **more})
    assert response.headers["Location"] == "/waiting", response.text


def form_to(page: str, address: str) -> dict[str, str]:
    """Return the hidden fields of the first form that goes to an address, without its token."""
    found = search(rf'<form[^>]*action="{address}"[^>]*>(.*?)</form>', page, DOTALL)
    assert found, f"no form goes to {address}"
    fields = findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found.group(1))
    return {name: unescape(value) for name, value in fields if name != "csrf_token"}


def _site(app: Flask) -> str:
    with app.app_context():
        return clinic.sites()[0].id


def _change(app: Flask, clock: Clock, change: PlaceChange) -> None:
    with app.app_context():
        done = change_places(ChangeOfFacts(clinic.sites()[0].id, change), SYSTEM, clock)
        assert isinstance(done, FactsChanged), done
