"""A week of the board: every day with how much of each lane is taken, in words and drawn, and the way to the day."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.store import clinic
from scheduler.store.appointments import appointments_between
from scheduler.store.database import db
from scheduler.web.board_memory import remember_boards
from scheduler.web.board_week import days_of_week
from tests.web.small_clinic import ZONE, Visitor, booked_series

if TYPE_CHECKING:
    from flask import Flask


def cells(page: str, lane: str) -> list[str]:
    """Return the cells of a lane as words."""
    row = next(row for row in page.split("<tr") if f">{lane}</th>" in row)
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip()
        for one in re.findall(r"<td.*?</td>", row, re.S)
    ]


def test_a_week_begins_on_monday() -> None:
    assert days_of_week(date(2026, 12, 3))[0] == date(2026, 11, 30)
    assert days_of_week(date(2026, 12, 3))[-1] == date(2026, 12, 6)
    assert days_of_week(date(2026, 11, 30))[0] == date(2026, 11, 30)


def test_each_room_is_told_with_its_visits_and_how_much_they_take(clinic_app: Flask, desk: Visitor) -> None:
    dose = booked_series(clinic_app)[0].visit("D1")
    assert dose is not None
    day = local_day(dose.start, ZONE)
    page = desk.text(f"/board/{day}/week")
    with clinic_app.app_context():
        there = appointments_between(whole_local_day(day, ZONE), room=dose.room)
        room = next(one.name for one in clinic.rooms(dose.site) if one.id == dose.room)
        opened = sum(
            one.duration.total_seconds()
            for one in clinic.site(dose.site).open_times(whole_local_day(day, ZONE))
        )
    taken = sum(
        claim.interval.duration.total_seconds()
        for visit in there
        for claim in visit.claims
        if claim.resource == dose.room
    )
    told = cells(page, room)[day.weekday()]
    assert told.startswith(f"{len(there)} visit")
    assert f"{taken / opened:.0%}" in told
    assert f'href="/board/{day}?by=room"' in page
    assert "at once" in cells(page, "All rooms")[day.weekday()]


def test_closed_days_and_those_who_are_not_there_are_said(desk: Visitor) -> None:
    page = desk.text("/board/2026-11-26/week")
    assert "closed, Thanksgiving" in page
    assert "not to be had" in cells(page, "All rooms")[3] or cells(page, "All rooms")[3].startswith("–")
    assert "not open" in page, "on Sunday"


@pytest.mark.parametrize("by", ["therapist", "nurse"])
def test_a_week_of_people(desk: Visitor, by: str) -> None:
    page = desk.text(f"/board/2026-12-01/week?by={by}")
    assert f"All {by}s" in page
    assert 'aria-current="true">Week' in page


@pytest.mark.parametrize("day", ["2027-03-14", "2027-11-07"])
def test_weeks_in_which_the_clocks_change_are_drawn(desk: Visitor, day: str) -> None:
    assert "Each bar is an hour, from 08:00 to 18:00" in desk.text(f"/board/{day}/week")


def test_a_full_week_asks_no_more_than_an_empty_one(clinic_app: Flask, desk: Visitor) -> None:
    asked = {}
    for day in ("2026-12-01", "2026-12-08"):
        with clinic_app.app_context():
            remember_boards(clinic_app)
            statements: list[str] = []

            def note(*given: object, statements: list[str] = statements) -> None:
                statements.append(str(given[2]))

            event.listen(db.engine, "before_cursor_execute", note)
            assert desk.get(f"/board/{day}/week").status_code == 200
            event.remove(db.engine, "before_cursor_execute", note)
            week = Interval(
                whole_local_day(date.fromisoformat(day), ZONE).start,
                whole_local_day(days_of_week(date.fromisoformat(day))[-1], ZONE).end,
            )
            asked[len(appointments_between(week))] = len(statements)
    assert len(asked) == 2
    assert len(set(asked.values())) == 1
