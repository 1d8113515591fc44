"""The lines that preview and booking share: load the diary, find or take the visits, ask every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scheduler.booking.outcomes import PreviewedSeries
from scheduler.booking.request import USUAL_REACH, Asked, ChosenVisit
from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol
from scheduler.planner.propose import Answer, Proposal, propose
from scheduler.planner.reasons import Reason
from scheduler.planner.steps import needed_steps
from scheduler.rules.evaluate import evaluate
from scheduler.store.diaries import load_diary

MARGIN = timedelta(days=8)
"""Visits just outside the wished days still matter: doses are spaced, and counted over seven days."""


@dataclass(frozen=True, slots=True)
class Considered:
    """Complete series with what the rules say about each, best first; or reasons why there is none."""

    options: tuple[PreviewedSeries, ...]
    reasons: tuple[Reason, ...]


def considered(asked: Asked, now: datetime) -> Considered:
    """Find or take the visits asked for, and ask every rule about them; nothing is written.

    Whoever books afterwards must hold the locks before calling this, so that the diary is still true when writing.
    """
    diary = load_diary(asked.patient.id, _horizon(asked), as_of=now, site=asked.site.id)
    today = local_day(now, asked.site.zone)
    protocol = needed_steps(asked.protocol, diary.patient, today, asked.request.declined)
    answer = _answer(asked, diary, protocol)
    proposals = (_noting(asked.request.declined, proposal) for proposal in answer.proposals)
    options = tuple(
        PreviewedSeries(proposal, protocol, evaluate(diary, protocol, proposal.series))
        for proposal in proposals
    )
    return Considered(options, answer.reasons)


def _noting(declined: frozenset[str], proposal: Proposal) -> Proposal:
    """Note on the series which visits the patient declined: nobody looks for them later."""
    return replace(proposal, series=replace(proposal.series, declined=declined))


def _horizon(asked: Asked) -> Interval:
    start = instant_at(asked.earliest, time.min, asked.site.zone)
    # Looked at beyond the last day, so that it can be said when a series would fit.
    last = max(asked.latest, asked.earliest + USUAL_REACH)
    end = instant_at(last + timedelta(days=1), time.min, asked.site.zone)
    chosen = [visit.start for visit in asked.request.chosen or ()]
    return Interval(min(start, *chosen, start) - MARGIN, max(end, *chosen, end) + MARGIN)


def _answer(asked: Asked, diary: Diary, protocol: Protocol) -> Answer:
    if asked.request.chosen is None:
        return propose(diary, protocol, asked.wishes(diary.as_of))
    reasons = tuple(_against_choice(asked.request.chosen, diary, protocol))
    return Answer((), reasons) if reasons else Answer((_chosen(asked, diary, protocol),), ())


def _chosen(asked: Asked, diary: Diary, protocol: Protocol) -> Proposal:
    visits = sorted(asked.request.chosen or (), key=lambda visit: visit.start)
    appointments = tuple(
        appointment_at(
            Placement(protocol.step(visit.step), visit.start, diary.patient.id, visit.room, visit.staff),
            diary.staff,
            diary.site.id,
        )
        for visit in visits
    )
    series = Series(
        id="",
        site=diary.site.id,
        patient=diary.patient.id,
        protocol=protocol.key,
        protocol_version=protocol.version,
        state=SeriesState.BOOKED,
        appointments=appointments,
    )
    therapists = Counter(visit.staff[Role.THERAPIST] for visit in visits if Role.THERAPIST in visit.staff)
    therapist = therapists.most_common(1)[0][0] if therapists else None
    return Proposal(series, therapist, finish=max(visit.discharge for visit in appointments))


def _against_choice(visits: tuple[ChosenVisit, ...], diary: Diary, protocol: Protocol) -> Iterator[Reason]:
    """Yield what makes chosen visits no series at all; whether they are a good one is for the rules to say."""
    counted = Counter(visit.step for visit in visits)
    for key, count in counted.items():
        if not protocol.has_step(key):
            why = f"Visit '{key}' is not part of this series."
            yield Reason("unknown_step", why, "Leave it out, or choose another protocol.", key)
        elif count > 1:
            yield Reason("step_twice", f"Visit {key} was chosen {count} times.", "Choose it once.", key)
    for step in protocol.steps:
        if step.key not in counted:
            why = f"{step.title} ({step.key}) has no time yet."
            yield Reason("step_missing", why, "A series is booked whole: choose a time for it.", step.key)
    for visit in visits:
        yield from _unknown_resources(visit, diary)


def _unknown_resources(visit: ChosenVisit, diary: Diary) -> Iterator[Reason]:
    if visit.room is not None and visit.room not in diary.rooms:
        yield Reason(
            "unknown_room", f"There is no room '{visit.room}' at this site.", "Choose another.", visit.step
        )
    for role, person in visit.staff.items():
        if person not in diary.staff:
            why = (
                f"Nobody '{person}' works at this site; {visit.step} names them as {role.replace('_', ' ')}."
            )
            yield Reason("unknown_staff", why, "Choose somebody of this site.", visit.step)
