"""Whoever takes a patient home after a dose, as far as they are written to: no name, and nothing without consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Escort:
    """How the one who takes the patient home from a visit is reached; `phone` and `email` may be empty.

    `agreed_at` is when the patient's consent to write to them was recorded, UTC, and `agreed_by` by which account; `None`
    and empty where there is none, or where it was taken back.
    """

    appointment: str
    phone: str
    email: str
    agreed_at: datetime | None = None
    agreed_by: str = ""
