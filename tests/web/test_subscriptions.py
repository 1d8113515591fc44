"""Calendars that go out on the pages: made, shown once, renewed and revoked, for the desk and for oneself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import segno
from sqlalchemy import text

from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import GRACE
from scheduler.store import accounts, clinic
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind, subscriptions_of
from scheduler.store.work import reading
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

ADDRESS = re.compile(r'value="(https?://[^"]+(/feeds/([A-Za-z0-9_-]{43})\.ics))"')


def subjects(app: Flask) -> dict[SubscriptionKind, tuple[str, str]]:
    """Return for each kind the page of one subject, and its id."""
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    assert dose.room is not None
    with app.app_context():
        site = clinic.sites()[0].id
    return {
        SubscriptionKind.PATIENT: (f"/patients/{series.patient}/subscriptions", series.patient),
        SubscriptionKind.STAFF: (f"/staff/{dose.people[0]}/subscriptions", dose.people[0]),
        SubscriptionKind.ROOM: (f"/rooms/{dose.room}/subscriptions", dose.room),
        SubscriptionKind.SITE: ("/site/subscriptions", site),
    }


def stored(app: Flask, kind: SubscriptionKind, subject: str) -> tuple[FeedSubscription, ...]:
    with app.app_context():
        return subscriptions_of(kind, subject)


def made(one: Visitor, page: str, **wanted: str) -> tuple[str, str]:
    """Make a subscription; return its path and its token."""
    answer = one.send(page, {"act": "make", "name": "My phone", "alarm": "", **wanted})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found = ADDRESS.search(answer.text)
    assert found, answer.text
    return found.group(2), found.group(3)


@pytest.mark.usefixtures("with_clinic")
def test_the_desk_lets_a_calendar_carry_its_address(app: Flask) -> None:
    desk = visitor(app, "desk")
    page, subject = subjects(app)[SubscriptionKind.PATIENT]
    assert "The address is the password" in desk.text(page)
    path, _ = made(desk, page, carries_address="y")
    [one] = stored(app, SubscriptionKind.PATIENT, subject)
    assert one.carries_address
    assert "carries its own address" in desk.text(page)
    told = app.test_client().get(path).data.replace(b"\r\n ", b"")
    public_url = app.extensions["trellis_settings"].public_url
    assert f"SOURCE;VALUE=URI:{public_url}{path}\r\n".encode() in told


@pytest.mark.parametrize("kind", SubscriptionKind)
@pytest.mark.usefixtures("with_clinic")
def test_the_desk_makes_renews_and_revokes_on_both_databases(app: Flask, kind: SubscriptionKind) -> None:
    desk = visitor(app, "desk")
    page, subject = subjects(app)[kind]
    assert "None yet." in desk.text(page)
    path, token = made(desk, page, alarm="60")
    [one] = stored(app, kind, subject)
    assert (one.name, one.busy_only, one.alarm_minutes) == ("My phone", False, 60)
    shown = desk.text(page)
    assert "a reminder on the device an hour before" in shown
    assert "Nothing has read it yet." in shown
    assert token not in shown
    program = app.test_client()
    assert program.get(path, headers={"User-Agent": "Google-Calendar-Importer"}).status_code == 200
    assert re.search(r"Last read [^<]+ by Google\.", desk.text(page))
    answer = desk.send(page, {"act": "renew", "subscription": one.id})
    newer = ADDRESS.search(answer.text)
    assert newer
    assert newer.group(2) != path
    assert "The former address works until" in answer.text
    assert "There is a newer address. This one works until" in desk.text(page)
    assert program.get(path).status_code == program.get(newer.group(2)).status_code == 200
    [second] = (other for other in stored(app, kind, subject) if other.id != one.id)
    assert desk.send(page, {"act": "revoke", "subscription": second.id}).status_code == 303
    assert "Revoked: its address leads nowhere" in desk.text(page)
    assert program.get(newer.group(2)).status_code == 404
    assert program.get(path).status_code == 200


def test_times_only_is_what_was_asked_for(clinic_app: Flask, desk: Visitor) -> None:
    page, _ = subjects(clinic_app)[SubscriptionKind.STAFF]
    path, _ = made(desk, page, busy_only="y")
    assert b"SUMMARY:Busy" in clinic_app.test_client().get(path).data
    assert "Times only; no reminder on the device." in desk.text(page)


def test_the_buttons_lead_to_the_programs_with_the_address(clinic_app: Flask, desk: Visitor) -> None:
    page, _ = subjects(clinic_app)[SubscriptionKind.PATIENT]
    shown = desk.send(page, {"act": "make", "name": "<b>", "alarm": ""}).text
    found = ADDRESS.search(shown)
    assert found
    https = found.group(1)
    webcal = "webcal://" + https.partition("://")[2]
    assert f'href="{webcal}"' in shown
    assert f'href="https://calendar.google.com/calendar/r?cid={quote(webcal, safe="")}"' in shown
    assert f'href="https://outlook.live.com/calendar/0/addfromweb?url={quote(https, safe="")}"' in shown
    assert "<b></h1>" not in shown
    for words in (
        "The address is a password.",
        "every hour on a Mac",
        "8 to 24 hours",
        "1 to 4 hours",
        "A calendar is no notice",
    ):
        assert words in shown


def test_the_code_for_cameras_is_the_address_without_any_style(clinic_app: Flask, desk: Visitor) -> None:
    page, _ = subjects(clinic_app)[SubscriptionKind.PATIENT]
    shown = desk.send(page, {"act": "make", "name": "My phone", "alarm": ""}).text
    found = ADDRESS.search(shown)
    assert found
    [drawn] = re.findall(r'<div class="code" role="img" aria-label="[^"]+">(<svg .*?</svg>)</div>', shown)
    webcal = "webcal://" + found.group(1).partition("://")[2]
    rows = [bytes(row) for row in segno.make(webcal, error="m", micro=False).matrix]
    assert read_code(drawn) == rows
    # The policy of every page lets nothing in but elements: no styles, no data.
    assert not re.search(r"style|data:|href|script", drawn)


def read_code(drawn: str) -> list[bytes]:
    """Return the squares of a code that is drawn as horizontal strokes, 1 for a dark one, without its margin."""
    found = re.search(r'viewBox="0 0 (\d+) \d+"', drawn)
    [strokes] = re.findall(r'<path [^>]*stroke="#000"[^>]* d="([^"]+)"', drawn)
    assert found
    side = int(found.group(1)) - 8
    squares = [bytearray(side) for _ in range(side)]
    x = y = 0.0
    for letter, numbers in re.findall(r"([Mmh])([-.\d ]+)", strokes):
        values = [float(one) for one in re.findall(r"-?[.\d]+", numbers)]
        if letter == "M":
            x, y = values
        elif letter == "m":
            x, y = x + values[0], y + values[1]
        else:
            row = squares[int(y) - 4]
            for at in range(int(x), int(x + values[0])):
                row[at - 4] = 1
            x += values[0]
    return [bytes(row) for row in squares]


@pytest.mark.parametrize("renewing", [False, True])
def test_a_form_that_comes_twice_makes_one_address(clinic_app: Flask, desk: Visitor, renewing: bool) -> None:
    page, subject = subjects(clinic_app)[SubscriptionKind.PATIENT]
    form = {"act": "make", "name": "My phone", "alarm": "", "key": "the key of this form"}
    if renewing:
        made(desk, page)
        [one] = stored(clinic_app, SubscriptionKind.PATIENT, subject)
        form = {"act": "renew", "subscription": one.id, "key": "the key of this form"}
    assert 'name="key" value="' in desk.text(page)
    assert ADDRESS.search(desk.send(page, form).text)
    before = stored(clinic_app, SubscriptionKind.PATIENT, subject)
    again = desk.send(page, form)
    assert again.status_code == 303
    assert "The form came twice, and made one address." in desk.text(page)
    assert stored(clinic_app, SubscriptionKind.PATIENT, subject) == before


def test_a_token_is_nowhere_but_in_the_one_answer(
    clinic_app: Flask, desk: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page, subject = subjects(clinic_app)[SubscriptionKind.PATIENT]
    path, token = made(desk, page)
    clinic_app.test_client().get(path)
    assert token not in caplog.text
    assert token not in desk.text(page)
    with clinic_app.app_context(), reading() as connection:
        entries = connection.execute(text("SELECT * FROM audit_entry")).all()
        rows = connection.execute(text("SELECT * FROM feed_subscription")).all()
    assert any(subject in str(entry) for entry in entries)
    assert token not in f"{entries}{rows}"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": ""}, "Enter what to call it"),
        ({"name": "x" * 81}, "Enter at most 80 characters"),
        ({"name": "My phone", "alarm": "7"}, "Not a valid choice"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(
    clinic_app: Flask, desk: Visitor, form: dict[str, str], why: str
) -> None:
    page, subject = subjects(clinic_app)[SubscriptionKind.PATIENT]
    answer = desk.send(page, {"act": "make", "alarm": "", **form})
    assert answer.status_code == 422
    assert why in answer.text
    assert "There is a problem" in answer.text
    assert not stored(clinic_app, SubscriptionKind.PATIENT, subject)


def test_each_sees_to_their_own_and_to_nobody_elses(clinic_app: Flask, desk: Visitor) -> None:
    nurse = visitor(clinic_app, "nurse")
    assert "/my-subscriptions" in nurse.client.get("/my-day", follow_redirects=True).text
    path, _ = made(nurse, "/my-subscriptions")
    assert clinic_app.test_client().get(path).status_code == 200
    with clinic_app.app_context():
        account = accounts.account("nurse")
    assert account is not None
    assert account.staff is not None
    [hers] = stored(clinic_app, SubscriptionKind.STAFF, account.staff)
    therapist = visitor(clinic_app, "therapist")
    patients_page, _ = subjects(clinic_app)[SubscriptionKind.PATIENT]
    for act in ("renew", "revoke"):
        form = {"act": act, "subscription": hers.id}
        assert therapist.send("/my-subscriptions", form).status_code == 404
        assert desk.send(patients_page, form).status_code == 404
    assert therapist.get(patients_page).status_code == 403
    assert "My phone" in desk.text(f"/staff/{account.staff}/subscriptions")


def test_a_replaced_address_is_gone_after_its_week_and_is_not_renewed(
    clinic_app: Flask, clock: StandingClock
) -> None:
    desk = visitor(clinic_app, "desk")
    page, subject = subjects(clinic_app)[SubscriptionKind.SITE]
    made(desk, page)
    [former] = stored(clinic_app, SubscriptionKind.SITE, subject)
    desk.send(page, {"act": "renew", "subscription": former.id})
    clock.advance(GRACE)
    desk = visitor(clinic_app, "desk")
    assert "There is a newer address" not in desk.text(page)
    assert desk.send(page, {"act": "renew", "subscription": former.id}).status_code == 303
    assert "does not work any more" in desk.text(page)


@pytest.mark.parametrize("page", ["/staff/nobody", "/rooms/none", "/patients/nobody"])
def test_there_is_no_page_of_what_is_not_there(desk: Visitor, page: str) -> None:
    assert desk.get(f"{page}/subscriptions").status_code == 404


def test_what_no_button_says_is_not_understood(desk: Visitor) -> None:
    assert desk.send("/site/subscriptions", {"act": "steal"}).status_code == 400
