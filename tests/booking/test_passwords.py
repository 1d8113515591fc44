"""Passwords: argon2id, and the same work without a hash."""

from __future__ import annotations

from scheduler.booking.passwords import LONGEST, SHORTEST, fault_of, fresh_password, hashed, matches


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
