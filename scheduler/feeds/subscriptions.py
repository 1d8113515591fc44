"""Makes and ends subscription addresses: who may, for whom, and never seen again in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.feeds.tokens import hash_of, new_token
from scheduler.store.audit import AuditEntry, record
from scheduler.store.subscriptions import (
    FeedSubscription,
    SubscriptionKind,
    revoke_subscription,
    save_subscription,
    site_of_subject,
    subscription_with,
)
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """Ask for an address: `subject` is the id of the patient, member of staff or room.

    `public_url` is where people reach the program, without a slash at its end. `name` is a word for the clinic's own
    eyes, such as 'my phone'. A busy-only feed shows times and nothing else, for sharing.
    """

    kind: SubscriptionKind
    subject: str
    public_url: str
    busy_only: bool = False
    name: str = ""


def make_subscription(request: SubscriptionRequest, actor: Actor, clock: Clock) -> str | NotAllowed:
    """Make a subscription and return its address, which cannot be shown again: only a hash of it is kept.

    Raises `NotFound` when there is nobody and nothing by that id.
    """
    token = new_token()
    with unit_of_work():
        site = site_of_subject(request.kind, request.subject)
        refusal = _refusal(actor, request.kind, request.subject, site)
        if refusal is not None:
            return refusal
        now = clock.now()
        subscription = FeedSubscription(
            id=uuid4().hex,
            site=site,
            kind=request.kind,
            subject=request.subject,
            busy_only=request.busy_only,
            token_hash=hash_of(token),
            name=request.name,
            created_at=now,
        )
        save_subscription(subscription)
        details = {"subscription": subscription.id, "busy_only": request.busy_only}
        record(
            AuditEntry(now, actor.id, "make_subscription", str(request.kind), request.subject, details, site)
        )
    return f"{request.public_url}/feeds/{token}.ics"


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
