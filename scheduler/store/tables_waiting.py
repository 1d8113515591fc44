"""Tables of who waits or would come earlier, of times that became free, and of times offered to patients."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, OfSiteOnly, Row


class WaitingEntryRow(Row):
    """A patient who waits for a series; `wishes` is a JSON document of plain wishes, `ended_at` empty while they wait."""

    __tablename__ = "waiting_entry"
    __table_args__ = (Index(None, "site_id", "ended_at"),)

    id: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    protocol_key: Mapped[str]
    wishes: Mapped[Json]
    since: Mapped[datetime]
    noted_by: Mapped[str]
    until_day: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]
    ended_because: Mapped[str]


class EarlierWishRow(Row):
    """A standing series whose patient would come earlier."""

    __tablename__ = "earlier_wish"

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    site_id: Mapped[OfSiteOnly]
    since: Mapped[datetime]
    noted_by: Mapped[str]


class FreedTimeRow(Row):
    """A stretch of time that became free: how, and a JSON list of what was claimed then of rooms and people, of nobody's.

    `kind` is that of the visit that gave it back, empty where none did. `settled_at` is when somebody said that it may
    stay free.
    """

    __tablename__ = "freed_time"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="not_empty"),
        Index(None, "site_id", "starts_at"),
    )

    id: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cause: Mapped[str]
    kind: Mapped[str]
    claims: Mapped[Json]
    freed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]


class OfferRow(Row):
    """Times offered to a patient for a visit as it stood in a version; `times` and `missed` are JSON lists.

    `ended` is empty while nobody ended it, `settled_at` until the desk saw to what came of it.
    """

    __tablename__ = "offer"
    __table_args__ = (Index(None, "site_id", "settled_at"),)

    id: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), index=True)
    version: Mapped[int]
    times: Mapped[Json]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime]
    missed: Mapped[Json]
    ended: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]
