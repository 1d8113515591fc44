"""Tables of the patient's own pages: who has them open by which link, and who tried in vain to open them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Key, OfSiteOnly, Row


class OwnOpeningRow(Row):
    """One browser that may see a patient's own pages, by a hash of what its cookie names; it ends with its link."""

    __tablename__ = "own_opening"

    opening_hash: Mapped[Key]
    site_id: Mapped[OfSiteOnly]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    token_hash: Mapped[str] = mapped_column(ForeignKey("answer_link.token_hash"))
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OwnTrialRow(Row):
    """Wrong birth dates, counted for a link or for a network address, of which a hash is kept.

    Nothing is tried before `locked_until`. `last_at` is when the last wrong one came.
    """

    __tablename__ = "own_trial"

    subject: Mapped[Key]
    wrong: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
