"""Tables of how patients may be written to, and of what they texted that somebody is to see to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Key, OfSiteOnly, Row


class ContactConsentRow(Row):
    """Whether a patient wants messages of a category by a way, to one address, of which a hash is kept."""

    __tablename__ = "contact_consent"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    way: Mapped[Key]
    category: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    given: Mapped[bool]
    recipient_hash: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]


class FirstWayRow(Row):
    """The way that a patient is written to first; most have none, which is e-mail."""

    __tablename__ = "first_way"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    way: Mapped[str]


class OptOutRow(Row):
    """An address, of which a hash is kept, that nothing goes to by a way, whosever it is."""

    __tablename__ = "opt_out"

    way: Mapped[Key]
    recipient_hash: Mapped[Key]
    since: Mapped[datetime]


class TextTaskRow(Row):
    """Something a patient texted that somebody is to see to, by the provider's id of that text; never its words."""

    __tablename__ = "text_task"
    __table_args__ = (Index(None, "site_id", "settled_at"),)

    id: Mapped[Key]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    kind: Mapped[str]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(server_default="")


class EscortRow(Row):
    """How the one who takes a patient home from a visit is reached, without a name.

    `agreed_at` is empty where the patient does not agree that they are written to, or does so no more.
    """

    __tablename__ = "escort"

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    phone: Mapped[str]
    email: Mapped[str]
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[str]


class FollowUpRow(Row):
    """That somebody has asked after a patient after a dosing visit, or found that there was no need to."""

    __tablename__ = "follow_up"

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    settled_at: Mapped[datetime]
    settled_by: Mapped[str]
