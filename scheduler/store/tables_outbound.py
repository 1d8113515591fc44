"""Tables of what leaves the clinic: calendar subscriptions and the ledger of reminders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Key, OfSite, OfSiteOnly, Row, RowNumber


class FeedSubscriptionRow(Row):
    """A calendar address; only a hash of its token is kept."""

    __tablename__ = "feed_subscription"
    __table_args__ = (
        CheckConstraint("kind IN ('patient', 'staff', 'room')", name="kind"),
        Index(None, "kind", "subject"),
    )

    id: Mapped[Key]
    site_id: Mapped[OfSite]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(ForeignKey("resource.id"))
    busy_only: Mapped[bool]
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_fetched_at: Mapped[datetime | None]


class ReminderRow(Row):
    """One message about one version of a visit to one recipient; the unique key makes it be sent once.

    `visit_starts_at` is the time it was about; before `wait_until` a pending message is not tried (again).
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint(
            "appointment_id", "appointment_version", "kind", "channel", "recipient_hash", name="reminder_once"
        ),
        Index(None, "state", "due_at"),
        Index(None, "visit_starts_at"),
    )

    id: Mapped[RowNumber]
    site_id: Mapped[OfSiteOnly]
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"))
    appointment_version: Mapped[int]
    kind: Mapped[str]
    channel: Mapped[str]
    recipient_hash: Mapped[str]
    visit_starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    wait_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str]
