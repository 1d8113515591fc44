"""From wishes to a booked series: what is booked is what was drawn, and a refusal says what is free instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.clinic_file import Clinic
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.store import clinic
from scheduler.store.series import series_of_patient
from scheduler.store.work import unit_of_work
from scheduler.web.sealed_choice import opened, sealed
from tests.booking.small_clinic import CHOICE, a_choice
from tests.web.small_clinic import NOW, PROTOCOL, Visitor, idle_patient

if TYPE_CHECKING:
    from flask import Flask

WISHES = {"protocol": PROTOCOL, "earliest": "2026-11-24", "latest": "", "therapist": ""}
ANY_LENGTH = timedelta(minutes=1)
SEAL = re.compile(r'name="choice" id="proposal-\d" value="([^"]+)"')


def test_the_wishes_offer_what_the_clinic_has(clinic_app: Flask, desk: Visitor) -> None:
    text = desk.text(f"/patients/{idle_patient(clinic_app)}/book")
    assert "IV ketamine induction ×6 with psychotherapy" in text
    assert "Any therapist" in text
    assert 'value="2026-11-23"' in text, "the first day is today by the clinic's clock"
    assert f'value="{PROTOCOL}/I3"' in text, "integration can be declined"
    assert f'value="{PROTOCOL}/D3"' not in text, "a dose cannot"


def test_proposals_are_drawn_and_told(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    response = desk.send(f"/patients/{patient}/proposals", WISHES)
    assert response.status_code == 200
    assert 1 <= len(SEAL.findall(response.text)) <= 5
    first = response.text.split('class="panel panel-1"')[1].split("</section>")[0]
    for lane in ("Preparation", "Dosing", "Check-in call", "Integration", "Review"):
        assert f">{lane}</text>" in first
    for step in ("P1", "D6", "I7", "R1"):
        assert f">{step}</text>" in first
        assert f">{step}</span>" in first
    told = first.count('data-label="May start"')
    assert told == first.count("<tbody"), "every visit of this protocol is held by the others"
    assert first.count('class="window"') == told - first.count("only at this time")
    assert re.search(r"\d\d:\d\d–\d\d:\d\d MST", first)


def test_the_button_says_whether_the_patient_is_written_to(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    assert "sent a confirmation by e-mail" in desk.send(f"/patients/{patient}/proposals", WISHES).text
    with clinic_app.app_context(), unit_of_work():
        without = replace(clinic.patient(patient), email="")
        clinic.save_clinic(replace(_with_staff(), patients=(without,)), NOW)
    assert "no e-mail address is known" in desk.send(f"/patients/{patient}/proposals", WISHES).text


def test_one_click_books_exactly_what_was_drawn(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    seals = SEAL.findall(desk.send(f"/patients/{patient}/proposals", WISHES).text)
    with clinic_app.app_context():
        wanted = opened(seals[-1], patient, "desk", NOW)
    response = desk.send(f"/patients/{patient}/series", {"choice": seals[-1]})
    assert response.status_code == 303
    with clinic_app.app_context():
        (series,) = series_of_patient(patient)
    assert wanted.visits
    assert {(v.step, v.start, v.room, tuple(sorted(v.staff.items()))) for v in wanted.visits} == {
        (v.step, v.start, v.room, tuple(sorted(v.staff.items()))) for v in series.appointments
    }
    page = desk.text(response.headers["Location"])
    assert f"Booked: {len(series.appointments)} visits." in page


def test_pressing_twice_books_once(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    (seal, *_) = SEAL.findall(desk.send(f"/patients/{patient}/proposals", WISHES).text)
    first = desk.send(f"/patients/{patient}/series", {"choice": seal})
    second = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert first.headers["Location"] == second.headers["Location"]
    with clinic_app.app_context():
        assert len(series_of_patient(patient)) == 1


def test_a_choice_is_nobody_elses_and_cannot_be_made_up(
    clinic_app: Flask, desk: Visitor, signed_in: Callable[[str], Visitor]
) -> None:
    patient, other = idle_patient(clinic_app), idle_patient(clinic_app, 1)
    (seal, *_) = SEAL.findall(desk.send(f"/patients/{patient}/proposals", WISHES).text)
    for who, whom, choice in (
        (desk, other, seal),
        (signed_in("admin"), patient, seal),
        (desk, patient, seal[:-1]),
        (desk, patient, ""),
    ):
        response = who.send(f"/patients/{whom}/series", {"choice": choice})
        assert response.headers["Location"] == f"/patients/{whom}/book"
        assert "Please choose again" in who.text(f"/patients/{whom}/book")
    with clinic_app.app_context():
        assert not series_of_patient(patient)
        assert not series_of_patient(other)


def test_an_old_choice_is_looked_for_anew(clinic_app: Flask, desk: Visitor, clock: StandingClock) -> None:
    patient = idle_patient(clinic_app)
    (seal, *_) = SEAL.findall(desk.send(f"/patients/{patient}/proposals", WISHES).text)
    clock.advance(timedelta(hours=3))
    response = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert response.status_code == 422
    assert "more than two hours old" in response.text
    assert 1 <= len(SEAL.findall(response.text)) <= 3, "what is free now stands on the page that says so"
    assert "checked" in response.text.split(f'value="{PROTOCOL}"')[1][:12], "the wishes are kept"
    with clinic_app.app_context():
        assert not series_of_patient(patient)


def test_who_comes_second_sees_why_and_what_is_free_instead(clinic_app: Flask, desk: Visitor) -> None:
    mine, theirs = idle_patient(clinic_app), idle_patient(clinic_app, 1)
    seal = SEAL.findall(desk.send(f"/patients/{mine}/proposals", WISHES).text)[0]
    with clinic_app.app_context():
        wanted = opened(seal, mine, "desk", NOW)
        taken = book_series(replace(wanted, patient=theirs, idempotency_key=None), SYSTEM, StandingClock(NOW))
    assert isinstance(taken, Booked), taken
    response = desk.send(f"/patients/{mine}/series", {"choice": seal})
    assert response.status_code in {409, 422}
    assert "Nothing was booked." in response.text
    refused = response.text.split("with each finding beside its visit")[1].split("</section>")[0]
    assert refused.count("Cannot be booked:") >= len(wanted.visits or ())
    free = SEAL.findall(response.text)
    assert 1 <= len(free) <= 3, "what is free now can be booked from the same page"
    assert "checked" in response.text.split(f'value="{PROTOCOL}"')[1][:12], "the wishes are kept"
    with clinic_app.app_context():
        assert not series_of_patient(mine)


def test_when_nothing_fits_the_page_says_why_and_what_would(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    response = desk.send(f"/patients/{patient}/proposals", {**WISHES, "latest": "2026-11-27"})
    assert response.status_code == 200
    assert "No complete series fits" in response.text
    against, helps = response.text.split("What would make it fit")
    assert "What stands in the way" in against
    assert 'class="finding level-block"' in against and 'class="finding level-good"' not in against
    assert 'class="finding level-good"' in helps and 'class="finding level-block"' not in helps
    assert "With a later last day, a series could be complete on " in helps
    assert 'value="2026-11-27"' in response.text, "the wishes are kept"
    assert not SEAL.findall(response.text)


def test_wishes_that_make_no_sense_are_named_beside_their_fields(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    address = f"/patients/{patient}/proposals"
    nothing = desk.send(address, {"earliest": "", "latest": "", "therapist": ""})
    assert nothing.status_code == 422
    assert 'href="#protocol">Choose a protocol' in nothing.text
    assert 'id="protocol"' in nothing.text
    assert 'href="#earliest">Enter the first day' in nothing.text
    backwards = desk.send(address, {**WISHES, "earliest": "2026-12-01", "latest": "2026-11-30"})
    assert 'href="#latest">Enter a last day that is not before the first' in backwards.text
    assert "<title>Error: " in backwards.text
    for far in ({"earliest": "9999-12-31"}, {"latest": "9999-12-31"}, {"earliest": "0001-01-01"}):
        response = desk.send(address, {**WISHES, **far})
        assert response.status_code == 422, far
        assert "Enter a year such as 2026" in response.text
    for odd in ({"protocol": "none"}, {"therapist": "nobody"}, {"declined": [f"{PROTOCOL}/D1"]}):
        assert desk.send(address, {**WISHES, **odd}).status_code == 422


def test_an_optional_visit_is_offered_unticked_and_booked_when_it_is_ticked(
    clinic_app: Flask, desk: Visitor
) -> None:
    with clinic_app.app_context(), unit_of_work():
        clinic.save_clinic(Clinic(protocols=(a_choice(),)), NOW)
    patient = idle_patient(clinic_app)
    page = desk.text(f"/patients/{patient}/book")
    (box,) = re.findall(rf'<input type="checkbox" [^>]*value="{CHOICE}/I1b"[^>]*>', page)
    assert 'name="included"' in box
    assert "checked" not in box
    assert "3 optional" in page
    wishes = {**WISHES, "protocol": CHOICE, "included": [f"{CHOICE}/I1b"]}
    proposed = desk.send(f"/patients/{patient}/proposals", wishes)
    assert ">I1b</span>" in proposed.text
    assert ">I2b</span>" not in proposed.text
    assert (
        desk.send(f"/patients/{patient}/series", {"choice": SEAL.findall(proposed.text)[0]}).status_code
        == 303
    )
    with clinic_app.app_context():
        assert series_of_patient(patient)[0].visit("I1b") is not None
    assert (
        desk.send(f"/patients/{patient}/proposals", {**wishes, "included": [f"{CHOICE}/I1"]}).status_code
        == 422
    )


def test_a_declined_visit_is_not_planned_and_a_wished_therapist_is_kept(
    clinic_app: Flask, desk: Visitor
) -> None:
    patient = idle_patient(clinic_app)
    with clinic_app.app_context():
        site = clinic.patient(patient).site
        wished = [person.id for person in clinic.staff(site) if Role.THERAPIST in person.roles][-1]
    wishes = {**WISHES, "therapist": wished, "declined": [f"{PROTOCOL}/I2", "im_kap_3/I1"]}
    response = desk.send(f"/patients/{patient}/proposals", wishes)
    with clinic_app.app_context():
        booking = opened(SEAL.findall(response.text)[0], patient, "desk", NOW)
    assert booking.declined == {"I2"}, "a tick under another protocol does not count"
    steps = {visit.step for visit in booking.visits or ()}
    assert "I2" not in steps
    assert "I1" in steps
    therapists = {v.staff[Role.THERAPIST] for v in booking.visits or () if Role.THERAPIST in v.staff}
    assert therapists == {wished}


def test_a_nurse_does_not_book(clinic_app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    patient = idle_patient(clinic_app)
    nurse = signed_in("nurse")
    assert nurse.get(f"/patients/{patient}/book").status_code == 403
    assert "Book a series" not in nurse.text(f"/patients/{patient}")


def test_a_series_booked_on_the_command_line_looks_the_same(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    with clinic_app.app_context():
        outcome = book_series(BookSeries(patient, "im_kap_3"), SYSTEM, StandingClock(NOW))
    assert isinstance(outcome, Booked)
    text = desk.text(f"/series/{outcome.series.id}")
    assert "IM ketamine" in text
    assert _codes(outcome.series.appointments) <= set(re.findall(r'class="chip kind-\w+">(\w+)<', text))


def test_hours_that_go_behind_the_back_refuse_the_choice(clinic_app: Flask, desk: Visitor) -> None:
    patient = idle_patient(clinic_app)
    seal = SEAL.findall(desk.send(f"/patients/{patient}/proposals", WISHES).text)[0]
    with clinic_app.app_context():
        visits = opened(seal, patient, "desk", NOW).visits or ()
        site = clinic.patient(patient).site
        away = next(visit.staff[Role.THERAPIST] for visit in visits if Role.THERAPIST in visit.staff)
        person = next(one for one in clinic.staff(site) if one.id == away)
        with unit_of_work():
            clinic.save_clinic(_with_staff(replace(person, hours=())), NOW)
    response = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert response.status_code == 422
    assert f"{person.name}" in response.text
    assert "This can no longer be booked" in response.text


def _findings_below(page: str) -> str:
    return page.split("with each finding beside its visit")[1].split("</section>")[0]


def _beside(page: str, step: str) -> list[str]:
    """Return what each row of a step says, one text a row."""
    rows = _findings_below(page).split("<tbody")[1:]
    return [row for row in rows if f">{step}</span>" in row]


def _chosen_anew(
    app: Flask, change: Callable[[tuple[Appointment, ...]], tuple[Appointment, ...]]
) -> tuple[str, str]:
    """Return a patient, and a choice of the best proposal's visits as they were changed on the way."""
    patient = idle_patient(app)
    with app.test_request_context():
        wishes = PreviewSeries(patient, PROTOCOL, limit=1)
        preview = preview_series(wishes, SYSTEM, StandingClock(NOW))
        assert isinstance(preview, SeriesPreview)
        series = preview.options[0].proposal.series
        changed = replace(series, appointments=change(series.appointments))
        return patient, sealed(changed, wishes, "desk", NOW)


def test_a_choice_that_lacks_visits_says_so_beside_the_dose_or_above_all_visits(
    clinic_app: Flask, desk: Visitor
) -> None:
    patient, seal = _chosen_anew(
        clinic_app, lambda visits: tuple(v for v in visits if v.step not in ("P1", "C2", "I2", "R1"))
    )
    response = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert response.status_code == 422
    above = _findings_below(response.text).split("<table")[0]
    for missing in ("P1", "C2", "R1"):
        assert re.search(rf"Cannot be booked:</span> {missing} \([^)]+\) is not booked\.", above)
    (dose,) = _beside(response.text, "D2")
    assert "has no integration: I2 is neither booked nor declined." in dose
    assert "or record that the patient declined it." in dose
    assert SEAL.findall(response.text), "what is free now can be booked from the same page"


def test_a_visit_chosen_twice_is_told_at_both(clinic_app: Flask, desk: Visitor) -> None:
    def again(visits: tuple[Appointment, ...]) -> tuple[Appointment, ...]:
        review = visits[-1]
        later = replace(review, interval=Interval.lasting(review.start + timedelta(days=1), ANY_LENGTH))
        return (*visits, later)

    patient, seal = _chosen_anew(clinic_app, again)
    response = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert response.status_code == 422
    rows = _beside(response.text, "R1")
    assert len(rows) == 2
    for row in rows:
        assert row.count("R1 (Full review) is there 2 times") == 1


def test_a_choice_whose_first_visit_has_begun_says_so_beside_it(
    clinic_app: Flask, desk: Visitor, clock: StandingClock
) -> None:
    def soon(visits: tuple[Appointment, ...]) -> tuple[Appointment, ...]:
        first = replace(visits[0], interval=Interval.lasting(NOW + timedelta(hours=1), ANY_LENGTH))
        return (first, *visits[1:])

    patient, seal = _chosen_anew(clinic_app, soon)
    clock.advance(timedelta(minutes=61))
    response = desk.send(f"/patients/{patient}/series", {"choice": seal})
    assert response.status_code == 422
    (row,) = _beside(response.text, "P1")
    assert "Cannot be booked:</span> P1 would start at" in row
    assert "1 min before now" in row


def _codes(visits: tuple[Appointment, ...]) -> set[str]:
    return {visit.step for visit in visits}


def _with_staff(*people: StaffMember) -> Clinic:
    return Clinic(sites=(), rooms=(), staff=people, patients=(), protocols=(), appointments=())
