"""A series that stands, what of it moved, and time that others have taken: for the tests of rescheduling."""

from __future__ import annotations

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.series import Series
from scheduler.domain.telling import told_moment
from scheduler.domain.treatment import Protocol
from scheduler.planner.change import Rescheduling
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from tests.builders import ZONE, a_claim, an_induction_protocol, between, t1_like_series

INDUCTION = an_induction_protocol()


def saved(protocol: Protocol = INDUCTION, **starts: str) -> Series:
    return t1_like_series(protocol, starts, id="series-1")


def moved(found: Rescheduling) -> dict[str, str]:
    return {move.step: told_moment(move.after, ZONE)[:-4] for move in found.moves}


def blocks(diary: Diary, protocol: Protocol, series: Series) -> list[tuple[str, tuple[str, ...]]]:
    found = evaluate(diary, protocol, series)
    return [(finding.rule, finding.steps) for finding in found if finding.level is Level.BLOCK]


def booked_out(begin: str, end: str) -> tuple[Claim, ...]:
    """Return claims of others on both dosing rooms."""
    return tuple(
        a_claim(room, Purpose.OCCUPY, between(begin, end), appointment=f"other-{room}")
        for room in ("dosing-1", "dosing-2")
    )
