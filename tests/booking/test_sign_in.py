"""Signing in: one answer for every wrong try, throttled by name and by address, audited without personal data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking import sign_in as use_case
from scheduler.booking.create_account import CreateAccount, create_account
from scheduler.booking.sign_in import (
    NOT_RECOGNISED,
    TRIES_PER_ADDRESS,
    TRIES_PER_USERNAME,
    WINDOW,
    SignedIn,
    SignIn,
    SignInRefused,
    sign_in,
)
from scheduler.domain.clock import StandingClock
from scheduler.store.accounts import account, save_account
from scheduler.store.audit import history
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import MONDAY

PASSWORD = "correct horse battery"


@pytest.fixture
def clock(small_clinic: object) -> StandingClock:
    """Give the clock of the tries, with one account there."""
    standing = StandingClock(MONDAY)
    create_account(CreateAccount("willow.ash", PASSWORD, AccountRole.FRONT_DESK, "site-1"), SYSTEM, standing)
    return standing


def tried(
    clock: StandingClock, username: str = "willow.ash", password: str = "wrong", address: str = "10.0.0.1"
) -> object:
    return sign_in(SignIn(username, password, address), clock)


def test_the_right_password_opens(clock: StandingClock) -> None:
    outcome = tried(clock, password=PASSWORD)
    assert isinstance(outcome, SignedIn)
    assert outcome.account.username == "willow.ash"
    assert isinstance(tried(clock, " Willow.Ash ", PASSWORD), SignedIn)


def test_wrong_password_and_unknown_user_get_the_same_answer(clock: StandingClock) -> None:
    assert tried(clock) == tried(clock, "nobody") == SignInRefused(NOT_RECOGNISED)


def test_an_account_that_is_switched_off_stays_shut(clock: StandingClock) -> None:
    kept = account("willow.ash")
    assert kept is not None
    with unit_of_work():
        save_account(
            type(kept)(kept.username, kept.role, kept.staff, kept.site, kept.password_hash, active=False)
        )
    assert tried(clock, password=PASSWORD) == SignInRefused(NOT_RECOGNISED)


@pytest.mark.parametrize("username", ["willow.ash", "nobody"])
def test_too_many_tries_shut_the_name_for_a_while(clock: StandingClock, username: str) -> None:
    for number in range(TRIES_PER_USERNAME):
        assert tried(clock, username, address=f"10.0.0.{number}") == SignInRefused(NOT_RECOGNISED)
    shut = tried(clock, username, PASSWORD, address="10.0.1.1")
    assert isinstance(shut, SignInRefused)
    assert shut.retry_after == WINDOW
    clock.advance(WINDOW + timedelta(seconds=1))
    assert isinstance(tried(clock, "willow.ash", PASSWORD), SignedIn)


def test_tries_while_it_is_shut_do_not_keep_it_shut(clock: StandingClock) -> None:
    for _ in range(TRIES_PER_USERNAME):
        tried(clock)
    clock.advance(WINDOW - timedelta(minutes=1))
    tried(clock)
    clock.advance(timedelta(minutes=1, seconds=1))
    assert isinstance(tried(clock, password=PASSWORD), SignedIn)


def test_success_takes_the_tries_under_the_name_back(clock: StandingClock) -> None:
    for _ in range(3):
        for _ in range(TRIES_PER_USERNAME - 1):
            tried(clock)
        assert isinstance(tried(clock, password=PASSWORD), SignedIn)


def test_many_names_from_one_address_shut_the_address(clock: StandingClock) -> None:
    for number in range(TRIES_PER_ADDRESS):
        tried(clock, f"name{number}")
    assert isinstance(tried(clock, password=PASSWORD), SignInRefused)
    assert isinstance(tried(clock, password=PASSWORD, address="10.0.0.2"), SignedIn)


def test_every_try_is_audited_without_what_was_typed(clock: StandingClock) -> None:
    tried(clock, "hunter2 typed here", address="10.9.8.7")
    tried(clock)
    tried(clock, password=PASSWORD)
    unknown = history("account", "")
    assert [entry.verb for entry in unknown] == ["sign_in_refused"]
    assert "hunter2" not in repr(unknown)
    assert "10.9.8.7" not in repr(unknown)
    assert [entry.verb for entry in history("account", "willow.ash")][-2:] == ["sign_in_refused", "sign_in"]


def test_the_same_work_is_done_for_unknown_users(
    clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []

    def watch(password: str, kept: str | None) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr(use_case, "matches", watch)
    tried(clock)
    tried(clock, "nobody")
    assert len(checked) == 2


def test_what_was_typed_is_in_no_repr() -> None:
    assert "horse" not in repr(SignIn("willow.ash", PASSWORD, "10.0.0.1"))
