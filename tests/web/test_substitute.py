"""Another therapist on the screen: who could take the visits is told, and taken by one button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.store.series import series as stored_series
from tests.web.small_clinic import Visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask


def test_who_could_take_a_visit_is_told_and_taken_once(
    clinic_app: Flask, desk: Visitor, series: Series
) -> None:
    assert f"/series/{series.id}/therapist" in desk.text(f"/series/{series.id}")
    assert "Whoever is free" in desk.text(f"/series/{series.id}/therapist")
    form = {"from_step": "D2", "how_many": "one", "therapist": ""}
    page = desk.send(f"/series/{series.id}/therapist", form)
    assert page.status_code == 200
    assert "Nothing moves: 1 visit with others at the same time" in page.text
    assert "The patient has not met" in page.text
    way = ways_on(page.text)[0]
    for _ in range(2):
        taken = desk.send(f"/series/{series.id}/therapist/take", {**form, "way": way})
        assert taken.status_code == 303
    assert "This was done before." in desk.text(f"/series/{series.id}")
    with clinic_app.app_context():
        after, before = stored_series(series.id).visit("D2"), series.visit("D2")
    assert after is not None
    assert before is not None
    assert after.start == before.start
    assert after.staff[Role.THERAPIST] != before.staff[Role.THERAPIST]
    other = ways_on(page.text)[-1]
    late = desk.send(f"/series/{series.id}/therapist/take", {**form, "way": other})
    assert late.status_code == 409
    assert "changed by somebody else" in late.text


def test_the_rest_of_a_series_goes_to_somebody_named(
    clinic_app: Flask, desk: Visitor, series: Series
) -> None:
    dose = series.visit("D2")
    assert dose is not None
    listed = re.findall(r'<option value="([a-z0-9-]+)">', desk.text(f"/series/{series.id}/therapist"))
    whom = next(one for one in listed if one != dose.staff[Role.THERAPIST] and one[0].islower())
    form = {"from_step": "D2", "how_many": "rest", "therapist": whom}
    page = desk.send(f"/series/{series.id}/therapist", form).text
    way = ways_on(page)
    assert len(way) == 1
    assert desk.send(f"/series/{series.id}/therapist/take", {**form, "way": way[0]}).status_code == 303
    with clinic_app.app_context():
        kept = stored_series(series.id)
    theirs = {v.staff[Role.THERAPIST] for v in kept.standing if v.step[0] == "D" and v.step > "D1"}
    assert theirs == {whom}


def test_what_is_missing_or_makes_no_sense_is_said(desk: Visitor, series: Series) -> None:
    dose = series.visit("D2")
    assert dose is not None
    page = desk.send(f"/series/{series.id}/therapist", {})
    assert page.status_code == 422
    assert "Choose a visit" in page.text
    same = {"from_step": "D2", "how_many": "one", "therapist": dose.staff[Role.THERAPIST]}
    page = desk.send(f"/series/{series.id}/therapist", same)
    assert page.status_code == 422
    assert "has these visits already" in page.text
    stale = desk.send(f"/series/{series.id}/therapist/take", {**same, "way": "nonsense"})
    assert stale.status_code == 303
    assert "Please choose again" in desk.text(f"/series/{series.id}/therapist")
