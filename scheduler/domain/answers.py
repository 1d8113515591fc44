"""What patients answer to invitations: yes, no or maybe, to a visit at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    """The answers there are (RFC 5545 section 3.2.12)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """The last answer to a visit: to the time it had then.

    `answered_at` is when the patient's program wrote it, `received_at` when it was read; both UTC. `settled_at` is when
    somebody had seen to a no, `None` before and for every other answer.
    """

    appointment: str
    site: str
    answer: Answer
    start: datetime
    sequence: int
    answered_at: datetime
    received_at: datetime
    settled_at: datetime | None = None
