"""What a solver answers, whichever it is: a series and when it is over, the proof that there is none, or neither in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scheduler.domain.claims import Placement


class Verdict(StrEnum):
    """How a search ended."""

    FOUND = "found"
    NONE = "none"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Solved:
    """One answer. `finish` is the end of the last visit; `starts` are instants by step, both UTC.

    `placements` are empty where a solver does not choose rooms and people. After a time-out `finish` and `starts` are those
    of the best series found until then, if any: not proven to be the best.
    """

    verdict: Verdict
    finish: datetime | None = None
    starts: Mapping[str, datetime] = field(default_factory=dict)
    therapist: str | None = None
    placements: tuple[Placement, ...] = ()

    @property
    def proven(self) -> bool:
        """Say whether the answer is exact."""
        return self.verdict is not Verdict.TIMED_OUT
