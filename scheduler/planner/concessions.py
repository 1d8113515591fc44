"""What would make a series possible when nothing fits: the one thing that is conceded, its price, and how soon all is over.

Every concession is tried by itself on the question as it stands, and told only if a complete series then exists. The
cheapest come first: `Price` is the named list of what asks how much of whom, and equal prices are told by date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from scheduler.domain.telling import told, told_moment
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question

MOST_TOLD = 8


class Price(IntEnum):
    """What is conceded, the cheapest first."""

    PATIENTS_TIME = 1
    """The patient comes on one day that they would have kept free."""
    LATER_LAST_DAY = 2
    """The series is over later than was wished."""
    ANOTHER_THERAPIST = 3
    """The patient is guided by somebody else than was wished."""
    WINDOW_OF_A_WARNING = 4
    """A visit comes later or sooner than the protocol asks, which the clinic may decide; by how much in proportion."""
    PATIENTS_ABSENCE = 5
    """The patient gives up an absence of several days."""
    CREDENTIAL = 6
    """Somebody renews what runs out."""
    HALF_DAY = 7
    """Somebody works half a day more every week."""
    SUBSTITUTE = 8
    """One visit is guided by somebody else than the patient knows."""
    ROOM_IN_USE = 9
    """A room is made fit for use sooner."""
    TIME_OFF = 10
    """Somebody works in time that they have off."""
    WINDOW_OF_A_GATE = 11
    """A visit comes later or sooner than the protocol asks, for which somebody has to answer; by how much in proportion."""
    WINDOWS_OF_A_KIND = 12
    """Every visit of a kind comes later or sooner than the protocol asks."""
    SUBSTITUTES = 13
    """Any visit is guided by whoever is free."""
    DECLINED_VISIT = 14
    """The patient goes without a visit."""
    ROOM = 15
    """The clinic has one more room."""
    NO_OBSTACLE = 16
    """A whole kind of thing would have to be there whenever it is asked for."""


@dataclass(frozen=True, slots=True)
class Concession:
    """One thing conceded: `what` in words that a date can follow, and `finish`, the slot at which all is over then.

    `about` names what is scarce, so that of two that mend the same the dearer and later one need not be told. `share` says
    how much of a window is conceded, from 0 to 1 of what the protocol asks.
    """

    code: str
    price: Price
    about: str
    finish: int
    why: str
    what: str
    step: str = ""
    share: float = 0.0

    @property
    def rank(self) -> tuple[float, float, int, str, str]:
        """By what concessions are put in order: price, how much of a window, date, and then words."""
        return self.price, self.share, self.finish, self.code, self.what

    def reason(self, question: Question) -> Reason:
        """Return what is told of it."""
        finish = question.grid.at(self.finish)
        mend = told(
            "%(what)s, a series could be complete on %(time)s",
            what=self.what,
            time=told_moment(finish, question.zone),
        )
        return Reason(self.code, self.why, mend, self.step, finish)


def worth_telling(found: Iterable[Concession]) -> tuple[Concession, ...]:
    """Return at most `MOST_TOLD`, the cheapest first, none beside one about the same that is no dearer and no later.

    Where there are too many, the best of each price come before the second of any.
    """
    kept: list[Concession] = []
    for one in sorted(found, key=lambda concession: concession.rank):
        if not any(other.about == one.about and other.finish <= one.finish for other in kept):
            kept.append(one)
    best = {one.price: one for one in reversed(kept)}
    chosen = sorted(kept, key=lambda one: (one is not best[one.price], one.rank))[:MOST_TOLD]
    return tuple(sorted(chosen, key=lambda one: one.rank))
