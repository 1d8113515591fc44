"""The page of figures over a stretch of days, and each figure as a file."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from scheduler.domain.clock import local_day
from scheduler.insights.every_figure import FIGURES
from scheduler.store import clinic
from scheduler.store.appointments import all_appointments
from scheduler.store.base import table_of
from scheduler.store.tables_people import StaffRow
from scheduler.store.work import unit_of_work, writing
from tests.web.small_clinic import TODAY, ZONE, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.clock import StandingClock


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.usefixtures("with_clinic")
def test_what_is_booked_is_counted_on_both_databases(app: Flask, standing_clock: StandingClock) -> None:
    admin = visitor(app, "admin")
    today = local_day(standing_clock.now(), ZONE)
    asked = f"from={today}&until={today + timedelta(days=27)}"
    with app.app_context():
        visits = [
            visit
            for visit in all_appointments()
            if today <= local_day(visit.start, ZONE) < today + timedelta(days=28)
        ]
        site = clinic.sites()[0].id
        fit = {room.id: room.capabilities for room in clinic.rooms(site)}
    page = admin.text(f"/insights?{asked}")
    assert f"<b>{len(visits)} visits</b>" in page

    counted = rows_of(admin.text(f"/insights/attendance.csv?{asked}"))
    assert sum(int(cells[-1]) for cells in counted[1:]) == len(visits)

    by_hour = rows_of(admin.text(f"/insights/chairs.csv?{asked}"))
    chairs = {room for room, named in fit.items() if any(one.endswith("_dosing") for one in named)}
    held = [claim.interval for v in visits for claim in v.claims if claim.resource in chairs]
    hours = sum(interval.duration.total_seconds() for interval in held) / 3600
    assert sum(float(cells[2]) for cells in by_hour[1:]) == pytest.approx(hours, abs=0.5)


def test_every_figure_can_be_had_as_a_file(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    page = admin.text(f"/insights?from={TODAY}&until={TODAY + timedelta(days=27)}")
    for key, figure in FIGURES.items():
        answer = admin.get(f"/insights/{key}.csv?from={TODAY}&until={TODAY}")
        assert answer.status_code == 200, key
        assert answer.mimetype == "text/csv"
        assert f'filename="{key}-{TODAY}-{TODAY}.csv"' in answer.headers["Content-Disposition"]
        assert len({len(cells) for cells in rows_of(answer.text)}) == 1
        assert f'id="{key}"' in page, figure
    assert admin.get("/insights/nothing.csv").status_code == 404


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("from=2026-12-01&until=", "Enter both days"),
        ("from=someday&until=2026-12-01", "Enter both days"),
        ("from=2026-12-02&until=2026-12-01", "the other way round"),
        ("from=2024-12-02&until=2026-12-01", "At most 400 days"),
        ("from=1026-12-02&until=1026-12-03", "between 2000 and 2200"),
    ],
)
def test_days_that_will_not_do_are_said_and_kept(clinic_app: Flask, asked: str, why: str) -> None:
    answer = visitor(clinic_app, "admin").get(f"/insights?{asked}")
    assert answer.status_code == 422
    assert why in answer.text
    assert "There is a problem" in answer.text
    assert f'value="{asked.partition("&")[0].removeprefix("from=")}"' in answer.text
    assert visitor(clinic_app, "admin").get(f"/insights/chairs.csv?{asked}").status_code == 400


def test_a_name_that_looks_like_a_formula_is_none_in_a_spreadsheet(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    with clinic_app.app_context():
        person = clinic.staff(clinic.sites()[0].id)[0]
    asked = f"from={TODAY}&until={TODAY + timedelta(days=27)}"
    _rename(clinic_app, person.id, "=HYPERLINK(1)")
    names = [cells[0] for cells in rows_of(admin.text(f"/insights/people.csv?{asked}"))]
    assert "'=HYPERLINK(1)" in names
    assert "=HYPERLINK(1)" not in names


def _rename(app: Flask, person: str, name: str) -> None:
    staff = table_of(StaffRow)
    with app.app_context(), unit_of_work():
        writing().execute(update(staff).where(staff.c.id == person).values(name=name))


def test_nobody_else_sees_how_much_each_works(desk: Visitor) -> None:
    assert desk.get("/insights").status_code == 403
    assert 'href="/insights"' not in desk.text("/patients")
