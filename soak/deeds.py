"""What soaking processes do, how often beside each other, and how an answer is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.appointment import Appointment
from scheduler.domain.series import Series
from soak import day_deeds, fact_deeds, series_deeds
from soak.dice import Dice, some

Deed = Callable[[Dice], object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one use case: done, refused or with nothing to do.

    `versions` are those of the visits that it made, changed or left, by id, right after: what is acknowledged. `reasons`
    is how many findings and reasons a refusal gave.
    """

    deed: str
    outcome: str
    versions: Mapping[str, int] | None = None
    reasons: int = 0


DEEDS: Mapping[str, tuple[int, Deed]] = {
    "book": (10, series_deeds.book),
    "move": (9, series_deeds.move),
    "substitute": (5, series_deeds.substitute),
    "cancel a visit": (4, series_deeds.cancel_a_visit),
    "replan": (5, series_deeds.replan),
    "cancel a series": (2, series_deeds.cancel_a_series),
    "pause a series": (1, series_deeds.pause_a_series),
    "resume a series": (2, series_deeds.resume),
    "decide a hold": (3, series_deeds.decide_a_hold),
    "let holds lapse": (1, series_deeds.let_lapse),
    "advance a visit": (22, day_deeds.advance),
    "decide a gate": (6, day_deeds.decide_a_gate),
    "override a gate": (3, day_deeds.override),
    "withdraw an override": (2, day_deeds.withdraw),
    "extend a stay": (6, day_deeds.extend),
    "send messages": (2, day_deeds.remind),
    "change staff": (6, fact_deeds.change_somebody),
    "change places": (4, fact_deeds.change_a_place),
    "resolve a conflict": (7, fact_deeds.resolve),
    "look at conflicts": (1, fact_deeds.look_at_conflicts),
    "keep the inbox": (1, fact_deeds.nightly),
}
"""Every deed, and how often it is done beside the others."""

BOOKING_AND_MOVING: Mapping[str, tuple[int, Deed]] = {
    "book": (5, series_deeds.book),
    "move": (5, series_deeds.move),
    "cancel a visit": (1, series_deeds.cancel_a_visit),
    "cancel a series": (2, series_deeds.cancel_a_series),
    "replan": (2, series_deeds.replan),
    "change staff": (1, fact_deeds.come_or_go),
}
"""The deeds of which processes are killed by the hundred."""


def do_something(dice: Dice, deeds: Mapping[str, tuple[int, Deed]]) -> Answer:
    """Do one of the deeds and return what came of it."""
    name = some({name: weight for name, (weight, _) in deeds.items()}, dice.random)
    return answer_to(name, deeds[name][1](dice))


def answer_to(name: str, outcome: object) -> Answer:
    """Return in a line what a use case answered."""
    if outcome is None:
        return Answer(name, "nothing to do")
    if isinstance(outcome, Refused):
        codes = [one.rule for one in outcome.findings] + [one.code for one in outcome.reasons]
        return Answer(name, f"refused: {codes[0] if codes else 'without a reason'}", None, len(codes))
    if isinstance(outcome, NotAllowed):
        return Answer(name, f"not allowed: {outcome.permission}")
    series, visit = getattr(outcome, "series", None), getattr(outcome, "appointment", None)
    visits = series.appointments if isinstance(series, Series) else ()
    if isinstance(visit, Appointment):
        visits = (visit,)
    return Answer(name, "done", {one.id: one.version for one in visits})
