"""Calendar subscriptions: who may read which feed by which address, known by a hash of its token alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.store.base import table_of
from scheduler.store.tables_outbound import FeedSubscriptionRow
from scheduler.store.tables_people import PatientRow, StaffRow
from scheduler.store.tables_places import RoomRow
from scheduler.store.work import reading, writing

_subscription = table_of(FeedSubscriptionRow)


class SubscriptionKind(StrEnum):
    """Whose calendar it is."""

    PATIENT = "patient"
    STAFF = "staff"
    ROOM = "room"


_SUBJECTS = {
    SubscriptionKind.PATIENT: table_of(PatientRow),
    SubscriptionKind.STAFF: table_of(StaffRow),
    SubscriptionKind.ROOM: table_of(RoomRow),
}


@dataclass(frozen=True, slots=True)
class FeedSubscription:
    """One address. `subject` is the id of the patient, member of staff or room; `name` is for the clinic's own eyes.

    `token_hash` is the SHA-256 of the token. `revoked_at` and `last_fetched_at` are `None` until that happened.
    """

    id: str
    site: str
    kind: SubscriptionKind
    subject: str
    busy_only: bool
    token_hash: str
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
    last_fetched_at: datetime | None = None


def site_of_subject(kind: SubscriptionKind, subject: str) -> str:
    """Return the site of a patient, member of staff or room. Raises `NotFound`."""
    table = _SUBJECTS[kind]
    with reading() as connection:
        site: str | None = connection.execute(select(table.c.site_id).where(table.c.id == subject)).scalar()
    if site is None:
        raise NotFound(f"there is no {kind} '{subject}'")
    return site


def save_subscription(subscription: FeedSubscription) -> None:
    """Write a new subscription."""
    writing().execute(
        insert(_subscription).values(
            id=subscription.id,
            site_id=subscription.site,
            kind=subscription.kind,
            subject=subscription.subject,
            busy_only=subscription.busy_only,
            token_hash=subscription.token_hash,
            name=subscription.name,
            created_at=subscription.created_at,
            revoked_at=subscription.revoked_at,
            last_fetched_at=subscription.last_fetched_at,
        )
    )


def standing_subscription(token_hash: str) -> FeedSubscription | None:
    """Return the subscription with this hash, or `None` when there is none or it was revoked."""
    question = select(_subscription).where(
        _subscription.c.token_hash == token_hash, _subscription.c.revoked_at.is_(None)
    )
    with reading() as connection:
        row = connection.execute(question).one_or_none()
    return None if row is None else _subscription_from(row)


def subscriptions_of(kind: SubscriptionKind, subject: str) -> tuple[FeedSubscription, ...]:
    """Return every subscription of one patient, member of staff or room, the revoked ones included, oldest first."""
    question = (
        select(_subscription)
        .where(_subscription.c.kind == kind, _subscription.c.subject == subject)
        .order_by(_subscription.c.created_at, _subscription.c.id)
    )
    with reading() as connection:
        return tuple(_subscription_from(row) for row in connection.execute(question))


def subscription_with(id: str) -> FeedSubscription:
    """Return the subscription with this id, revoked or not. Raises `NotFound`."""
    with reading() as connection:
        row = connection.execute(select(_subscription).where(_subscription.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no subscription {id}")
    return _subscription_from(row)


def revoke_subscription(id: str, at: datetime) -> bool:
    """End a subscription and say so; one that has ended, or never was, stays as it is."""
    ended = (
        update(_subscription)
        .where(_subscription.c.id == id, _subscription.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return writing().execute(ended).rowcount == 1


def note_fetch(id: str, at: datetime) -> None:
    """Remember that a program has fetched the feed."""
    writing().execute(update(_subscription).where(_subscription.c.id == id).values(last_fetched_at=at))


def _subscription_from(row: Any) -> FeedSubscription:
    return FeedSubscription(
        id=row.id,
        site=row.site_id,
        kind=SubscriptionKind(row.kind),
        subject=row.subject,
        busy_only=row.busy_only,
        token_hash=row.token_hash,
        name=row.name,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_fetched_at=row.last_fetched_at,
    )
