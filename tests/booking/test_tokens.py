"""API tokens: told once, kept as a hash, recognised until they are revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from scheduler.access.bearer_tokens import PREFIX, has_shape_of_bearer_token
from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.create_token import CreateToken, TokenCreated, create_token
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.recognise_token import NOTED_EVERY, recognise_token
from scheduler.booking.revoke_token import RevokeToken, revoke_token
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import NotFound
from scheduler.store.api_tokens import api_token, api_tokens
from scheduler.store.audit import history
from scheduler.store.database import db
from tests.booking.small_clinic import MONDAY, clock

pytestmark = pytest.mark.usefixtures("small_clinic")

GOOD = CreateToken("front-office", AccountRole.FRONT_DESK, "site-1")


def secret_of(command: CreateToken = GOOD) -> str:
    outcome = create_token(command, SYSTEM, clock())
    assert isinstance(outcome, TokenCreated)
    return outcome.secret


def test_a_token_is_told_once_and_the_database_holds_its_hash_alone() -> None:
    secret = secret_of()
    assert has_shape_of_bearer_token(secret)
    assert secret not in repr(TokenCreated("front-office", secret))
    with db.engine.connect() as connection:
        rows = [
            repr(row)
            for table in ("api_token", "audit_entry")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert rows
    assert not any(secret.removeprefix(PREFIX) in row for row in rows)


def test_whoever_shows_it_acts_with_its_role_and_reach() -> None:
    secret = secret_of(replace(GOOD, name="rounds", role=AccountRole.THERAPIST, staff="therapist-1"))
    expected = Actor("token:rounds", AccountRole.THERAPIST, "site-1", "therapist-1")
    assert recognise_token(secret, clock()) == expected


@pytest.mark.parametrize("wrong", ["", "Bearer", "trellis_", "ä" * 51, PREFIX + "A" * 43])
def test_nobody_is_recognised_by_anything_else(wrong: str) -> None:
    secret_of()
    assert recognise_token(wrong, clock()) is None


def test_the_last_use_is_noted_now_and_then() -> None:
    secret, at = secret_of(), StandingClock(MONDAY)
    for later in (timedelta(0), NOTED_EVERY / 2, NOTED_EVERY):
        at.instant = MONDAY + later
        recognise_token(secret, at)
        kept = api_token("front-office")
        assert kept is not None
        assert kept.last_used_at == MONDAY + (NOTED_EVERY if later == NOTED_EVERY else timedelta(0))


def test_a_revoked_token_is_nobodys_and_its_name_is_not_used_again() -> None:
    secret = secret_of()
    for _ in range(2):
        assert revoke_token(RevokeToken("front-office"), SYSTEM, clock()) is None
    assert recognise_token(secret, clock()) is None
    assert codes(GOOD) == ["name_taken"]
    assert [entry.verb for entry in history("api_token", "front-office")] == ["create_token", "revoke_token"]
    assert [one.revoked_at for one in api_tokens()] == [MONDAY]
    with pytest.raises(NotFound):
        revoke_token(RevokeToken("nobody-s"), SYSTEM, clock())


def codes(command: CreateToken) -> list[str]:
    outcome = create_token(command, SYSTEM, clock())
    assert isinstance(outcome, Refused)
    return [reason.code for reason in outcome.reasons]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(GOOD, name="A B"), "name"),
        (replace(GOOD, role=AccountRole.SYSTEM), "role"),
        (replace(GOOD, site="nowhere"), "unknown_site"),
        (replace(GOOD, staff="nobody"), "unknown_staff"),
        (replace(GOOD, site=None, staff="nobody"), "unknown_staff"),
    ],
)
def test_what_is_wrong_is_said(wrong: CreateToken, code: str) -> None:
    assert codes(wrong) == [code]
    assert api_tokens() == ()


@pytest.mark.parametrize("role", [role for role in AccountRole if role is not AccountRole.SYSTEM])
def test_only_administrators_manage_tokens(role: AccountRole) -> None:
    actor = Actor("somebody", role)
    may_manage = role is AccountRole.ADMINISTRATOR
    assert isinstance(create_token(GOOD, actor, clock()), TokenCreated) is may_manage
    if not may_manage:
        secret_of()
    assert isinstance(revoke_token(RevokeToken(GOOD.name), actor, clock()), NotAllowed) is not may_manage
