"""Whom patients call in urgent need is entered on a page, looked at as patients see it, and shown on their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.urgent_help import UrgentHelp
from scheduler.store import clinic
from tests.web.small_clinic import Visitor, fill, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.clock import StandingClock

PAGE = "/site/urgent-help"
LINE = {"name_0": "Help line", "phone_0": "+1 303 555 0191", "name_es_0": "Línea de ayuda"}


def kept(app: Flask) -> tuple[UrgentHelp, ...]:
    with app.app_context():
        return clinic.sites()[0].urgent_help


def test_the_list_is_looked_at_and_then_kept_on_both_databases(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    admin = visitor(app, "admin")
    before = kept(app)
    assert "As patients see it now" in admin.text(PAGE)
    looked = admin.send(PAGE, {**LINE, "look": "1"})
    assert looked.status_code == 200
    assert "As patients would see it: not saved yet" in looked.text
    assert "Línea de ayuda" in looked.text and 'href="tel:+13035550191"' in looked.text
    assert kept(app) == before
    assert admin.send(PAGE, {**LINE, "name_3": "Emergency", "phone_3": "911"}).status_code == 303
    help_line = UrgentHelp("Help line", "+1 303 555 0191", (("es", "Línea de ayuda"),))
    assert kept(app) == (help_line, UrgentHelp("Emergency", "911"))
    assert "Help line / Línea de ayuda +1 303 555 0191, Emergency 911" in admin.text("/site/settings")
    assert admin.send(PAGE, {}).status_code == 303
    assert kept(app) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name_0": ""}, "Enter a name for this number"),
        ({"phone_0": ""}, "Enter the number to dial"),
        ({"phone_0": "ask inside"}, "Enter a number to dial, such as"),
        ({"name_0": "Ketamine desk"}, "choose a neutral name"),
        ({"name_es_0": "Línea psiquiátrica"}, "choose a neutral name"),
        ({"name_0": "x" * 300}, "Enter fewer characters"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(clinic_app: Flask, wrong: dict[str, str], said: str) -> None:
    before = kept(clinic_app)
    answer = visitor(clinic_app, "admin").send(PAGE, {**LINE, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "There is a problem" in answer.text
    assert kept(clinic_app) == before


def test_nobody_else_enters_it(desk: Visitor) -> None:
    assert desk.get(PAGE).status_code == 403
    assert desk.send(PAGE, LINE).status_code == 403


def test_a_name_is_told_in_the_language_of_the_page() -> None:
    line = UrgentHelp("Help line", "112", (("es", "Línea de ayuda"),))
    assert [line.name_in(code) for code in ("en", "es", "es-MX", "fr")] == [
        "Help line",
        "Línea de ayuda",
        "Línea de ayuda",
        "Help line",
    ]
