"""Requests that were answered are found by their key, and a key stands for one of them."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import Conflict
from scheduler.store.requests import AnsweredRequest, answered_request, note_answered
from scheduler.store.work import unit_of_work
from tests.store.stored_clinic import SAVED_AT

pytestmark = pytest.mark.usefixtures("clinic_context")


def test_a_request_is_found_under_its_key() -> None:
    request = AnsweredRequest("key-1", "book_series", "digest", "series-1")
    with unit_of_work():
        note_answered(request, "site-1", SAVED_AT)
    assert answered_request("key-1") == request
    assert answered_request("key-2") is None
    with pytest.raises(Conflict, match="same thing"), unit_of_work():
        note_answered(request, "site-1", SAVED_AT)
