"""The board: rooms and people of a site across a day; it is kept up to date while somebody looks at it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.reach import own_patients_only, site_of
from scheduler.domain.clock import local_day
from scheduler.domain.places import Site
from scheduler.store.freshness import version_of_site
from scheduler.store.work import reading
from scheduler.web.board_facts import facts_of_day
from scheduler.web.board_lanes import By
from scheduler.web.board_version import has_it_still, tag_of
from scheduler.web.board_view import board_of
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.words import zone_words

pages = Blueprint("board", __name__)

A_DAY = timedelta(days=1)


@pages.get("/board")
@needs(Permission.SEE_DAY)
def today() -> ResponseReturnValue:
    """Go to today's board, as the clinic's clock has it."""
    with reading():
        site = site_of(actor())
    now = current_clock().now()
    return redirect(url_for("board.day", day=local_day(now, site.zone), by=_asked_by()), 303)


@pages.get("/board/<day:day>")
@needs(Permission.SEE_DAY)
def day(day: date) -> ResponseReturnValue:
    """Show one day."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        return _page("board.html", day, site, now)


@pages.get("/board/<day:day>/live")
@needs(Permission.SEE_DAY)
def live(day: date) -> ResponseReturnValue:
    """Give what changes of one day's board, or nothing but "the same" to who has it: by one look-up."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        version = f"{version_of_site(site.id)}-{_shown(day)}"
        asked = request.headers.get("If-None-Match", "")
        if has_it_still(asked, version, now):
            return _tagged(Response(status=304), asked)
        return _page("_board.html", day, site, now)


def _page(template: str, day: date, site: Site, now: datetime) -> Response:
    """Draw the board, in one reading with its version; the tag says until when it is true."""
    version = f"{version_of_site(site.id)}-{_shown(day)}"
    facts = facts_of_day(day, site, actor(), now)
    by, tag = _by(), tag_of(version, facts.good_until())
    text = render_template(
        template,
        day=day,
        today=local_day(now, site.zone),
        site=site,
        zone_name=zone_words(day, site.zone),
        board=board_of(facts, by),
        by=by.value,
        before=day - A_DAY,
        after=day + A_DAY,
        is_own=own_patients_only(actor()) is not None,
        closure=next((one for one in site.closures if one.first_day <= day <= one.last_day), None),
        tag=tag,
    )
    return _tagged(make_response(text), tag)


def _tagged(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = tag
    return answer


def _shown(day: date) -> str:
    """Return what else the answer depends on: the day, the lanes, and whose patients alone are shown."""
    return f"{day:%Y%m%d}-{_by().value}-{own_patients_only(actor()) or ''}"


def _asked_by() -> str | None:
    by = _by()
    return None if by is By.ROOM else by.value


def _by() -> By:
    try:
        return By(request.args.get("by", By.ROOM.value))
    except ValueError:
        return By.ROOM
