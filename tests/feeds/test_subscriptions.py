"""Subscription addresses: long and random, kept as a hash, for those who may, gone when revoked."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import text

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import NotFound
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import (
    AlreadyMade,
    Gone,
    SubscriptionRequest,
    end_subscription,
    make_subscription,
    rotate_subscription,
)
from scheduler.feeds.tokens import has_shape_of_token, new_token
from scheduler.store.audit import history
from scheduler.store.database import db
from scheduler.store.subscriptions import SubscriptionKind, stamped_subscription, subscriptions_of
from tests.feeds.stored_visits import BOOKED_AT

CLOCK = StandingClock(BOOKED_AT)
PUBLIC_URL = "https://visits.example.org"
ADDRESS = re.compile(rf"{PUBLIC_URL}/feeds/([A-Za-z0-9_-]{{43}})\.ics")
REQUEST = SubscriptionRequest(SubscriptionKind.PATIENT, "patient-1", PUBLIC_URL, name="my phone")


def token_of(address: object) -> str:
    """Return the secret part of an address."""
    assert isinstance(address, str)
    found = ADDRESS.fullmatch(address)
    assert found is not None
    return found[1]


def test_tokens_have_256_random_bits() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    # 43 characters of 6 bits hold 32 bytes; every place takes many values.
    assert all(has_shape_of_token(token) for token in tokens)
    assert all(len({token[place] for token in tokens}) >= 16 for place in range(43))


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "/", "a" * 42 + "\n", "ä" * 43])
def test_what_cannot_be_a_token_is_known_by_its_shape(text: str) -> None:
    assert not has_shape_of_token(text)


@pytest.mark.usefixtures("clinic_context")
def test_each_address_is_new_and_the_database_holds_its_hash_alone() -> None:
    tokens = {token_of(make_subscription(REQUEST, SYSTEM, CLOCK)) for _ in range(3)}
    assert len(tokens) == 3
    kept = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
    assert {one.token_hash for one in kept} == {sha256(token.encode()).hexdigest() for token in tokens}
    with db.engine.connect() as connection:
        everything = "".join(
            repr(row)
            for table in ("feed_subscription", "audit_entry")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        )
    assert not [token for token in tokens if token in everything]


@pytest.mark.usefixtures("clinic_context")
@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (SubscriptionKind.PATIENT, "patient-1"),
        (SubscriptionKind.STAFF, "therapist-1"),
        (SubscriptionKind.ROOM, "office-1"),
        (SubscriptionKind.SITE, "site-1"),
    ],
)
def test_patients_staff_rooms_and_sites_have_calendars(kind: SubscriptionKind, subject: str) -> None:
    address = make_subscription(SubscriptionRequest(kind, subject, PUBLIC_URL), SYSTEM, CLOCK)
    stamped = stamped_subscription(sha256(token_of(address).encode()).hexdigest())
    assert stamped is not None
    found, _ = stamped
    assert (found.kind, found.subject, found.site, found.busy_only) == (kind, subject, "site-1", False)


@pytest.mark.usefixtures("clinic_context")
def test_nobody_by_that_id_is_told_apart_by_kind() -> None:
    for kind, subject in (
        (SubscriptionKind.PATIENT, "therapist-1"),
        (SubscriptionKind.ROOM, "nowhere"),
        (SubscriptionKind.SITE, "office-1"),
    ):
        with pytest.raises(NotFound, match=subject):
            make_subscription(SubscriptionRequest(kind, subject, PUBLIC_URL), SYSTEM, CLOCK)


@pytest.mark.usefixtures("clinic_context")
@pytest.mark.parametrize(
    ("actor", "request_", "allowed"),
    [
        (Actor("desk", AccountRole.FRONT_DESK, "site-1"), REQUEST, True),
        (Actor("desk", AccountRole.FRONT_DESK, "site-2"), REQUEST, False),
        (Actor("anna", AccountRole.THERAPIST, "site-1", "therapist-1"), REQUEST, False),
        (
            Actor("anna", AccountRole.THERAPIST, "site-1", "therapist-1"),
            SubscriptionRequest(SubscriptionKind.STAFF, "therapist-1", PUBLIC_URL),
            True,
        ),
        (
            Actor("anna", AccountRole.THERAPIST, "site-1", "therapist-1"),
            SubscriptionRequest(SubscriptionKind.STAFF, "therapist-2", PUBLIC_URL),
            False,
        ),
    ],
)
def test_the_desk_makes_addresses_for_its_site_and_staff_for_themselves(
    actor: Actor, request_: SubscriptionRequest, allowed: bool
) -> None:
    outcome = make_subscription(request_, actor, CLOCK)
    if allowed:
        assert token_of(outcome)
    else:
        assert outcome == NotAllowed(Permission.MANAGE_SUBSCRIPTIONS)
        assert not subscriptions_of(request_.kind, request_.subject)


@pytest.mark.usefixtures("clinic_context")
def test_a_revoked_address_is_gone_and_both_deeds_are_on_record() -> None:
    token = token_of(make_subscription(REQUEST, SYSTEM, CLOCK))
    [subscription] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
    stranger = Actor("anna", AccountRole.THERAPIST, "site-1", "therapist-1")
    assert end_subscription(subscription.id, stranger, CLOCK) == NotAllowed(Permission.MANAGE_SUBSCRIPTIONS)
    assert end_subscription(subscription.id, SYSTEM, CLOCK) is None
    assert end_subscription(subscription.id, SYSTEM, CLOCK) is None, "once more changes nothing"
    assert publication(token, BOOKED_AT) is None
    [revoked] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
    assert revoked.revoked_at == BOOKED_AT
    verbs = [entry.verb for entry in history("patient", "patient-1")]
    assert verbs == ["make_subscription", "end_subscription"]
    with pytest.raises(NotFound):
        end_subscription("unknown", SYSTEM, CLOCK)


@pytest.mark.usefixtures("clinic_context")
def test_what_is_asked_twice_under_one_key_is_made_once() -> None:
    keyed = replace(REQUEST, idempotency_key="the key of the first")
    token_of(make_subscription(keyed, SYSTEM, CLOCK))
    assert make_subscription(keyed, SYSTEM, CLOCK) == AlreadyMade()
    [one] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
    otherwise = make_subscription(replace(keyed, busy_only=True), SYSTEM, CLOCK)
    assert isinstance(otherwise, Refused)
    assert [reason.code for reason in otherwise.reasons] == ["key_used_otherwise"]

    token_of(rotate_subscription(one.id, PUBLIC_URL, SYSTEM, CLOCK, "the key of another"))
    again = rotate_subscription(one.id, PUBLIC_URL, SYSTEM, CLOCK, "the key of another")
    assert again == AlreadyMade()
    assert len(subscriptions_of(SubscriptionKind.PATIENT, "patient-1")) == 2
    end_subscription(one.id, SYSTEM, CLOCK)
    assert rotate_subscription(one.id, PUBLIC_URL, SYSTEM, CLOCK, "the key of a third") == Gone()
    # Without a key each request is a new one.
    token_of(make_subscription(REQUEST, SYSTEM, CLOCK))
    assert len(subscriptions_of(SubscriptionKind.PATIENT, "patient-1")) == 3
