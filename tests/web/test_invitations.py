"""The choice of entries for the calendar on a patient's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.usefixtures("with_clinic")
def test_the_desk_chooses_on_the_patients_page_on_both_databases(app: Flask) -> None:
    page = f"/patients/{booked_series(app)[0].patient}"
    desk = visitor(app, "desk")
    assert "Sent with messages" in desk.client.get(page).text
    for wanted, said in (("no", "Not sent with messages"), ("yes", "Sent with messages")):
        assert desk.send(f"{page}/invitations", {"wanted": wanted}).status_code == 303
        assert said in desk.client.get(page).text
    assert desk.send(f"{page}/invitations", {"wanted": "maybe"}).status_code == 400


@pytest.mark.usefixtures("with_clinic")
def test_a_nurse_sees_what_was_chosen_and_cannot_change_it(app: Flask) -> None:
    page = f"/patients/{booked_series(app)[0].patient}"
    shown = visitor(app, "nurse").client.get(page).text
    assert "Sent with messages" in shown
    assert "Send no further entries" not in shown
