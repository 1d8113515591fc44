"""The day: one's own for those who treat, the whole site's for the front desk; readable on a phone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter, ValidationError

from scheduler.access.permissions import Permission, may
from scheduler.booking.gates_ahead import floor_of, gates_of_visits
from scheduler.booking.reach import own_day_only, site_of
from scheduler.domain.clock import instant_at, local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site
from scheduler.store.appointments import appointments_between
from scheduler.store.glances import room_names, starts_between
from scheduler.store.visit_events import doses_begun
from scheduler.store.work import reading
from scheduler.web.answer_words import confirmed_in_words
from scheduler.web.day_view import DayFacts, DayVisit, day_visits
from scheduler.web.follow_up_lines import follow_ups_at
from scheduler.web.guard import actor, needs
from scheduler.web.hand_overs import hand_overs_of
from scheduler.web.identity import current_clock
from scheduler.web.visit_rows import Names
from scheduler.web.vital_lines import vitals_of_day
from scheduler.web.who_is_here import who_is_here
from scheduler.web.words import clock_in, zone_words

pages = Blueprint("day", __name__)

STRIP = 7
"""How many days the strip at the top shows, the day itself first."""


class DayConverter(BaseConverter):
    """A calendar day in an address, such as 2026-12-03."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Read the day; anything that is no day is not found."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None
        if not 2000 <= day.year <= 2200:
            raise ValidationError
        return day

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the strip: how many visits, and whether the site is closed."""

    day: date
    count: int
    is_closed: bool


@pages.get("/my-day")
@needs(Permission.SEE_OWN_DAY, Permission.SEE_DAY)
def my_day() -> ResponseReturnValue:
    """Go to today, as the clinic's clock has it."""
    with reading():
        site = site_of(actor())
    return redirect(url_for("day.day", day=local_day(current_clock().now(), site.zone)), 303)


@pages.get("/day/<day:day>")
@needs(Permission.SEE_OWN_DAY, Permission.SEE_DAY)
def day(day: date) -> ResponseReturnValue:
    """Show one day and the six after it."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        visits = _visits_of(day, site, now)
        strip = _strip(day, site)
        confirmed = confirmed_in_words([one.visit for one in visits], site.zone)
        is_today = day == local_day(now, site.zone)
        follow_ups = follow_ups_at(site, actor(), now) if is_today else ()
        here = who_is_here(site, actor(), now) if is_today and own_day_only(actor()) is not None else None
        vitals = vitals_of_day((one.visit for one in visits), site.zone, now)
    return render_template(
        "day.html",
        day=day,
        today=local_day(now, site.zone),
        site=site,
        zone_name=zone_words(day, site.zone),
        visits=visits,
        confirmed=confirmed,
        follow_ups=follow_ups,
        vitals=vitals,
        here=here,
        here_at=clock_in(now, site.zone),
        may_follow_up=may(actor(), Permission.SETTLE_FOLLOW_UP),
        strip=strip,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        is_own=own_day_only(actor()) is not None,
        closure=next((c for c in site.closures if c.first_day <= day <= c.last_day), None),
    )


def _visits_of(day: date, site: Site, now: datetime) -> tuple[DayVisit, ...]:
    found = appointments_between(whole_local_day(day, site.zone), site=site.id, staff=own_day_only(actor()))
    floor = floor_of(site, (visit.patient for visit in found), now)
    names = Names(room_names(site.id), {person.id: person.name for person in floor.staff.values()})
    standing = [visit for visit in found if visit.state.takes_time]
    return day_visits(
        found,
        DayFacts(
            floor, names, gates_of_visits(standing, floor), hand_overs_of(found), actor(), doses_begun(found)
        ),
    )


def _strip(first: date, site: Site) -> tuple[StripDay, ...]:
    days = [first + timedelta(days=offset) for offset in range(STRIP)]
    whole = Interval(
        instant_at(first, time.min, site.zone), instant_at(first + timedelta(days=STRIP), time.min, site.zone)
    )
    counted = Counter(
        local_day(at, site.zone) for at in starts_between(whole, site.id, own_day_only(actor()))
    )
    weekdays = {hours.weekday for hours in site.hours}
    return tuple(
        StripDay(
            each,
            counted[each],
            each.weekday() not in weekdays or any(c.first_day <= each <= c.last_day for c in site.closures),
        )
        for each in days
    )
