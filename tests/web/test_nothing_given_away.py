"""What reaches patients by calendar is walked byte by byte: no treatment, no staff, nobody else, no real name.

The clinic of these tests is called so that its name alone would tell, and its protocol books every kind of visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.telling_words import TELL_TALE
from scheduler.domain.treatment import StepKind
from scheduler.feeds.tokens import new_token
from scheduler.store import clinic
from scheduler.store.glances import PatientSearch, patient_lines
from scheduler.store.site_facts import facts_of
from tests.feeds.privacy import assert_gives_nothing_away, assert_names_nobody, everything_said
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from scheduler.domain.clock import StandingClock
    from scheduler.domain.series import Series

ADDRESS = re.compile(r'value="(https?://[^"]+(/feeds/([A-Za-z0-9_-]{43})\.ics))"')


@pytest.fixture
def series(app: Flask, with_clinic: None, standing_clock: StandingClock) -> Series:
    """Fill the clinic, and give a series of it with one visit called off."""
    found = booked_series(app)[0]
    with app.app_context():
        command = CancelAppointment(found.appointments[-1].id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
        cancel_appointment(command, SYSTEM, standing_clock)
    assert {visit.kind for visit in found.appointments} >= {
        StepKind.PREPARATION,
        StepKind.DOSING,
        StepKind.INTEGRATION,
        StepKind.CONTACT,
    }
    return found


@pytest.fixture
def secrets(app: Flask, series: Series, standing_clock: StandingClock) -> set[str]:
    """Give all names and ids that may not be said: everybody's, the clinic's, its rooms', the protocol's and visits'."""
    with app.app_context():
        site = clinic.sites()[0]
        facts = facts_of(site.id)
        patients = [
            clinic.patient(line.id)
            for line in patient_lines(PatientSearch(site.id, limit=500), standing_clock.now())
        ]
        protocol = clinic.protocol(series.protocol, series.protocol_version)
    names = {site.name, site.phone, protocol.title, protocol.key}
    names |= {part for one in patients for part in (one.id, one.given_name, one.family_name)}
    names |= {part for one in facts.staff.values() for part in (one.id, one.name, *one.name.split())}
    names |= {part for one in facts.rooms.values() for part in (one.id, one.name)}
    names |= {part for one in series.appointments for part in (one.id, one.step, one.series)}
    names |= {step.title for step in protocol.steps}
    assert "ketamine" in site.name.lower()
    assert len(names) > 50
    public = set(re.findall(r"\w+", f"{site.public_name} {site.address}"))
    return {name for name in names if name and name not in public}


def made(desk: Visitor, page: str, **form: str) -> tuple[str, str, str]:
    """Make a subscription; return its path, its token and the page that hands it out."""
    answer = desk.send(page, {"act": "make", "name": "Phone", "alarm": "", **form})
    found = ADDRESS.search(answer.text)
    assert found, answer.text
    return found.group(2), found.group(3), answer.text


def answers(client: FlaskClient, path: str) -> Iterator[bytes]:
    """Yield all that programs are told: the calendar whole, compressed and unchanged, its head, and at wrong addresses."""
    whole = client.get(path)
    assert whole.data.count(b"BEGIN:VEVENT") > 10
    asked: tuple[dict[str, str], ...] = (
        {},
        {"Accept-Encoding": "gzip"},
        {"If-None-Match": whole.headers["ETag"]},
        {"If-Modified-Since": whole.headers["Last-Modified"]},
    )
    for headers in asked:
        yield everything_said(client.get(path, headers=headers))
        yield everything_said(client.head(path, headers=headers))
    wrong = f"/feeds/{new_token()}.ics"
    yield everything_said(client.get(wrong))
    yield everything_said(client.head(wrong))
    while (refused := client.get(path)).status_code != 429:
        assert refused.status_code == 200
    yield everything_said(refused)


@pytest.mark.parametrize("form", [{}, {"alarm": "60"}, {"busy_only": "y"}])
def test_no_byte_of_an_answer_to_a_patients_program_gives_anything_away(
    app: Flask, series: Series, secrets: set[str], form: dict[str, str]
) -> None:
    path, token, _ = made(visitor(app, "desk"), f"/patients/{series.patient}/subscriptions", **form)
    for said in answers(app.test_client(), path):
        assert_gives_nothing_away(said, [token])
        assert_names_nobody(said, secrets)


def test_no_byte_of_a_single_visits_file_gives_anything_away(
    app: Flask, series: Series, secrets: set[str]
) -> None:
    desk = visitor(app, "desk")
    for visit in series.appointments:
        file = desk.get(f"/visits/{visit.id}/appointment.ics")
        assert file.status_code == 200
        assert_gives_nothing_away(file.data)
        assert_names_nobody(file.data, secrets)
        # It lands on a device under this name.
        assert file.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'


def test_what_is_handed_out_gives_nothing_away(app: Flask, series: Series, secrets: set[str]) -> None:
    desk = visitor(app, "desk")
    page = f"/patients/{series.patient}/subscriptions"
    path, token, shown = made(desk, page)
    [title] = re.findall(r"<title>(.*?)</title>", shown)
    assert_names_nobody(title, secrets)
    assert_gives_nothing_away(title.encode())
    # A page of staff, whose address names the patient by id and nothing else.
    assert_names_nobody(page, secrets - {series.patient})
    telling = [word for word in TELL_TALE if word not in ("patient",)]
    assert not [word for word in telling if word in page]
    handed = re.findall(r'(?:href|value)="((?:webcal|https?)://[^"]+)"', shown)
    assert len(handed) == 4
    for address in handed:
        bare = unquote(address).replace(token, "")
        assert_gives_nothing_away(bare.encode())
        assert_names_nobody(bare, secrets)
    assert path == f"/feeds/{token}.ics"
    # Nothing that a browser would send along, or keep.
    answer = desk.send(page, {"act": "make", "name": "Tablet", "alarm": ""})
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_walk_finds_what_it_looks_for(app: Flask, series: Series, secrets: set[str]) -> None:
    staff = f"/staff/{series.appointments[0].people[0]}/subscriptions"
    path, _, _ = made(visitor(app, "desk"), staff)
    said = app.test_client().get(path).data
    # Staff see rooms, which patients must not.
    with pytest.raises(AssertionError):
        assert_names_nobody(said, secrets)
    for telling in (b"Ketamine", b"SUMMARY:Psych\r\n ology"):
        with pytest.raises(AssertionError):
            assert_gives_nothing_away(telling)
    with pytest.raises(AssertionError):
        assert_names_nobody("webcal://x/?who=Robin%20Sample", ["Robin Sample"])
