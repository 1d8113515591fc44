"""Accounts, failed sign-ins and the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import AccountRole
from scheduler.store import accounts
from scheduler.store.accounts import Account
from scheduler.store.audit import AuditEntry, history, record
from scheduler.store.work import unit_of_work
from tests.store.stored_clinic import SAVED_AT

pytestmark = pytest.mark.usefixtures("clinic_context")

ACCOUNT = Account(
    username="robin",
    role=AccountRole.THERAPIST,
    staff="therapist-1",
    site="site-1",
    password_hash="$argon2id$kept",
)


def note(key: str, *minutes: int) -> None:
    with unit_of_work():
        for minute in minutes:
            accounts.note_failure(key, SAVED_AT + timedelta(minutes=minute))


def test_an_account_is_read_back_and_replaced() -> None:
    assert accounts.account("robin") is None
    with unit_of_work():
        accounts.save_account(ACCOUNT)
    assert accounts.account("robin") == ACCOUNT
    changed = replace(ACCOUNT, role=AccountRole.ADMINISTRATOR, staff=None, site=None, active=False)
    with unit_of_work():
        accounts.save_account(changed)
    assert accounts.account("robin") == changed


def test_an_account_does_not_show_its_hash() -> None:
    assert "argon2id" not in repr(ACCOUNT)


def test_failures_are_counted_by_key_from_an_instant_on() -> None:
    note("one", 0, 5, 10)
    note("other", 0)
    assert accounts.failures_since("one", SAVED_AT) == 3
    assert accounts.failures_since("one", SAVED_AT + timedelta(minutes=5)) == 2
    assert accounts.failures_since("none", SAVED_AT) == 0
    with unit_of_work():
        accounts.clear_failures("one")
    assert accounts.failures_since("one", SAVED_AT) == 0
    assert accounts.failures_since("other", SAVED_AT) == 1


def test_failures_of_long_ago_are_forgotten() -> None:
    note("one", 0)
    note("other", 60 * 24, 60 * 24 + 1)
    assert accounts.failures_since("one", SAVED_AT - timedelta(days=1)) == 0


def test_the_audit_tells_what_was_done_to_a_subject_in_order() -> None:
    first = AuditEntry(SAVED_AT, "robin", "book_series", "series", "s-1", {"visits": 22}, "site-1")
    second = AuditEntry(SAVED_AT, "sam", "cancel_series", "series", "s-1", {"by": "patient"})
    other = AuditEntry(SAVED_AT, "sam", "book_series", "series", "s-2")
    with unit_of_work():
        for entry in (first, second, other):
            record(entry)
    assert history("series", "s-1") == (first, second)
    assert history("series", "s-2") == (other,)
    assert history("appointment", "s-1") == ()


def test_an_entry_goes_with_the_deed_that_failed() -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        record(AuditEntry(SAVED_AT, "sam", "book_series", "series", "s-3"))
        raise ZeroDivisionError
    assert history("series", "s-3") == ()
