"""Why no complete series fits: where the chain breaks, and then what would have to be conceded, the cheapest first."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.telling import told
from scheduler.planner.absences import with_a_room_back, with_somebody_back, with_the_patient_free
from scheduler.planner.concessions import worth_telling
from scheduler.planner.obstacles import obstacles
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question
from scheduler.planner.single_concessions import (
    with_an_obstacle_gone,
    with_one_more_room,
    with_other_wishes,
    without_a_visit,
)
from scheduler.planner.staff_concessions import (
    with_a_credential_renewed,
    with_a_substitute,
    with_half_a_day_more,
)
from scheduler.planner.stretched_windows import with_a_stretched_window

CONCESSIONS = (
    with_the_patient_free,
    with_other_wishes,
    with_a_stretched_window,
    with_a_credential_renewed,
    with_half_a_day_more,
    with_a_substitute,
    with_a_room_back,
    with_somebody_back,
    without_a_visit,
    with_one_more_room,
    with_an_obstacle_gone,
)
"""Every kind of thing that may be conceded. What they ask of whom stands in `concessions.Price`."""

_NO_CONCESSION = Reason(
    "no_concession",
    told("no single concession makes a complete series possible in this time"),
    told("look later, or over a longer time"),
)


def reasons_against(question: Question) -> tuple[Reason, ...]:
    """Return at least two reasons: first what stands in the way, then the ways out, or that no single one is enough.

    The question must have no answer. What was only wished for never stands in the way, so nothing is said of it.
    """
    # Claims are put in order once for all that is tried.
    asked = replace(question, diary=replace(question.diary, claims=question.diary.book))
    found = worth_telling(concession for kind in CONCESSIONS for concession in kind(asked))
    ways_out = tuple(concession.reason(asked) for concession in found)
    return (*obstacles(asked), *(ways_out or (_NO_CONCESSION,)))
