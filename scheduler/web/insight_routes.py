"""How the clinic has done: figures over a stretch of days, drawn, as tables and as files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.reach import site_of
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site
from scheduler.insights.every_figure import FIGURES
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Cell, Figure
from scheduler.store import clinic
from scheduler.store.glances import series_in_outline
from scheduler.store.insight_facts import (
    booked_at,
    claims_during,
    notices_during,
    overrides_during,
    referrals_of,
    visits_in_outline,
)
from scheduler.store.refused import refusals_during
from scheduler.store.work import reading
from scheduler.web.figure_words import retold_figure
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.words import WEEKDAYS

pages = Blueprint("insights", __name__)

MOST_DAYS = 400
"""A year and a month: what takes longer is two questions."""

USUAL_DAYS = 28


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are looked at, both included, clinic-local; `fault` says what is wrong with those asked for."""

    first: date
    last: date
    fault: str = ""

    def whole(self, zone: str) -> Interval:
        """Return the time from the first midnight to the last."""
        return Interval(whole_local_day(self.first, zone).start, whole_local_day(self.last, zone).end)


@dataclass(frozen=True, slots=True)
class Choice:
    """A stretch that is often asked for."""

    name: str
    first: date
    last: date


@pages.get("/insights")
@needs(Permission.SEE_INSIGHTS)
def insights() -> ResponseReturnValue:
    """Show every figure over the days asked for, the four weeks up to yesterday unless others are."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        today = local_day(now, site.zone)
        days = _days_asked(today)
        facts = _facts(site, days.whole(site.zone), now)
    return render_template(
        "insights.html",
        site=site,
        days=days,
        choices=_choices(today),
        weekdays=WEEKDAYS,
        figures=[retold_figure(figure(facts)) for figure in FIGURES.values()],
    ), 422 if days.fault else 200


@pages.get("/insights/<key>.csv")
@needs(Permission.SEE_INSIGHTS)
def file(key: str) -> ResponseReturnValue:
    """Give one figure as a file of comma-separated values, UTF-8; in English, for programs know its columns by name."""
    if key not in FIGURES:
        abort(404)
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        days = _days_asked(local_day(now, site.zone))
        facts = _facts(site, days.whole(site.zone), now)
    if days.fault:
        abort(400, days.fault)
    name = f"{key}-{days.first}-{days.last}.csv"
    return Response(
        _as_file(FIGURES[key](facts)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _facts(site: Site, during: Interval, now: datetime) -> Facts:
    visits = visits_in_outline(during, site.id)
    series = series_in_outline(visit.series for visit in visits if visit.series)
    return Facts(
        site=site,
        rooms=clinic.rooms(site.id),
        staff=clinic.staff(site.id),
        during=during,
        as_of=now,
        claims=claims_during(during, site.id),
        visits=visits,
        series=tuple(series.values()),
        protocols={one.id: clinic.protocol_of(one) for one in series.values()},
        booked_at=booked_at(series),
        referred_on=referrals_of(series, site.zone),
        notices=notices_during(during, site.id),
        overrides=overrides_during(during, site.id),
        refusals=refusals_during(during, site.id),
    )


def _days_asked(today: date) -> Days:
    usual = Days(today - timedelta(days=USUAL_DAYS), today - timedelta(days=1))
    if not request.args.get("from") and not request.args.get("until"):
        return usual
    try:
        first = date.fromisoformat(request.args.get("from", ""))
        last = date.fromisoformat(request.args.get("until", ""))
    except ValueError:
        return Days(usual.first, usual.last, said("Enter both days, such as 2027-01-04"))
    if last < first:
        return Days(
            usual.first,
            usual.last,
            said("The last day lies before the first; enter them the other way round"),
        )
    if (last - first).days >= MOST_DAYS:
        return Days(
            usual.first,
            usual.last,
            said("At most %(most)s days are looked at together; choose fewer", most=MOST_DAYS),
        )
    if first.year < 2000 or last.year > 2200:
        return Days(usual.first, usual.last, said("Enter days between 2000 and 2200"))
    return Days(first, last)


def _choices(today: date) -> tuple[Choice, ...]:
    yesterday = today - timedelta(days=1)
    return (
        Choice(said("Last 4 weeks"), today - timedelta(days=28), yesterday),
        Choice(said("Last 13 weeks"), today - timedelta(days=91), yesterday),
        Choice(said("Last year"), today - timedelta(days=365), yesterday),
        Choice(said("Next 4 weeks"), today, today + timedelta(days=27)),
    )


def _as_file(figure: Figure) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(figure.columns)
    writer.writerows([_plain(cell) for cell in row] for row in figure.rows)
    # Excel takes a file for UTF-8 only when it begins with this mark.
    return "\ufeff" + text.getvalue()


def _plain(cell: Cell) -> Cell:
    """Return a cell as a file has it: a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell
