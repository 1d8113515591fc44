"""Tables of what is planned and booked: protocols, series, visits with their phases and staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, OfSite, OfSiteOnly, Row


class ProtocolRow(Row):
    """One version of a protocol; a version never changes once it is stored."""

    __tablename__ = "protocol"

    key: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    document: Mapped[Json]


class SeriesRow(Row):
    """A treatment series; `declined` is a JSON list of step keys. What is only held is so until `held_until`.

    `extra_steps` is a JSON list of what it has beside the steps of its protocol, nothing for most.
    """

    __tablename__ = "series"
    __table_args__ = (
        ForeignKeyConstraint(["protocol_key", "protocol_version"], ["protocol.key", "protocol.version"]),
    )

    id: Mapped[Key]
    site_id: Mapped[OfSite]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    protocol_key: Mapped[str]
    protocol_version: Mapped[int]
    state: Mapped[str]
    declined: Mapped[Json]
    created_at: Mapped[datetime]
    held_until: Mapped[datetime | None] = mapped_column(index=True)
    extra_steps: Mapped[Json | None]


class AppointmentRow(Row):
    """A visit; `calendar_uid` is random and means nothing, `sequence` counts what calendars must hear of.

    `began_at` and `released_at` are when the patient really came and was let go, empty before. `group_visit_id` names the
    visit of a group that this one takes part in, without a reference: SQLite cannot add one to a table that is there.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="not_empty"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "site_id", "starts_at"),
        Index(None, "patient_id", "starts_at"),
        Index(None, "room_id", "starts_at"),
    )

    id: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    step: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    calendar_uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    group_visit_id: Mapped[str | None] = mapped_column(index=True)


class AppointmentStaffRow(Row):
    """Who has which role in a visit, in a role that is handed over each from a segment of it; 0 is who begins."""

    __tablename__ = "appointment_staff"

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    role: Mapped[Key]
    segment: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_id: Mapped[OfSiteOnly]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)


class AppointmentPhaseRow(Row):
    """One phase of a visit; `position` counts from 0."""

    __tablename__ = "appointment_phase"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="not_empty"),)

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_id: Mapped[OfSiteOnly]
    name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
