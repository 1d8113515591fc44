"""The board: rooms and people of a site across a day, kept up to date, and a week at a glance."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import (
    Blueprint,
    Response,
    get_template_attribute,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from scheduler.access.permissions import Permission, may
from scheduler.booking.reach import own_patients_only, site_of
from scheduler.domain.clock import local_day
from scheduler.domain.places import Site
from scheduler.store.freshness import version_of_site
from scheduler.store.work import reading
from scheduler.web.board_facts import facts_of_day, facts_of_days
from scheduler.web.board_lanes import By
from scheduler.web.board_shelf import Drawn, board_shelf
from scheduler.web.board_version import has_it_still, tag_of
from scheduler.web.board_view import Block, board_of
from scheduler.web.board_week import days_of_week, week_of
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import manner, said
from scheduler.web.words import clock_in, zone_words

pages = Blueprint("board", __name__)

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)

PRESENT, TAG = "@present@", "@tag@"
"""What stands in a drawn board for what differs each time it is told."""


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
        version = _version(day, site)
        drawn = _drawn(version, day, site, now)
    by, here = _by().value, local_day(now, site.zone)
    page = render_template(
        "board.html",
        day=day,
        today=here,
        site=site,
        zone_name=zone_words(day, site.zone),
        now_words=clock_in(now, site.zone) if day == here else "",
        board=Markup(_as_of(drawn, version, now)),  # noqa: S704 - drawn by a template of ours
        by=by,
        live_words=_live_words,
        before=day - A_DAY,
        after=day + A_DAY,
        is_own=own_patients_only(actor()) is not None,
        # Beside the board and not in it: who may not move looks at the same drawing.
        may_move=may(actor(), Permission.MOVE_APPOINTMENT),
    )
    return _tagged(make_response(page), tag_of(version, drawn.good_until))


@pages.get("/board/<day:day>/live")
@needs(Permission.SEE_DAY)
def live(day: date) -> ResponseReturnValue:
    """Give what changes of one day's board, or nothing but "the same" to who has it: by one look-up."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        version = _version(day, site)
        asked = request.headers.get("If-None-Match", "")
        if has_it_still(asked, version, now):
            return _tagged(Response(status=304), asked)
        drawn = _drawn(version, day, site, now)
    return _tagged(make_response(_as_of(drawn, version, now)), tag_of(version, drawn.good_until))


@pages.get("/board/<day:day>/week")
@needs(Permission.SEE_DAY)
def week(day: date) -> ResponseReturnValue:
    """Show how full the week of a day is."""
    now, days = current_clock().now(), days_of_week(day)
    with reading():
        site = site_of(actor())
        facts = facts_of_days(days, site, actor(), now)
    return render_template(
        "board_week.html",
        day=day,
        days=days,
        site=site,
        zone_name=zone_words(day, site.zone),
        week=week_of(facts, _by()),
        by=_by().value,
        before=day - A_WEEK,
        after=day + A_WEEK,
        is_own=own_patients_only(actor()) is not None,
    )


def _drawn(version: str, day: date, site: Site, now: datetime) -> Drawn:
    """Return the board as of a version: as it was drawn for somebody else, or drawn now; in one reading with the version."""
    kept = board_shelf().drawn(version, now)
    if kept is not None:
        return kept
    facts = facts_of_day(day, site, actor(), now)
    text = render_template(
        "_board.html",
        day=day,
        today=local_day(now, site.zone),
        board=board_of(facts, _by(), board_shelf().blocks),
        by=_by().value,
        tag=TAG,
        present=PRESENT,
        text_of=_text_of,
        closure=next((one for one in site.closures if one.first_day <= day <= one.last_day), None),
    )
    drawn = Drawn(text, facts.good_until(), facts.axis)
    board_shelf().keep(version, drawn)
    return drawn


def _text_of(block: Block) -> Markup:
    """Return a block's text: as it was written for another board, where it says the same."""
    texts = board_shelf().texts
    key = manner(), block.says
    text = texts.get(key)
    if text is None:
        write = get_template_attribute("_block.html", "block")
        text = texts[key] = write(block)
    return text


def _as_of(drawn: Drawn, version: str, now: datetime) -> str:
    """Return the text of a board with the line of the present where it is now, and the tag to ask again with."""
    tag = escape(tag_of(version, drawn.good_until))
    return drawn.text.replace(PRESENT, f"{drawn.axis.at(now)}").replace(TAG, str(tag))


def _version(day: date, site: Site) -> str:
    """Return what a board is drawn by: what was written, the day, the lanes, whose patients, and for whose manner."""
    shown = f"{day:%Y%m%d}-{_by().value}-{own_patients_only(actor()) or ''}-{manner().value}"
    return f"{site.id}-{version_of_site(site.id)}-{shown}"


def _live_words() -> dict[str, str]:
    """Return what the page says by itself while it is kept up to date, by the name under which its script finds it."""
    return {
        "updated": said("Updated: {news}."),
        "more": said(", and {number} more"),
        "ended": said("You are not signed in any more."),
        "over": said("Not live any more: sign in again to see what changed."),
        "lives": said("Live: changes show by themselves."),
        "lost": said("No connection just now. What you see may be older."),
    }


def _tagged(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = tag
    return answer


def _asked_by() -> str | None:
    by = _by()
    return None if by is By.ROOM else by.value


def _by() -> By:
    try:
        return By(request.args.get("by", By.ROOM.value))
    except ValueError:
        return By.ROOM
