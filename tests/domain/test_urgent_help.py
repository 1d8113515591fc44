"""Whom patients call in urgent need: named neutrally, with a number to dial, from the clinic's own file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.booking.export_clinic import export_clinic
from scheduler.clinic_file import read_clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import InvalidValue
from scheduler.domain.urgent_help import MOST, UrgentHelp, plain, urgent_help_from
from scheduler.store import clinic
from tests.clinic_file.documents import clinic_faults, small_clinic
from tests.feeds.stored_visits import BOOKED_AT, keep_clinic

if TYPE_CHECKING:
    from flask import Flask

LINE = UrgentHelp("Help line", "+1 (303) 555-0190")


def test_a_number_is_dialled_as_a_phone_wants_it() -> None:
    assert LINE.dialled == "+13035550190"
    assert UrgentHelp("Emergency", "112").dialled == "112"


@pytest.mark.parametrize("name", ["Clinic line", "Ketamine desk", "Línea psiquiátrica", "The nurse"])
def test_a_name_that_tells_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="choose a neutral name"):
        UrgentHelp(name, "112")


def test_what_cannot_be_dialled_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no number to dial"):
        UrgentHelp("Help line", "ask inside")


def test_it_is_kept_and_exported_as_it_was_told(app: Flask) -> None:
    with app.app_context():
        keep_clinic()
        assert clinic.site("site-1").urgent_help == ()
        keep_clinic(urgent_help=(LINE,))
        assert clinic.site("site-1").urgent_help == (LINE,)
        [site] = export_clinic(StandingClock(BOOKED_AT))["sites"]
    assert site["urgent_help"] == [{"name": "Help line", "phone": "+1 (303) 555-0190"}]
    assert urgent_help_from(plain((LINE,))) == (LINE,)


def test_the_clinic_file_tells_it_and_is_refused_where_a_name_tells_too_much() -> None:
    document = small_clinic()
    document["sites"][0]["urgent_help"] = [{"name": "Help line", "phone": "112"}]
    assert read_clinic(document).sites[0].urgent_help == (UrgentHelp("Help line", "112"),)
    document["sites"][0]["urgent_help"] = [{"name": "Therapist", "phone": "112"}]
    [fault] = clinic_faults(document)
    assert "sites[0].urgent_help[0]" in fault and "choose a neutral name" in fault
    document["sites"][0]["urgent_help"] = [{"name": "Help line", "phone": "112"}] * (MOST + 1)
    assert len(clinic_faults(document)) == 1
