"""Somebody who holds a link from a message and knows, or guesses, a birth date."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

BIRTH_DATE = date(1990, 2, 3)
"""That of `a_patient()`."""

SEAL = re.compile(r'name="seal" value="([0-9a-f]{32})"')
VISIT = re.compile(r'name="answer" value="accepted (v[0-9a-f]{12}) ')


def seal_on(page: str) -> str:
    """Return the seal of the forms of a page."""
    found = SEAL.search(page)
    assert found, "the page has no form"
    return found.group(1)


def give_birth_date(
    client: FlaskClient, path: str, birth_date: date = BIRTH_DATE, address: str = "127.0.0.1"
) -> TestResponse:
    """Send the form behind 'See all your appointments'."""
    door = f"{path}/own"
    form = {
        "seal": seal_on(client.get(path).text),
        "day": str(birth_date.day),
        "month": str(birth_date.month),
        "year": str(birth_date.year),
    }
    return client.post(door, data=form, environ_overrides={"REMOTE_ADDR": address})


def come_in(client: FlaskClient, path: str) -> str:
    """Open the pages, and return the plan."""
    assert give_birth_date(client, path).headers["Location"] == "/own"
    return client.get("/own").text
