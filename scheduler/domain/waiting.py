"""Who waits for a series or would come earlier, and which times became free that somebody might take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind


class LeftBecause(StrEnum):
    """Why somebody does not wait any more: a choice, not free text, so that nothing personal is kept."""

    BOOKED = "booked"
    NOT_WANTED = "not_wanted"
    ELSEWHERE = "elsewhere"
    NOT_REACHED = "not_reached"
    CLINICAL_DECISION = "clinical_decision"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """One patient who waits for a series by a protocol since an instant (UTC), noted by an account.

    `wishes` are plain values: what is wished for the series, without a word of free text. `until` is the last clinic-local
    day on which it makes sense to wait, `None` for no such day. `ended_at` is empty as long as the patient waits.
    """

    id: str
    site: str
    patient: str
    protocol: str
    wishes: Mapping[str, Any]
    since: datetime
    by: str
    until: date | None = None
    ended_at: datetime | None = None
    ended_because: LeftBecause | None = None

    def waits_on(self, day: date) -> bool:
        """Say whether it makes sense to wait on a clinic-local day."""
        return self.ended_at is None and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class EarlierWish:
    """A standing series whose patient would come earlier, since an instant (UTC), noted by an account."""

    series: str
    site: str
    since: datetime
    by: str


class FreedBy(StrEnum):
    """How a time became free."""

    CALLED_OFF = "called_off"
    MOVED = "moved"
    OPENED_AGAIN = "closure_removed"
    ROOM_BACK = "room_back_in_use"
    BACK_AT_WORK = "time_off_removed"

    @property
    def by_a_visit(self) -> bool:
        """Say whether a visit gave the time back, so that it is known what it was enough for."""
        return self in {FreedBy.CALLED_OFF, FreedBy.MOVED}


@dataclass(frozen=True, slots=True)
class FreedTime:
    """A stretch of time that became free: what was `claims` then, on rooms and people alone.

    `kind` is that of the visit which gave it back, `None` where no visit did. Nobody is named who had it.
    """

    id: str
    site: str
    interval: Interval
    cause: FreedBy
    claims: tuple[Claim, ...]
    freed_at: datetime
    kind: StepKind | None = None

    @property
    def resources(self) -> frozenset[str]:
        """The rooms and people that became free."""
        return frozenset(claim.resource for claim in self.claims)

    def is_still_free(self, book: ClaimBook) -> bool:
        """Say whether the room and the people that the visit needed for most of its time are not claimed since.

        Always true where no visit gave the time back: then there is more of it than one visit takes.
        """
        if not self.cause.by_a_visit:
            return True
        enough = self.interval.duration / 2
        whole = (c for c in self.claims if c.purpose is Purpose.OCCUPY and c.interval.duration >= enough)
        return not any(_taken(book, claim) for claim in whole)


def _taken(book: ClaimBook, claim: Claim) -> bool:
    return bool(book.on(claim.resource, claim.purpose).during(claim.interval))


def as_if_taken(book: ClaimBook, freed: Iterable[FreedTime]) -> ClaimBook:
    """Return the claims as if these times had not become free: the question of what each is worth."""
    by_key: dict[tuple[str, Purpose], list[Claim]] = {}
    for one in freed:
        for claim in one.claims:
            by_key.setdefault((claim.resource, claim.purpose), []).append(claim)
    laid = [claim for key, more in by_key.items() for claim in (*book.on(*key).found, *more)]
    return book.beside(ClaimBook.of(laid))


KEPT = timedelta(days=7)
"""For so long after it is over a freed time is kept; it is of no use by then."""
