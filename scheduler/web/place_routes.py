"""The places: opening hours, rooms out of use and days on which the site is shut, with what a change of them would break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.change_places import change_places, preview_change_places
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.reach import site_of
from scheduler.domain.clock import local_day
from scheduler.domain.errors import InvalidValue
from scheduler.domain.facts import Facts
from scheduler.domain.interval import Interval
from scheduler.domain.place_changes import (
    OpeningHoursChanged,
    PlaceChange,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure, Room
from scheduler.store.site_facts import facts_of
from scheduler.store.work import reading
from scheduler.web.fact_forms import ClosureForm, RoomForm, today_first
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.hours_forms import OpeningHoursForm, hours_form, later_hours
from scheduler.web.identity import current_clock
from scheduler.web.saving_facts import Saving, shown_or_saved
from scheduler.web.speech import said
from scheduler.web.week_drawing import WeekDrawing, week_of_room, week_of_site
from scheduler.web.words import absence_in, day_words, zone_words

pages = Blueprint("places", __name__)


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room, when it is out of use from now on, and its coming weeks where it is so in one of them."""

    room: Room
    out_of_use: tuple[Interval, ...]
    week: WeekDrawing | None


@dataclass(frozen=True)
class _Forms:
    """The forms of the page, with what was entered in the one that was sent."""

    room: RoomForm
    closure: ClosureForm
    hours: OpeningHoursForm


@pages.get("/places")
@needs(Permission.CHANGE_PLACES)
def places() -> ResponseReturnValue:
    """Show the opening hours, the rooms and the closures."""
    facts = _facts()
    return _page(facts, _forms(facts)), 200


@pages.post("/places/rooms")
@needs(Permission.CHANGE_PLACES)
def take_out_of_use() -> ResponseReturnValue:
    """Note that a room is out of use."""
    facts = _facts()
    forms = _forms(facts, "room")
    form = forms.room
    if not form.validate():
        return _page(facts, forms, form), 422
    time = form.interval(facts.site.zone)
    what = said(
        "%(room)s is out of use %(time)s",
        room=facts.rooms[form.room.data].name,
        time=absence_in(time, facts.site.zone),
    )
    return _answer(facts, RoomOutOfUse(form.room.data, time), what)


@pages.post("/places/rooms/back")
@needs(Permission.CHANGE_PLACES)
def take_back_in_use() -> ResponseReturnValue:
    """Note that a room can be used after all."""
    facts = _facts()
    room = request.form.get("room", "")
    try:
        time = Interval(*(datetime.fromisoformat(request.form.get(name, "")) for name in ("start", "end")))
    except (ValueError, InvalidValue):
        abort(400)
    return _answer(facts, RoomBackInUse(room, time), said("The room is back in use"))


@pages.post("/places/hours")
@needs(Permission.CHANGE_PLACES)
def change_opening_hours() -> ResponseReturnValue:
    """Open the site at other hours, from a day on or for a time."""
    facts = _facts()
    forms = _forms(facts, "hours")
    form = forms.hours
    if not form.validate():
        return _page(facts, forms, form), 422
    what = said("The site is open at other hours %(days)s", days=form.when_in_words())
    return _answer(facts, OpeningHoursChanged(facts.site.id, form.change()), what)


@pages.post("/places/closures")
@needs(Permission.CHANGE_PLACES)
def close() -> ResponseReturnValue:
    """Shut the site on some days."""
    facts = _facts()
    forms = _forms(facts, "closure")
    form = forms.closure
    if not form.validate():
        return _page(facts, forms, form), 422
    closure = form.closure()
    what = said("The site is shut %(days)s: %(reason)s", days=_days(closure), reason=closure.reason)
    return _answer(facts, SiteClosed(facts.site.id, closure), what)


@pages.post("/places/closures/open")
@needs(Permission.CHANGE_PLACES)
def open_again() -> ResponseReturnValue:
    """Take a closure back."""
    facts = _facts()
    try:
        first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("first_day", "last_day"))
    except ValueError:
        abort(400)
    closure = Closure(first, last, request.form.get("reason", ""))
    what = said("The site is open again %(days)s", days=_days(closure))
    return _answer(facts, SiteOpenedAgain(facts.site.id, closure), what)


def _answer(facts: Facts, change: PlaceChange, what: str) -> ResponseReturnValue:
    wanted: ChangeOfFacts[PlaceChange] = ChangeOfFacts(facts.site.id, change)
    back = url_for("places.places")
    return shown_or_saved(Saving(wanted, preview_change_places, change_places, what, back))


def _facts() -> Facts:
    with reading():
        return facts_of(site_of(actor()).id)


def _forms(facts: Facts, sent: str = "") -> _Forms:
    """Return the forms; what was entered goes into the one that was sent, and the others begin as ever."""
    today = local_day(current_clock().now(), facts.site.zone)
    first = today_first(today)
    entered = {sent: request.form}
    room = RoomForm(entered.get("room"), data=first)
    room.room.choices = [(one.id, one.name) for one in _by_name(facts)]
    # All have days: with names of their own, none shares an id with another.
    closure = ClosureForm(entered.get("closure"), prefix="closure-", data=first)
    return _Forms(
        room, closure, hours_form(OpeningHoursForm, facts.site.hours, today, is_sent=sent == "hours")
    )


def _page(facts: Facts, forms: _Forms, wrong: RoomForm | ClosureForm | OpeningHoursForm | None = None) -> str:
    now = current_clock().now()
    today = local_day(now, facts.site.zone)
    week = week_of_site(facts.site, now)
    return render_template(
        "places.html",
        site=facts.site,
        may_choose_settings=may(actor(), Permission.CHANGE_SETTINGS),
        may_choose_words=may(actor(), Permission.CHANGE_CALENDAR_WORDS),
        may_choose_times=may(actor(), Permission.CHANGE_REMINDER_TIMES),
        may_word_messages=may(actor(), Permission.CHANGE_MESSAGE_WORDS),
        rooms=[_room_line(room, facts, now) for room in _by_name(facts)],
        week=week,
        later=later_hours(week),
        is_changing_hours=wrong is forms.hours or "from" in request.args,
        zone_name=zone_words(today, facts.site.zone),
        closures=[(one, _days(one)) for one in facts.site.closures if one.last_day >= today],
        forms=forms,
        faults=faults(wrong) if wrong is not None else [],
    )


def _room_line(room: Room, facts: Facts, now: datetime) -> RoomLine:
    ahead = tuple(time for time in room.out_of_use if time.end > now)
    week = week_of_room(room, facts.site, now)
    return RoomLine(room, ahead, week if "away" in week.tones else None)


def _by_name(facts: Facts) -> list[Room]:
    return sorted(facts.rooms.values(), key=lambda room: (room.name, room.id))


def _days(closure: Closure) -> str:
    if closure.first_day == closure.last_day:
        return day_words(closure.first_day)
    return f"{day_words(closure.first_day)} – {day_words(closure.last_day)}"
