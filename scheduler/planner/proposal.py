"""What the planner answers: complete series with the reasons for their order, or the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.series import Series


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why nothing fits. `code` is stable; `step` is the visit concerned, empty when it is the whole series.

    `why` tells numbers and clinic-local times, `mend` what would make a series possible (may be empty). A `way_out` is no
    obstacle: with this one thing conceded, the earliest complete series would be over at `finish`.
    """

    code: str
    why: str
    mend: str
    step: str = ""
    finish: datetime | None = None

    @property
    def way_out(self) -> bool:
        """Say whether it tells what would make a series possible, rather than what stands against it."""
        return self.finish is not None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One complete series that could be booked now; its visits carry their step keys as ids.

    `finish` is the end of the last visit. `preferences` say how well it keeps each of them: name and value in words.
    `stands_out` says in words what it is best at among the proposals, and how it differs from the first.
    """

    series: Series
    therapist: str | None
    finish: datetime
    preferences: tuple[tuple[str, str], ...] = ()
    stands_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Proposals, best first, or reasons. `exact` says that no better series exists on the grid of starts.

    Where it is not so, the first is only the best that was found, and of reasons it is not proven that nothing fits.
    """

    proposals: tuple[Proposal, ...]
    reasons: tuple[Reason, ...]
    exact: bool = True
