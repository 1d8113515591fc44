"""From a diary, a protocol and wishes to the best complete series, or to the reasons why there is none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from scheduler.domain.appointment import appointment_at
from scheduler.domain.diary import Diary
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol
from scheduler.planner.alternatives import Candidate, different
from scheduler.planner.assign import place
from scheduler.planner.differences import standing_out
from scheduler.planner.network import Arc
from scheduler.planner.preferences import PREFERENCES
from scheduler.planner.proposal import Answer, Proposal
from scheduler.planner.question import Question
from scheduler.planner.reasons import reasons_against
from scheduler.planner.timeline import slots_in
from scheduler.planner.wishes import Wishes


def propose(diary: Diary, protocol: Protocol, wishes: Wishes) -> Answer:
    """Return the best complete series, and others that a person would call different from it and each other.

    The first is the best by `PREFERENCES`, read from the top; then every visit is as early as it can be; then the
    therapist's id decides, so that the answer does not depend on the order of input. The protocol is narrowed to the
    steps of the series.
    """
    question, proposals, exact = _proposals(Question.of(diary, protocol, wishes))
    return Answer(proposals, () if proposals else reasons_against(question), exact)


def best_series(diary: Diary, protocol: Protocol, wishes: Wishes) -> Series | None:
    """Return the first series that `propose` would; or `None`, without asking why there is none, which takes longer."""
    _, proposals, _ = _proposals(Question.of(diary, protocol, replace(wishes, limit=1)))
    return proposals[0].series if proposals else None


def _proposals(question: Question) -> tuple[Question, tuple[Proposal, ...], bool]:
    """Return the proposals, the question that was answered in the end, and whether nothing better can exist."""
    exact = True
    while True:
        found = different(question, question.wishes.limit)
        if not found:
            return question, (), exact
        proposals = tuple(
            replace(proposal_of(question, candidate), stands_out=words)
            for candidate, words in zip(found, standing_out(question, found), strict=True)
        )
        pair = next((pair for one in proposals if (pair := _still_turning(question, one.series))), None)
        if pair is None:
            return question, proposals, exact
        # Either another room or a later start would do: not a window, so what is found then is not proven to be the best.
        earlier, later = pair
        length = slots_in(question.outline.steps[earlier].room_length)
        question = replace(question, extra=(*question.extra, Arc(earlier, later, length)))
        exact = False


def _still_turning(question: Question, series: Series) -> tuple[int, int] | None:
    """Return two visits, by number, of which the later would enter a room before it is ready after the earlier."""
    numbers, steps = question.outline.numbers, question.outline.steps
    for earlier, later in pairwise(series.appointments):
        number = numbers[earlier.step]
        ready = earlier.start + steps[number].room_length
        if earlier.room is not None and earlier.room == later.room and later.start < ready:
            return number, numbers[later.step]
    return None


def proposal_of(question: Question, candidate: Candidate) -> Proposal:
    """Return a series with rooms and people for each visit, and in words how well it keeps each preference."""
    diary, protocol = question.diary, question.outline.protocol
    visits = tuple(
        appointment_at(placement, diary.staff, diary.site.id)
        for placement in place(question, candidate.starts, candidate.therapist)
    )
    series = Series(
        id="",
        site=diary.site.id,
        patient=diary.patient.id,
        protocol=protocol.key,
        protocol_version=protocol.version,
        state=SeriesState.BOOKED,
        appointments=visits,
    )
    told = candidate.told
    explained = tuple((one.name, told[one.key].words) for one in PREFERENCES if one.key in told)
    finish = max(visit.discharge for visit in visits)
    return Proposal(series, candidate.therapist or None, finish, explained)
