"""Moving a visit by its page: what must follow is shown before anything is saved, and then done as one change."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local, local_day
from scheduler.domain.series import Series
from scheduler.web.words import visit_in
from tests.web.small_clinic import NOW, Visitor, as_stored, booked_series, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"


def _a_dose(app: Flask) -> tuple[Series, Appointment]:
    series = booked_series(app)[0]
    dose = series.visit("D3")
    assert dose is not None
    return series, dose


def test_the_series_leads_to_the_move_of_each_visit_to_come(clinic_app: Flask, desk: Visitor) -> None:
    series, dose = _a_dose(clinic_app)
    page = desk.text(f"/series/{series.id}")
    assert f'href="/visits/{dose.id}/move" aria-label="Move D3' in page
    assert visit_in(dose.interval, ZONE) in desk.text(f"/visits/{dose.id}/move")


def test_what_must_follow_is_shown_and_then_done(clinic_app: Flask, desk: Visitor) -> None:
    series, dose = _a_dose(clinic_app)
    shown = desk.send(f"/visits/{dose.id}/ways", {"where": "another_day"})
    assert shown.status_code == 200
    assert "Fewest visits moved" in shown.text
    assert visit_in(dose.interval, ZONE) in shown.text
    assert as_stored(clinic_app, series) == series, "looking changes nothing"
    way = ways_on(shown.text)[0]
    response = desk.send(f"/visits/{dose.id}/move", {"way": way})
    assert response.status_code == 303
    after = as_stored(clinic_app, series).visit("D3")
    assert after is not None
    assert local_day(after.start, ZONE) != local_day(dose.start, ZONE)
    assert visit_in(after.interval, ZONE) in shown.text, "it is what was shown"
    page = desk.text(response.headers["Location"])
    assert re.search(r"Moved: \d+ visits? changed\.", page)
    again = desk.send(f"/visits/{dose.id}/move", {"way": way})
    assert "Moved already." in desk.text(again.headers["Location"])


def test_a_visit_that_is_called_off_is_not_asked_about(clinic_app: Flask, desk: Visitor) -> None:
    _, dose = _a_dose(clinic_app)
    desk.send(f"/visits/{dose.id}/cancel", {"by": "patient", "reason": "illness"})
    page = desk.text(f"/visits/{dose.id}/move")
    assert "This visit is called off, so it cannot be moved." in page
    assert "See what must follow" not in page


def test_days_and_times_that_are_asked_for_are_kept(clinic_app: Flask, desk: Visitor) -> None:
    series, dose = _a_dose(clinic_app)
    review = series.visit("R1")
    assert review is not None
    first = local_day(review.start, ZONE) + timedelta(days=1)
    form = {
        "where": "between",
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(4)).isoformat(),
    }
    shown = desk.send(f"/visits/{review.id}/ways", form)
    way = ways_on(shown.text)[0]
    desk.send(f"/visits/{review.id}/move", {"way": way})
    after = as_stored(clinic_app, series).visit("R1")
    assert after is not None
    assert first <= local_day(after.start, ZONE) <= first + timedelta(days=4)


def test_when_nothing_works_it_says_why(clinic_app: Flask, desk: Visitor) -> None:
    series, dose = _a_dose(clinic_app)
    far = local_day(dose.start, ZONE) + timedelta(days=40)
    stay = [visit.step for visit in series.standing if visit.start > NOW and visit.step != "D3"]
    form = {"where": "between", "first_day": far.isoformat(), "stay": stay}
    shown = desk.send(f"/visits/{dose.id}/ways", form)
    assert "What stands in the way" in shown.text
    assert "Move like this" not in shown.text


def test_an_answer_that_is_missing_or_odd_is_told_beside_its_field(clinic_app: Flask, desk: Visitor) -> None:
    _, dose = _a_dose(clinic_app)
    address = f"/visits/{dose.id}/ways"
    for form, said in (
        ({}, 'href="#where">Choose where the visit shall go'),
        ({"where": "exactly"}, 'href="#day">Enter the day, such as 3 Dec 2026'),
        ({"where": "exactly", "day": "2026-12-03"}, 'href="#at">Enter the time, such as 09:00'),
        ({"where": "between"}, 'href="#first_day">Enter the first day'),
        (
            {"where": "between", "first_day": "2026-12-03", "last_day": "2026-12-02"},
            'href="#last_day">Enter a last day that is not before the first',
        ),
    ):
        response = desk.send(address, form)
        assert response.status_code == 422
        assert said in response.text


def test_a_way_that_was_tampered_with_or_is_of_another_visit_is_not_taken(
    clinic_app: Flask, desk: Visitor
) -> None:
    series, dose = _a_dose(clinic_app)
    other = series.visit("D4")
    assert other is not None
    way = ways_on(desk.send(f"/visits/{dose.id}/ways", {"where": "nearest"}).text)[0]
    for visit, text in ((dose.id, "nonsense"), (other.id, way)):
        response = desk.send(f"/visits/{visit}/move", {"way": text})
        assert response.headers["Location"] == f"/visits/{visit}/move"
        assert "Please choose again." in desk.text(response.headers["Location"])
    assert as_stored(clinic_app, series) == series


def test_a_way_that_somebody_else_crossed_is_refused_with_what_works_now(
    clinic_app: Flask, desk: Visitor
) -> None:
    _, dose = _a_dose(clinic_app)
    first, second = (
        ways_on(desk.send(f"/visits/{dose.id}/ways", {"where": "nearest"}).text)[0] for _ in range(2)
    )
    assert desk.send(f"/visits/{dose.id}/move", {"way": first}).status_code == 303
    refused = desk.send(f"/visits/{dose.id}/move", {"way": second})
    assert refused.status_code == 409
    assert "Somebody else was quicker" in refused.text
    assert "Move like this" in refused.text


def test_nurses_see_no_way_to_move(clinic_app: Flask) -> None:
    series, dose = _a_dose(clinic_app)
    nurse = visitor(clinic_app, "nurse")
    assert f"/visits/{dose.id}/move" not in nurse.text(f"/series/{series.id}")
    assert nurse.get(f"/visits/{dose.id}/move").status_code == 403


def test_free_starts_are_offered_day_by_day_and_asked_about_like_any_wish(
    clinic_app: Flask, desk: Visitor
) -> None:
    series, _ = _a_dose(clinic_app)
    talk = series.visit("I7")
    assert talk is not None
    page = desk.text(f"/visits/{talk.id}/move")
    days = re.findall(r'<option value="([-\d]+)" data-times="([^"]+)" data-alone="([^"]*)"', page)
    now = local_day(talk.start, ZONE).isoformat()
    present = f"{local(talk.start, ZONE):%H:%M}"
    assert all(present not in times.split() for day, times, _ in days if day == now), (
        "that would move nothing"
    )
    day, alone = next((day, alone) for day, _, alone in days if alone and day > now)
    times = desk.send(f"/visits/{talk.id}/starts", {"day": day}).text
    at = alone.split()[0]
    assert f'name="at" value="{at}"' in times
    shown = desk.send(f"/visits/{talk.id}/ways", {"where": "exactly", "day": day, "at": at})
    assert "1 visit changes" in shown.text
    assert as_stored(clinic_app, series) == series


def test_the_drawing_says_which_visits_can_be_dragged(clinic_app: Flask, desk: Visitor) -> None:
    series, dose = _a_dose(clinic_app)
    assert f'data-visit="{dose.id}" data-code="D3"' in desk.text(f"/series/{series.id}")
    assert "data-visit=" not in visitor(clinic_app, "nurse").text(f"/series/{series.id}")
