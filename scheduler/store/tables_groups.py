"""Tables of cohorts: each stands beside the row by which it is a patient of the ledger, with its members in places."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import OfSite, Row


class CohortRow(Row):
    """A closed group; `protocol_key` is that of the members' reading."""

    __tablename__ = "cohort"

    # The type is named, for a reference to what is itself a reference finds it only when tables are loaded in one order.
    id: Mapped[str] = mapped_column(String, ForeignKey("patient.id"), primary_key=True)
    site_id: Mapped[OfSite]
    name: Mapped[str]
    protocol_key: Mapped[str]


class CohortMemberRow(Row):
    """Somebody of a cohort; `place` counts from 1 in the order of joining, and is nobody else's."""

    __tablename__ = "cohort_member"
    __table_args__ = (
        UniqueConstraint("cohort_id", "place"),
        CheckConstraint("place >= 1", name="numbered"),
    )

    cohort_id: Mapped[str] = mapped_column(String, ForeignKey("cohort.id"), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True, index=True)
    site_id: Mapped[OfSite]
    place: Mapped[int]
    high_dose: Mapped[bool]
    joined_at: Mapped[datetime]
