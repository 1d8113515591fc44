"""The public holidays of the site's country or region, proposed as closures; none is taken over by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SelectMultipleField

from scheduler.access.permissions import Permission
from scheduler.booking.change_holiday_region import ChangeHolidayRegion, change_holiday_region
from scheduler.booking.change_places import change_places, preview_change_places
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.public_holidays import PublicHoliday, countries, holidays_in, is_known, parts_of
from scheduler.booking.reach import site_of
from scheduler.domain.clock import local_day
from scheduler.domain.place_changes import HolidaysTaken, PlaceChange
from scheduler.domain.places import Closure, Site
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.region_names import country_name, named
from scheduler.web.saving_facts import Saving, shown_or_saved
from scheduler.web.speech import later, said, said_of_number
from scheduler.web.week_drawing import EVERY_WEEKDAY
from scheduler.web.words import day_words, refused_words

pages = Blueprint("holidays", __name__)


class RegionForm(PostedForm):
    """Which country, and which part of it where its parts have holidays of their own."""

    country = SelectField(later("Country"))
    part = SelectField(later("Part of it"), validate_choice=False)

    def offer(self, country: str) -> RegionForm:
        """Fill the choices in, the parts being those of one country, and return the form."""
        self.country.choices = [
            ("", said("None: propose no holidays") if country else said("Choose a country")),
            *named(countries()),
        ]
        self.part.choices = [("", said("The whole country")), *parts_of(country)]
        return self

    def region(self) -> str:
        """Return what was chosen; a part of another country than the one chosen counts as none."""
        country, part = self.country.data or "", self.part.data or ""
        return f"{country}-{part}" if part in dict(parts_of(country)) else country


class TakingForm(PostedForm):
    """Which of the holidays are taken over as closures."""

    days = SelectMultipleField(later("Days"), [])

    def validate_days(self, field: SelectMultipleField) -> None:
        """Ask for one day at least."""
        if not field.data:
            field.errors = [*field.errors, said("Tick at least one day")]


@dataclass(frozen=True, slots=True)
class HolidayLine:
    """One holiday; `shut` says why the site is shut on it already, `never_open` names a weekday on which it never opens."""

    holiday: PublicHoliday
    shut: str | None
    never_open: str | None


@pages.get("/places/holidays")
@needs(Permission.CHANGE_PLACES)
def proposed() -> ResponseReturnValue:
    """Show the holidays from today to the end of next year."""
    site = _site()
    return _page(site, _taking(site)), 200


@pages.post("/places/holidays")
@needs(Permission.CHANGE_PLACES)
def take() -> ResponseReturnValue:
    """Take those that were ticked over as closures, after a look at what that would break."""
    site = _site()
    form = _taking(site, sent=True)
    if not form.validate() or form.days.errors:
        return _page(site, form), 422
    wanted = frozenset(form.days.data or ())
    chosen = [one for one in _holidays(site) if one.day.isoformat() in wanted]
    change = HolidaysTaken(site.id, tuple(Closure(one.day, one.day, one.name) for one in chosen))
    asked: ChangeOfFacts[PlaceChange] = ChangeOfFacts(site.id, change)
    what = said_of_number(
        "The site is shut on %(num)s public holiday: %(days)s",
        "The site is shut on %(num)s public holidays: %(days)s",
        len(chosen),
        days=_in_words(chosen),
    )
    return shown_or_saved(
        Saving(asked, preview_change_places, change_places, what, url_for("holidays.proposed"))
    )


@pages.post("/places/holidays/region")
@needs(Permission.CHANGE_PLACES)
def choose_region() -> ResponseReturnValue:
    """Choose whose holidays are proposed."""
    site = _site()
    form = RegionForm(request.form).offer(site.holiday_region.partition("-")[0])
    if not form.validate():
        return _page(site, _taking(site), form), 422
    outcome = change_holiday_region(
        ChangeHolidayRegion(site.id, form.region(), key_sent()), actor(), current_clock()
    )
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(said("Saved. Nothing is shut by this: tick the days below."), "good")
    return redirect(url_for("holidays.proposed"), 303)


def _site() -> Site:
    with reading():
        return site_of(actor())


def _holidays(site: Site) -> list[PublicHoliday]:
    today = local_day(current_clock().now(), site.zone)
    found = holidays_in(site.holiday_region, (today.year, today.year + 1))
    return [one for one in found if one.day >= today]


def _taking(site: Site, *, sent: bool = False) -> TakingForm:
    form = TakingForm(request.form if sent else None)
    form.days.choices = [(one.day.isoformat(), one.name) for one in _holidays(site)]
    return form


def _lines(site: Site) -> dict[int, list[HolidayLine]]:
    """Return the holidays by year."""
    lines = [HolidayLine(one, _shut(site, one.day), _never_open(site, one.day)) for one in _holidays(site)]
    return {year: list(those) for year, those in groupby(lines, lambda line: line.holiday.day.year)}


def _shut(site: Site, day: date) -> str | None:
    return next((one.reason for one in site.closures if one.first_day <= day <= one.last_day), None)


def _never_open(site: Site, day: date) -> str | None:
    if any(hours.applies_on(day) for hours in site.hours):
        return None
    return EVERY_WEEKDAY[day.weekday()]


def _in_words(chosen: Iterable[PublicHoliday]) -> str:
    return ", ".join(f"{one.name} ({day_words(one.day)})" for one in chosen)


def _page(site: Site, taking: TakingForm, wrong_region: RegionForm | None = None) -> str:
    country, _, part = site.holiday_region.partition("-")
    region = wrong_region or RegionForm(None, data={"country": country, "part": part}).offer(country)
    wrong = [*faults(taking), *(faults(wrong_region) if wrong_region else [])]
    return render_template(
        "holidays.html",
        site=site,
        taking=taking,
        region=region,
        faults=wrong,
        known=is_known(site.holiday_region),
        years=_lines(site),
        where=_where(site.holiday_region),
        country=country_name(country),
        ticked=frozenset(taking.days.data or ()),
    )


def _where(region: str) -> str:
    country, _, part = region.partition("-")
    name = dict(parts_of(country)).get(part, part)
    return f"{name}, {country_name(country)}" if part else country_name(country)
