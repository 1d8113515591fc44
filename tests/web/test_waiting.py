"""The waiting list: who is put on it and taken off, and for whom a freed time would make a series better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.waiting import LeftBecause
from scheduler.store import clinic
from scheduler.store.waiting import all_entries, earlier_wish, open_entries
from tests.web.small_clinic import TODAY, ZONE, Visitor, booked_series, idle_patient, visitor
from tests.web.waiting import days_shut, form_to, one_who_waits, open_again, put_on_the_list, shut, wishes

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.series import Series

PAGE = "/waiting"


@pytest.mark.usefixtures("with_clinic")
def test_a_freed_time_leads_from_who_waits_to_the_booking_on_both_databases(
    app: Flask, standing_clock: StandingClock
) -> None:
    today = local_day(standing_clock.now(), ZONE)
    patient, desk = one_who_waits(app, standing_clock), visitor(app, "desk")
    closure = days_shut(standing_clock)
    shut(app, standing_clock)
    proposals = desk.send(f"/patients/{patient}/proposals", wishes(today)).text
    assert f'action="/patients/{patient}/waiting"' in proposals
    kept = form_to(proposals, f"/patients/{patient}/waiting")
    assert kept.items() >= wishes(today).items()
    put_on_the_list(desk, patient, today)
    assert "Nothing became free" in desk.text(PAGE)
    assert "Waiting list" not in desk.text("/to-do?only=freed").split("</nav>")[-1].partition("<h2")[2]
    open_again(app, standing_clock, closure)
    todo = desk.text("/to-do")
    assert "1 time is free again, the first" in todo
    assert "1 patient waits." in todo
    shown = desk.text(PAGE)
    assert "the site is open after all, noted" in shown
    assert "First dose" in shown and "days earlier" in shown and "instead of" in shown
    answer = desk.send(f"/patients/{patient}/proposals", form_to(shown, f"/patients/{patient}/proposals"))
    assert answer.status_code == 200
    seal = form_choice(answer.text)
    assert desk.send(f"/patients/{patient}/series", {"choice": seal}).status_code == 303
    assert "Nobody waits." in desk.text(PAGE)
    assert "free again" not in desk.text("/to-do")


def form_choice(page: str) -> str:
    return page.partition('name="choice"')[2].partition('value="')[2].partition('"')[0]


def test_what_is_wished_is_told_and_somebody_is_taken_off_for_a_reason(
    clinic_app: Flask, desk: Visitor, clock: StandingClock
) -> None:
    patient = one_who_waits(clinic_app, clock)
    put_on_the_list(
        desk, patient, TODAY, weekdays="1", from_time="09:30", until="2026-12-24", latest="2027-02-12"
    )
    shown = desk.text(PAGE)
    assert "Not before Mon 23 Nov 2026, over by Fri 12 Feb 2027, on Tuesdays, from 09:30." in shown
    assert "until Thu 24 Dec 2026" in shown
    site = None
    with clinic_app.app_context():
        site = clinic.sites()[0].id
        [entry] = open_entries(site)
    fields = form_to(shown, f"/patients/{patient}/proposals")
    assert fields["from_time"] == "09:30"
    refused = desk.send(f"{PAGE}/{entry.id}/off", {"because": "of the weather"})
    assert refused.status_code == 303
    assert "Choose why the patient waits no more" in desk.text(PAGE)
    desk.send(f"{PAGE}/{entry.id}/off", {"because": "not_wanted"})
    assert "Nobody waits." in desk.text(PAGE)
    with clinic_app.app_context():
        [ended] = all_entries()
    assert ended.ended_because is LeftBecause.NOT_WANTED


@pytest.mark.parametrize(
    "wrong", [{"until": "soon"}, {"protocol": "none"}, {"earliest": ""}], ids=lambda one: next(iter(one))
)
def test_what_makes_no_sense_is_not_kept(clinic_app: Flask, desk: Visitor, wrong: dict[str, str]) -> None:
    patient = idle_patient(clinic_app)
    response = desk.send(f"/patients/{patient}/waiting", {**wishes(TODAY), **wrong})
    assert response.headers["Location"] == f"/patients/{patient}/book"
    with clinic_app.app_context():
        assert all_entries() == ()


def test_who_would_come_earlier_stands_on_the_list_and_on_the_series(
    clinic_app: Flask, desk: Visitor, clock: StandingClock, series: Series
) -> None:
    address = f"/series/{series.id}"
    assert "Would come earlier" in desk.text(address)
    desk.send(f"{address}/earlier", {"would": "yes"})
    assert "The patient would come earlier: noted Mon 23 Nov 2026 by desk." in desk.text(address)
    assert f'href="{address}"' in desk.text(PAGE)
    assert desk.send(f"{address}/earlier", {"would": "perhaps"}).status_code == 404
    closure = days_shut(clock)
    shut(clinic_app, clock)
    open_again(clinic_app, clock, closure)
    shown = desk.text(PAGE)
    assert "1 time by which nobody gains alone" in shown, "the best series gains nothing"
    desk.send(f"{address}/earlier", {"would": "no"})
    with clinic_app.app_context():
        assert earlier_wish(series.id) is None


def test_a_freed_time_may_be_left_free(clinic_app: Flask, desk: Visitor, clock: StandingClock) -> None:
    put_on_the_list(desk, idle_patient(clinic_app), TODAY)
    closure = days_shut(clock)
    shut(clinic_app, clock)
    open_again(clinic_app, clock, closure)
    freed = form_to(desk.text(PAGE), "/waiting/freed/leave")
    assert freed.keys() == {"freed"}
    assert desk.send("/waiting/freed/leave", freed).status_code == 303
    assert "Nothing became free" in desk.text(PAGE)
    assert "free again" not in desk.text("/to-do")


def test_only_the_desk_is_offered_the_list(clinic_app: Flask, series: Series) -> None:
    therapist = visitor(clinic_app, "therapist")
    assert "Would come earlier" not in therapist.text(f"/series/{series.id}")
    shown = therapist.send(f"/patients/{series.patient}/proposals", wishes(TODAY)).text
    assert "/waiting" not in shown
    assert booked_series(clinic_app)
