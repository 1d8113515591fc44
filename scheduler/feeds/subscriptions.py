"""Makes and ends subscription addresses: who may, for whom, and never seen again in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import InvalidValue
from scheduler.feeds.tokens import hash_of, new_token
from scheduler.store.audit import AuditEntry, record
from scheduler.store.subscriptions import (
    FeedSubscription,
    SubscriptionKind,
    end_by,
    revoke_subscription,
    save_subscription,
    site_of_subject,
    subscription_with,
)
from scheduler.store.work import unit_of_work

GRACE = timedelta(days=7)
"""How long the former address still works after a new one was made, so that programs can be told of it."""

ALARMS = (15, 60, 24 * 60)
"""How many minutes before a visit a program can be asked to remind."""


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """Ask for an address: `subject` is the id of the patient, member of staff, room or site.

    `public_url` is where people reach the program, without a slash at its end. `name` is a word for people's own
    eyes, such as 'my phone'. A busy-only feed shows times and nothing else, for sharing. `alarm_minutes` is how long
    before each visit the person's program shall remind them, one of `ALARMS`; `None` for not at all. A calendar that
    `carries_address` says where it was read, to whoever gets a copy of it. Repeated with the same `idempotency_key`, nothing
    is made again.
    """

    kind: SubscriptionKind
    subject: str
    public_url: str
    busy_only: bool = False
    name: str = ""
    alarm_minutes: int | None = None
    idempotency_key: str | None = None
    carries_address: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyMade:
    """The same request was answered before, with an address that cannot be shown again: there is one, and no second."""


def make_subscription(
    request: SubscriptionRequest, actor: Actor, clock: Clock
) -> str | NotAllowed | AlreadyMade | Refused:
    """Make a subscription and return its address, which cannot be shown again: only a hash of it is kept.

    Raises `NotFound` when there is nobody and nothing by that id, and `InvalidValue` for an alarm that is not offered.
    """
    if request.alarm_minutes not in (None, *ALARMS):
        raise InvalidValue(f"an alarm can be set {', '.join(map(str, ALARMS))} minutes before a visit")
    now = clock.now()
    return retried(lambda: _making(request, actor, now))


def _making(
    request: SubscriptionRequest, actor: Actor, now: datetime
) -> str | NotAllowed | AlreadyMade | Refused:
    with unit_of_work():
        site = site_of_subject(request.kind, request.subject)
        refusal = _refusal(actor, request.kind, request.subject, site)
        if refusal is not None:
            return refusal
        earlier = answered_before("make_subscription", request, request.idempotency_key)
        if earlier is not None:
            return earlier if isinstance(earlier, Refused) else AlreadyMade()
        address, made = _made(request, site, actor, now, "make_subscription")
        note_answer("make_subscription", request, request.idempotency_key, made, now)
        return address


def rotate_subscription(
    id: str, public_url: str, actor: Actor, clock: Clock, key: str | None = None
) -> str | NotAllowed | Gone | AlreadyMade | Refused:
    """Make a new address for the same calendar and return it; the former one works for `GRACE` more.

    Asked again under the same `key`, nothing is made again. Raises `NotFound`.
    """
    now = clock.now()
    return retried(lambda: _rotating(_Rotation(id, public_url, key), actor, now))


@dataclass(frozen=True, slots=True)
class _Rotation:
    id: str
    public_url: str
    idempotency_key: str | None


def _rotating(
    wanted: _Rotation, actor: Actor, now: datetime
) -> str | NotAllowed | Gone | AlreadyMade | Refused:
    with unit_of_work():
        former = subscription_with(wanted.id)
        refusal = _refusal(actor, former.kind, former.subject, former.site)
        if refusal is not None:
            return refusal
        earlier = answered_before("rotate_subscription", wanted, wanted.idempotency_key)
        if earlier is not None:
            return earlier if isinstance(earlier, Refused) else AlreadyMade()
        if not former.stands_at(now):
            return Gone()
        end_by(former.id, now + GRACE)
        request = SubscriptionRequest(
            *(former.kind, former.subject, wanted.public_url, former.busy_only, former.name),
            alarm_minutes=former.alarm_minutes,
            carries_address=former.carries_address,
        )
        address, made = _made(request, former.site, actor, now, "rotate_subscription")
        note_answer("rotate_subscription", wanted, wanted.idempotency_key, made, now)
        return address


@dataclass(frozen=True, slots=True)
class Gone:
    """The address does not work any more, so there is nothing to take its place; make a new one."""


def _made(
    request: SubscriptionRequest, site: str, actor: Actor, now: datetime, verb: str
) -> tuple[str, FeedSubscription]:
    """Make an address; return it, and what is kept of it."""
    token = new_token()
    subscription = FeedSubscription(
        id=uuid4().hex,
        site=site,
        kind=request.kind,
        subject=request.subject,
        busy_only=request.busy_only,
        token_hash=hash_of(token),
        name=request.name,
        created_at=now,
        alarm_minutes=request.alarm_minutes,
        carries_address=request.carries_address,
    )
    save_subscription(subscription)
    details = {"subscription": subscription.id, "busy_only": request.busy_only}
    record(AuditEntry(now, actor.id, verb, str(request.kind), request.subject, details, site))
    return f"{request.public_url}/feeds/{token}.ics", subscription


def end_subscription(id: str, actor: Actor, clock: Clock) -> None | NotAllowed:
    """Revoke an address: from now on it looks as if it had never been. One that has ended stays ended.

    Raises `NotFound`.
    """
    with unit_of_work():
        subscription = subscription_with(id)
        refusal = _refusal(actor, subscription.kind, subscription.subject, subscription.site)
        if refusal is not None:
            return refusal
        now = clock.now()
        if not revoke_subscription(id, now):
            return None
        details = {"subscription": id}
        record(
            AuditEntry(
                now,
                actor.id,
                "end_subscription",
                str(subscription.kind),
                subscription.subject,
                details,
                subscription.site,
            )
        )
    return None


def _refusal(actor: Actor, kind: SubscriptionKind, subject: str, site: str) -> NotAllowed | None:
    if may_at(actor, Permission.MANAGE_SUBSCRIPTIONS, site):
        return None
    is_own = kind is SubscriptionKind.STAFF and subject == actor.staff
    if is_own and may(actor, Permission.MANAGE_OWN_SUBSCRIPTION):
        return None
    return NotAllowed(Permission.MANAGE_SUBSCRIPTIONS)
