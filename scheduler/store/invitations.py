"""Who gets entries for their calendar with messages, and which visits stand in it by that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select

from scheduler.store.base import table_of
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.store.tables_outbound import FeedSubscriptionRow, InvitationChoiceRow, ReminderRow, ToldRow
from scheduler.store.work import reading, writing

_choice = table_of(InvitationChoiceRow)
_reminder = table_of(ReminderRow)
_subscription = table_of(FeedSubscriptionRow)
_told = table_of(ToldRow)


def invitations_wanted(patient: str, recipient_hash: str, now: datetime) -> bool:
    """Say whether messages to this address bring entries for the calendar.

    Where nothing was chosen they do, unless the patient subscribes to a calendar: the two together would show every
    visit twice. A subscription that shows times alone is for others, and does not count.
    """
    chosen = select(_choice.c.wanted).where(
        _choice.c.patient_id == patient, _choice.c.recipient_hash == recipient_hash
    )
    subscribed = exists(
        select(_subscription.c.id).where(
            _subscription.c.kind == SubscriptionKind.PATIENT,
            _subscription.c.resource_id == patient,
            ~_subscription.c.busy_only,
            _subscription.c.revoked_at.is_(None),
            or_(_subscription.c.ends_at.is_(None), _subscription.c.ends_at > now),
        )
    )
    with reading() as connection:
        wanted: bool | None = connection.execute(chosen).scalar()
        return not connection.execute(select(subscribed)).scalar_one() if wanted is None else wanted


def choose_invitations(patient: str, site: str, recipient_hash: str, wanted: bool) -> None:
    """Keep what a patient wants at an address."""
    key = (_choice.c.patient_id == patient, _choice.c.recipient_hash == recipient_hash)
    connection = writing()
    connection.execute(delete(_choice).where(*key))
    row = {"patient_id": patient, "site_id": site, "recipient_hash": recipient_hash, "wanted": wanted}
    connection.execute(insert(_choice).values(row))


def invited_to(appointments: Collection[str], recipient_hash: str) -> frozenset[str]:
    """Return which of these visits may stand in the calendar behind this address, by an invitation that went there."""
    asked = (
        select(_told.c.appointment_id)
        .join(_reminder, _reminder.c.id == _told.c.reminder_id)
        .where(
            _told.c.appointment_id.in_(sorted(appointments)),
            _told.c.invited,
            _told.c.may_be_known,
            _reminder.c.recipient_hash == recipient_hash,
        )
    )
    with reading() as connection:
        return frozenset(connection.execute(asked).scalars())
