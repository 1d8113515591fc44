"""Passwords: argon2id at full strength, and the same work without a hash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters, profiles

from scheduler.booking import passwords
from scheduler.booking.passwords import LONGEST, SHORTEST, fault_of, fresh_password, hashed, matches


@pytest.fixture(autouse=True)
def as_users_have_it(full_strength: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash as the program does, not as its tests do."""
    monkeypatch.setattr(passwords, "_hasher", full_strength)
    passwords._of_nobody.cache_clear()
    yield
    passwords._of_nobody.cache_clear()


def test_a_hash_costs_what_rfc_9106_recommends() -> None:
    assert extract_parameters(hashed("correct horse battery")) == profiles.RFC_9106_LOW_MEMORY


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert matches("correct horse battery", kept)
    assert not matches("correct horse batterz", kept)


def test_nothing_matches_without_a_hash() -> None:
    assert not matches("correct horse battery", None)


def test_a_broken_hash_matches_nothing() -> None:
    assert not matches("correct horse battery", "not a hash")


def test_a_password_longer_than_any_allowed_does_not_match_its_beginning() -> None:
    kept = hashed("a" * LONGEST)
    assert matches("a" * LONGEST, kept)
    assert not matches("a" * (LONGEST + 1), kept)


def test_length_is_what_counts() -> None:
    assert fault_of("a" * (SHORTEST - 1), "willow") is not None
    assert fault_of("a" * SHORTEST, "willow") is None
    assert fault_of("a" * (LONGEST + 1), "willow") is not None


def test_fresh_passwords_will_do_and_differ() -> None:
    assert fault_of(fresh_password(), "front-desk") is None
    assert fresh_password() != fresh_password()
