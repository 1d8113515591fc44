"""Tables of what leaves the clinic: subscriptions, the ledger of reminders, what these have told, and what comes back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Key, OfSite, OfSiteOnly, Row, RowNumber


class FeedSubscriptionRow(Row):
    """A calendar address; only a hash of its token is kept.

    It shows the visits of `resource_id`, or all of the site where that is empty. From `ends_at` on it is as if revoked.
    A calendar that `carries_address` says where it was read. `etag` and `last_modified` are what it was last read as, and
    hold while the numbers of `stamp` stand, until `good_until`.
    """

    __tablename__ = "feed_subscription"
    __table_args__ = (
        CheckConstraint("kind IN ('patient', 'staff', 'room', 'site')", name="kind"),
        CheckConstraint("(kind = 'site') = (resource_id IS NULL)", name="subject"),
        Index(None, "resource_id"),
    )

    id: Mapped[Key]
    site_id: Mapped[OfSite]
    kind: Mapped[str]
    resource_id: Mapped[str | None] = mapped_column(ForeignKey("resource.id"))
    busy_only: Mapped[bool]
    alarm_minutes: Mapped[int | None]
    carries_address: Mapped[bool] = mapped_column(server_default=false())
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_fetched_at: Mapped[datetime | None]
    last_program: Mapped[str]
    etag: Mapped[str]
    last_modified: Mapped[datetime | None]
    stamp: Mapped[str]
    good_until: Mapped[datetime | None]


class ReminderRow(Row):
    """One message about one version of a visit to one recipient; the unique key makes it be sent once.

    `visit_starts_at` is the time it was about; before `wait_until` a pending message is not tried (again). `reference` is
    what the way it went by knows it by, empty before it was handed over; several messages may have left as one.
    `delivered_at` is when that way told that it had arrived, `settled_at` when somebody had seen to one that failed.
    `went_with` is the message whose text told this one too, empty for one that leaves by itself; without a reference, which
    SQLite cannot add to a table that is there. `text_day` is the day of its patient's on which it was to leave as a text.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint(
            "appointment_id", "appointment_version", "kind", "channel", "recipient_hash", name="reminder_once"
        ),
        Index(None, "state", "due_at"),
        Index(None, "visit_starts_at"),
        Index(None, "reference"),
        Index(None, "recipient_hash"),
        Index(None, "went_with"),
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
    reference: Mapped[str] = mapped_column(server_default="")
    delivered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    went_with: Mapped[int | None] = mapped_column(BigInteger)
    text_day: Mapped[date | None]


class ToldRow(Row):
    """What one message says of one visit: that it stands at this time, or that it is called off.

    `may_be_known` holds from just before the message is handed over and is taken back when it surely did not leave; the
    latest such row is what the patient was told last. `sequence` is what the visit's calendars counted then. Without a
    message it is what the patient is taken to know, of a visit that was entered outside any series. `invited` says that an
    entry for the patient's calendar went with it, or its withdrawal.
    """

    __tablename__ = "told"
    __table_args__ = (
        Index(None, "appointment_id", "id"),
        Index(None, "reminder_id"),
        Index(None, "visit_starts_at"),
    )

    id: Mapped[RowNumber]
    site_id: Mapped[OfSiteOnly]
    reminder_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("reminder.id"))
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"))
    visit_starts_at: Mapped[datetime]
    stands: Mapped[bool]
    sequence: Mapped[int]
    may_be_known: Mapped[bool]
    invited: Mapped[bool] = mapped_column(server_default=false())


class InvitationChoiceRow(Row):
    """Whether a patient wants entries for their calendar sent to an address, of which a hash is kept; most have none."""

    __tablename__ = "invitation_choice"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    recipient_hash: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    wanted: Mapped[bool]


class AnswerLinkRow(Row):
    """A link by which whoever got a message answers it; only a hash of its secret is kept.

    The visits are those that the message told of (`told`). A message that was tried twice has two.
    """

    __tablename__ = "answer_link"

    token_hash: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    reminder_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reminder.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class VisitAnswerRow(Row):
    """The last answer to a visit, to the time it had then, and by which way it came.

    `settled_at` is when an answer that waits for somebody had been seen to.
    """

    __tablename__ = "visit_answer"
    __table_args__ = (Index(None, "site_id", "visit_starts_at"),)

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    answer: Mapped[str]
    visit_starts_at: Mapped[datetime]
    sequence: Mapped[int]
    answered_at: Mapped[datetime]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    way: Mapped[str] = mapped_column(server_default="invitation")


class ReadMailboxRow(Row):
    """Up to which message a mailbox of answers was read; of its address a hash is kept."""

    __tablename__ = "read_mailbox"

    mailbox_hash: Mapped[Key]
    validity: Mapped[str]
    last_read: Mapped[int] = mapped_column(BigInteger)


class LeadershipRow(Row):
    """Which process has a piece of work to itself, until when; from `until` on it is anybody's. The clinic's, no site's."""

    __tablename__ = "leadership"

    work: Mapped[Key]
    holder: Mapped[str]
    until: Mapped[datetime]
