"""Tables of what happens to booked visits: their day, overrides, conflicts to be mended, and requests already answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, OfSite, OfSiteOnly, Row, RowNumber


class VisitEventRow(Row):
    """One change of a visit's state: which, when it really happened, and who noted it. Rows are added, never changed.

    `former_state` is what the step is taken back to, should it be undone.
    `reason` is one of a few words, empty where none is asked for: never a finding, a dose or a note. `notice` says whether
    a visit was called off in time or late, and nothing of every other event. `way` is by which way the patient said so, and
    nothing where an account noted it.
    """

    __tablename__ = "visit_event"
    __table_args__ = (Index(None, "appointment_id", "at"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSiteOnly]
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"))
    former_state: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    noted_by: Mapped[str]
    reason: Mapped[str]
    notice: Mapped[str | None]
    way: Mapped[str | None]


class VitalNoteRow(Row):
    """That vital signs were looked at as was due at an instant of a dosing visit; never what was found."""

    __tablename__ = "vital_note"

    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    site_id: Mapped[OfSiteOnly]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str]


class VitalNoteTakenBackRow(Row):
    """A note of vital signs that was made by mistake, who took it back and when; added, never changed."""

    __tablename__ = "vital_note_taken_back"

    id: Mapped[RowNumber]
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), index=True)
    due_at: Mapped[datetime]
    site_id: Mapped[OfSiteOnly]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str]
    taken_back_at: Mapped[datetime]
    taken_back_by: Mapped[str]


class RefusalRow(Row):
    """A rule that refused what somebody wanted to enter, and by which verb; added, never changed, and of nobody."""

    __tablename__ = "refusal"
    __table_args__ = (Index(None, "site_id", "at"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSiteOnly]
    at: Mapped[datetime]
    verb: Mapped[str]
    rule: Mapped[str]


class OverrideRow(Row):
    """A rule that somebody let pass for one visit, until it expires; `role` is in which role, `reason` in words."""

    __tablename__ = "override"
    __table_args__ = (CheckConstraint("expires_at > made_at", name="lasts"),)

    id: Mapped[Key]
    site_id: Mapped[OfSite]
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.id"), index=True)
    rule: Mapped[str]
    reason: Mapped[str]
    made_by: Mapped[str]
    role: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ConflictRow(Row):
    """A rule that a standing series breaks since something changed, until it is resolved.

    `steps` is a JSON list of the visits that it touches; `cause` what was changed, in a word. Somebody may have accepted it
    as it is told.
    """

    __tablename__ = "conflict"
    __table_args__ = (Index(None, "site_id", "resolved_at"),)

    id: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), index=True)
    rule: Mapped[str]
    level: Mapped[str]
    steps: Mapped[Json]
    why: Mapped[str]
    mend: Mapped[str]
    visit_starts_at: Mapped[datetime]
    cause: Mapped[str]
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    accepted_reason: Mapped[str | None]


class AnsweredRequestRow(Row):
    """A request that was answered, so that the same request sent twice is done once.

    `digest` tells whether it is the same; `subject_id` names what it was done to or what it made.
    """

    __tablename__ = "answered_request"

    key: Mapped[Key]
    site_id: Mapped[OfSite]
    verb: Mapped[str]
    digest: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    answered_at: Mapped[datetime]
