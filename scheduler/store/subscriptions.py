"""Calendar subscriptions: who may read which feed by which address, known by a hash of its token alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from scheduler.domain.errors import NotFound
from scheduler.store.base import table_of
from scheduler.store.people_rows import IS_SOMEBODY
from scheduler.store.tables_outbound import FeedSubscriptionRow
from scheduler.store.tables_people import PatientRow, StaffRow
from scheduler.store.tables_places import RoomRow, SiteRow
from scheduler.store.tables_stamps import NAMES, FeedStampRow
from scheduler.store.work import reading, writing

_subscription = table_of(FeedSubscriptionRow)
_site = table_of(SiteRow)
_shown, _named = table_of(FeedStampRow).alias("shown"), table_of(FeedStampRow).alias("named")

#: One look-up by keys alone: every program that asks again costs this, and nothing else.
_STAMPED = (
    select(
        _subscription,
        func.coalesce(_shown.c.number, 0).label("shown"),
        func.coalesce(_named.c.number, 0).label("named"),
    )
    .outerjoin(
        _shown, _shown.c.subject == func.coalesce(_subscription.c.resource_id, _subscription.c.site_id)
    )
    .outerjoin(_named, _named.c.subject == NAMES)
    .where(_subscription.c.token_hash == bindparam("hash"))
)

_NOTED = (
    update(_subscription)
    .where(_subscription.c.id == bindparam("subscription"))
    .values(
        {
            name: bindparam(name)
            for name in ("last_fetched_at", "last_program", "etag", "last_modified", "stamp", "good_until")
        }
    )
)


class SubscriptionKind(StrEnum):
    """Whose calendar it is."""

    PATIENT = "patient"
    STAFF = "staff"
    ROOM = "room"
    SITE = "site"


_SUBJECTS = {
    SubscriptionKind.PATIENT: table_of(PatientRow),
    SubscriptionKind.STAFF: table_of(StaffRow),
    SubscriptionKind.ROOM: table_of(RoomRow),
}


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """As what a feed was last read: it is the same while `stamp` stands, before `good_until` (UTC, with the end left out).

    `last_modified` has whole seconds, as HTTP does.
    """

    etag: str
    last_modified: datetime
    stamp: str
    good_until: datetime


@dataclass(frozen=True, slots=True)
class FeedSubscription:
    """One address. `subject` is the id of the patient, member of staff, room or site; `name` is for people's own eyes.

    `alarm_minutes` is how long before each visit the program shall remind, `None` for not at all. `token_hash` is the
    SHA-256 of the token. From `ends_at` on the address is as if revoked. `last_program` is the kind of program that fetched
    it last. A calendar that `carries_address` says where it was read. What has not happened is `None`, or empty.
    """

    id: str
    site: str
    kind: SubscriptionKind
    subject: str
    busy_only: bool
    token_hash: str
    name: str
    created_at: datetime
    alarm_minutes: int | None = None
    carries_address: bool = False
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    last_fetched_at: datetime | None = None
    last_program: str = ""
    version: KeptVersion | None = None

    def stands_at(self, now: datetime) -> bool:
        """Say whether the address still leads to its calendar."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


def site_of_subject(kind: SubscriptionKind, subject: str) -> str:
    """Return the site of a patient, member of staff or room, or the site itself. Raises `NotFound`."""
    if kind is SubscriptionKind.SITE:
        question = select(_site.c.id).where(_site.c.id == subject)
    else:
        table = _SUBJECTS[kind]
        question = select(table.c.site_id).where(table.c.id == subject)
    if kind is SubscriptionKind.PATIENT:
        # A cohort stands among the patients, and has nobody who could read a calendar.
        question = question.where(IS_SOMEBODY)
    with reading() as connection:
        site: str | None = connection.execute(question).scalar()
    if site is None:
        raise NotFound(f"there is no {kind} '{subject}'")
    return site


def save_subscription(subscription: FeedSubscription) -> None:
    """Write a new subscription, of which nobody has read anything yet."""
    of_site = subscription.kind is SubscriptionKind.SITE
    writing().execute(
        insert(_subscription).values(
            id=subscription.id,
            site_id=subscription.site,
            kind=subscription.kind,
            resource_id=None if of_site else subscription.subject,
            busy_only=subscription.busy_only,
            alarm_minutes=subscription.alarm_minutes,
            carries_address=subscription.carries_address,
            token_hash=subscription.token_hash,
            name=subscription.name,
            created_at=subscription.created_at,
            ends_at=subscription.ends_at,
            revoked_at=subscription.revoked_at,
            last_fetched_at=subscription.last_fetched_at,
            last_program=subscription.last_program,
            etag="",
            stamp="",
        )
    )


def stamped_subscription(token_hash: str) -> tuple[FeedSubscription, str] | None:
    """Return the subscription with this hash, revoked or not, and the stamp of what it shows now; `None` for none."""
    with reading() as connection:
        row = connection.execute(_STAMPED, {"hash": token_hash}).one_or_none()
    return None if row is None else (_subscription_from(row), f"{row.shown}.{row.named}")


def subscriptions_of(kind: SubscriptionKind, subject: str) -> tuple[FeedSubscription, ...]:
    """Return every subscription of one patient, member of staff, room or site, the revoked ones included, oldest first."""
    whose = _subscription.c.site_id if kind is SubscriptionKind.SITE else _subscription.c.resource_id
    question = (
        select(_subscription)
        .where(_subscription.c.kind == kind, whose == subject)
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


def end_by(id: str, at: datetime) -> None:
    """Let an address lead to its calendar until an instant and no longer; one that ends sooner does."""
    sooner = or_(_subscription.c.ends_at.is_(None), _subscription.c.ends_at > at)
    writing().execute(update(_subscription).where(_subscription.c.id == id, sooner).values(ends_at=at))


def revoke_subscription(id: str, at: datetime) -> bool:
    """End a subscription and say so; one that has ended, or never was, stays as it is."""
    ended = (
        update(_subscription)
        .where(_subscription.c.id == id, _subscription.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return writing().execute(ended).rowcount == 1


def note_fetch(id: str, at: datetime, program: str, version: KeptVersion) -> None:
    """Remember that a program of a kind has fetched the feed, and as what it was read."""
    writing().execute(
        _NOTED,
        {
            "subscription": id,
            "last_fetched_at": at,
            "last_program": program,
            "etag": version.etag,
            "last_modified": version.last_modified,
            "stamp": version.stamp,
            "good_until": version.good_until,
        },
    )


def _subscription_from(row: Any) -> FeedSubscription:
    return FeedSubscription(
        id=row.id,
        site=row.site_id,
        kind=SubscriptionKind(row.kind),
        subject=row.resource_id or row.site_id,
        busy_only=row.busy_only,
        alarm_minutes=row.alarm_minutes,
        carries_address=row.carries_address,
        token_hash=row.token_hash,
        name=row.name,
        created_at=row.created_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        last_fetched_at=row.last_fetched_at,
        last_program=row.last_program,
        version=KeptVersion(row.etag, row.last_modified, row.stamp, row.good_until) if row.etag else None,
    )
