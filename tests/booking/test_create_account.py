"""Creating accounts: every fault at once, passwords kept as argon2id hashes alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.create_account import AccountCreated, CreateAccount, create_account
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.store.accounts import account
from scheduler.store.audit import history
from tests.booking.small_clinic import clock

pytestmark = pytest.mark.usefixtures("small_clinic")

GOOD = CreateAccount("willow.ash", "correct horse battery", AccountRole.THERAPIST, "site-1", "therapist-1")


def codes(command: CreateAccount) -> list[str]:
    outcome = create_account(command, SYSTEM, clock())
    assert isinstance(outcome, Refused)
    return [reason.code for reason in outcome.reasons]


def test_an_account_is_kept_with_a_hash_alone() -> None:
    assert create_account(GOOD, SYSTEM, clock()) == AccountCreated("willow.ash")
    kept = account("willow.ash")
    assert kept is not None
    assert kept.password_hash.startswith("$argon2id$")
    assert (kept.role, kept.site, kept.staff) == (AccountRole.THERAPIST, "site-1", "therapist-1")
    assert [entry.verb for entry in history("account", "willow.ash")] == ["create_account"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"username": "A B"}, "username"),
        ({"username": "x"}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": "I am willow.ash today"}, "password"),
        ({"role": AccountRole.SYSTEM}, "role"),
        ({"staff": None}, "staff_missing"),
        ({"site": "nowhere"}, "unknown_site"),
        ({"staff": "nobody"}, "unknown_staff"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, object], code: str) -> None:
    assert codes(replace(GOOD, **wrong)) == [code]  # type: ignore[arg-type]  # each field with its own type
    assert account("willow.ash") is None


def test_everything_wrong_is_said_at_once() -> None:
    assert codes(replace(GOOD, username="A B", password="short", staff="nobody")) == [
        "username",
        "password",
        "unknown_staff",
    ]


def test_a_name_is_given_once() -> None:
    create_account(GOOD, SYSTEM, clock())
    assert codes(replace(GOOD, password="another good password")) == ["username_taken"]


def test_the_front_desk_may_not(desk: Actor) -> None:
    assert isinstance(create_account(GOOD, desk, clock()), NotAllowed)


def test_a_password_is_in_no_repr() -> None:
    assert "horse" not in repr(GOOD)
