"""Tables of who treats and who is treated: staff with shifts and credentials, patients with decisions."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, OfSite, Row, RowNumber


class StaffRow(Row):
    """A member of staff; `roles` is a JSON list."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("may_watch >= 0 AND may_supervise >= 0", name="limits"),)

    id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    site_id: Mapped[OfSite]
    name: Mapped[str]
    roles: Mapped[Json]
    may_watch: Mapped[int]
    may_supervise: Mapped[int]


class ShiftRow(Row):
    """Weekly working hours in clinic-local wall time; weekday 0 is Monday."""

    __tablename__ = "shift"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class TimeOffRow(Row):
    """A stretch of time in which a member of staff is away."""

    __tablename__ = "time_off"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="not_empty"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class BusySourceRow(Row):
    """A calendar elsewhere that says when a member of staff is taken: an address, sealed, or a file that was uploaded.

    What is tried and how it ends stands here, apart from the times, so that looking again and again changes no fact.
    """

    __tablename__ = "busy_source"
    __table_args__ = (CheckConstraint("kind IN ('address', 'file')", name="kind"),)

    id: Mapped[Key]
    site_id: Mapped[OfSite]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    host: Mapped[str]
    sealed_address: Mapped[str]
    added_at: Mapped[datetime]
    etag: Mapped[str]
    last_modified: Mapped[str]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    last_tried_at: Mapped[datetime | None]
    last_good_at: Mapped[datetime | None]
    read_whole_at: Mapped[datetime | None]
    read_until: Mapped[datetime | None]
    failures: Mapped[int]
    problem: Mapped[str]
    remark: Mapped[str]


class BusyTimesRow(Row):
    """All times of one source as a JSON list of [start, end]: they come and go together, as one change of the facts."""

    __tablename__ = "busy_times"

    source_id: Mapped[str] = mapped_column(ForeignKey("busy_source.id"), primary_key=True)
    site_id: Mapped[OfSite]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    times: Mapped[Json]


class CredentialRow(Row):
    """A proof of qualification, valid through an inclusive day; without a day it does not expire."""

    __tablename__ = "credential"

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str]
    valid_until: Mapped[date | None]


class PatientRow(Row):
    """A patient; `matching_name` is the name folded for searching. `language` may be empty: that of the site."""

    __tablename__ = "patient"

    id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    site_id: Mapped[OfSite]
    given_name: Mapped[str]
    family_name: Mapped[str]
    matching_name: Mapped[str]
    birth_date: Mapped[date]
    email: Mapped[str]
    phone: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str | None]
    referred_on: Mapped[date | None]


class PatientAbsenceRow(Row):
    """A stretch of time in which a patient cannot come."""

    __tablename__ = "patient_absence"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="not_empty"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class GateRecordRow(Row):
    """A decision about a patient: only what was decided, never a score, a dose or a note.

    Those of a clinic file have no `decided_at`, and are replaced when the file is taken in again; those taken here stay.
    """

    __tablename__ = "gate_record"

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str]
    decision: Mapped[str]
    decided_on: Mapped[date]
    valid_until: Mapped[date | None]
    decided_by: Mapped[str]
    covers_visits: Mapped[int | None]
    decided_at: Mapped[datetime | None]
