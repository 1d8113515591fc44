"""What would suit the patient best: asked calmly, kept whatever happens, and told of each proposal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.booking.preview_series import PreviewSeries
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.planner.preferences import KEYS
from scheduler.planner.proposal import Answer
from scheduler.planner.propose import propose
from scheduler.store import clinic
from scheduler.web.sealed_choice import opened
from scheduler.web.wishes_form import entered, open_weekdays
from scheduler.web.words import MATTERS_MOST
from tests.web.small_clinic import NOW, PROTOCOL, TODAY, Visitor, idle_patient
from tests.web.visits import a_site

if TYPE_CHECKING:
    from flask import Flask

WISHES = {"protocol": PROTOCOL, "earliest": "2026-11-24", "latest": "", "therapist": ""}
SUITS = {"weekdays": ["1", "3"], "from_time": "09:00", "until_time": "15:30"}
SEAL = re.compile(r'name="choice" id="proposal-\d" value="([^"]+)"')


def test_what_suits_the_patient_is_asked_calmly(clinic_app: Flask, desk: Visitor) -> None:
    page = desk.text(f"/patients/{idle_patient(clinic_app)}/book")
    suits = page.split('<details class="suits"')[1].split("</details>")[0]
    assert suits.startswith(">"), "closed until it is used"
    assert re.findall(r'name="weekdays" value="(\d)"', suits) == ["0", "1", "2", "3", "4", "5"], (
        "open days alone"
    )
    assert "checked" not in suits.split('name="weekdays"')[1]
    assert '<option selected value="">The earliest finish</option>' in suits
    assert "As few trips as possible" in suits


def test_only_what_can_be_put_first_is_offered() -> None:
    # The earliest finish is the usual order.
    assert set(MATTERS_MOST) - {""} == KEYS - {"earliest_finish"}


def test_wishes_are_kept_on_the_page_in_the_seal_and_when_they_are_looked_for_anew(
    clinic_app: Flask, desk: Visitor, clock: StandingClock
) -> None:
    patient = idle_patient(clinic_app)
    with clinic_app.app_context():
        site = clinic.patient(patient).site
        rather = [person.id for person in clinic.staff(site) if Role.THERAPIST in person.roles][-1]
    wishes = {**WISHES, **SUITS, "therapist": rather, "bond": "rather", "most": "wished_therapist"}
    shown = desk.send(f"/patients/{patient}/proposals", wishes)
    assert shown.status_code == 200
    assert "Wished therapist" in shown.text
    assert "wished therapist" in shown.text.split('class="stands-out"')[1].split("</label>")[0]
    seal = SEAL.findall(shown.text)[0]
    with clinic_app.app_context():
        booking = opened(seal, patient, "desk", NOW)
    assert (booking.therapist, booking.rather, booking.first) == (None, rather, ("wished_therapist",))
    assert booking.weekdays == {1, 3}
    assert (booking.from_time, booking.until_time) == (time(9, 0), time(15, 30))
    assert {v.staff[Role.THERAPIST] for v in booking.visits or () if v.step in ("D1", "D6")} == {rather}
    clock.advance(timedelta(hours=3))
    late = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert late.status_code == 422
    for page in (shown.text, late.text):
        assert '<details class="suits" open>' in page
        assert f'<option selected value="{rather}">' in page
        assert re.search(r'checked[^>]*value="rather"|value="rather"[^>]*checked', page)
        assert re.findall(r'name="weekdays" value="(\d)"[^>]* checked', page) == ["1", "3"]
        assert re.search(r'name="from_time"[^>]*value="09:00"', page)
        assert re.search(r'name="until_time"[^>]*value="15:30"', page)
        assert '<option selected value="wished_therapist">' in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"from_time": "12:00", "until_time": "09:00"},
            'href="#until_time">Enter a time that is later than 12:00',
        ),
        ({"from_time": "noon"}, 'href="#from_time">Enter a time such as 09:00'),
        ({"most": "wished_therapist"}, 'href="#most">Choose the therapist'),
        ({"most": "patients_times"}, 'href="#most">Say which days or times suit'),
        (
            {"most": "patients_times", "weekdays": ["0", "1", "2", "3", "4", "5"], "from_time": "noon"},
            'href="#from_time">Enter a time such as 09:00',
        ),
        ({"most": "sunshine"}, 'href="#most">'),
        ({"weekdays": ["6"]}, 'href="#weekdays">'),
        ({"weekdays": ["monday"]}, 'href="#weekdays">'),
        ({"bond": "perhaps"}, 'href="#bond">'),
    ],
    ids=str,
)
def test_what_cannot_suit_is_named_beside_its_field_and_kept(
    clinic_app: Flask, desk: Visitor, wrong: dict[str, str], said: str
) -> None:
    response = desk.send(f"/patients/{idle_patient(clinic_app)}/proposals", {**WISHES, **wrong})
    assert response.status_code == 422
    assert said in response.text
    assert '<details class="suits" open>' in response.text
    field = said.split('"')[1].removeprefix("#")
    assert f'id="{field}"' in response.text
    assert f'id="{field}-error"' in response.text
    for name in ("from_time", "until_time"):
        if name in wrong:
            assert re.search(rf'name="{name}"[^>]*value="{wrong[name]}"', response.text), (
                "nothing typed is lost"
            )


def test_an_answer_that_is_not_exact_says_so(
    clinic_app: Flask, desk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inexactly(*asked: Any) -> Answer:
        return replace(propose(*asked), exact=False)

    monkeypatch.setattr("scheduler.booking.consideration.propose", inexactly)
    address = f"/patients/{idle_patient(clinic_app)}/proposals"
    found = desk.send(address, WISHES).text
    assert "the best that was found first. A better one cannot be ruled out." in found
    nothing = desk.send(address, {**WISHES, "latest": "2026-11-27"}).text
    assert "No complete series was found" in nothing
    assert "That none exists is not proven." in nothing


def test_a_day_counts_as_open_as_long_as_its_hours_are_to_come() -> None:
    site = a_site()
    past = replace(site.hours[4], valid_until=TODAY - timedelta(days=1))
    assert open_weekdays(site, TODAY) == (0, 1, 2, 3, 4)
    assert open_weekdays(replace(site, hours=(*site.hours[:4], past)), TODAY) == (0, 1, 2, 3)
    last = replace(past, valid_until=TODAY)
    assert open_weekdays(replace(site, hours=(*site.hours[:4], last)), TODAY) == (0, 1, 2, 3, 4)


def test_a_demand_and_a_preference_are_shown_as_what_they_are() -> None:
    asked = PreviewSeries("patient", PROTOCOL, first=("earliest_finish",))
    assert entered(asked)["most"] == "", "what the page does not offer is not chosen on it"
    assert (entered(asked)["therapist"], entered(asked)["bond"]) == ("", "must")
    assert entered(replace(asked, therapist="one"))["bond"] == "must"
    assert entered(replace(asked, rather="one"))["bond"] == "rather"
    assert entered(replace(asked, therapist="one", rather="one"))["bond"] == "must"
