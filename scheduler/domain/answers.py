"""What patients answer about a visit at one time: by the invitation to it, or by the link in a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    """The answers there are: those to invitations are called as calendar programs call them (RFC 5545 section 3.2.12)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    CALL_WANTED = "call_wanted"
    OTHER_TIME = "other_time"


class AnswerWay(StrEnum):
    """By which way an answer came."""

    INVITATION = "invitation"
    LINK = "link"
    TEXT = "text"


ANSWERS_BY: dict[AnswerWay, frozenset[Answer]] = {
    AnswerWay.INVITATION: frozenset({Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE}),
    AnswerWay.LINK: frozenset({Answer.ACCEPTED, Answer.CALL_WANTED, Answer.OTHER_TIME}),
    AnswerWay.TEXT: frozenset({Answer.ACCEPTED, Answer.CALL_WANTED}),
}
"""What can be answered by each way."""

WAITING = frozenset({Answer.DECLINED, Answer.CALL_WANTED, Answer.OTHER_TIME})
"""The answers after which somebody is to call the patient; they call nothing off."""

UNSUITABLE = frozenset({Answer.DECLINED, Answer.OTHER_TIME})
"""The answers that the time does not suit: a visit that was confirmed is only booked again after them."""


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """The last answer to a visit: to the time it had then.

    `answered_at` is when the patient's program wrote it, `received_at` when it was read; both UTC. `settled_at` is when
    somebody had seen to one that waits, `None` before and for every other answer.
    """

    appointment: str
    site: str
    answer: Answer
    start: datetime
    sequence: int
    answered_at: datetime
    received_at: datetime
    settled_at: datetime | None = None
    way: AnswerWay = AnswerWay.INVITATION

    @property
    def waits(self) -> bool:
        """Say whether somebody is still to see to it."""
        return self.answer in WAITING and self.settled_at is None
