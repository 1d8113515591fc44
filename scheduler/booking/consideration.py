"""The lines that preview and booking share: load the diary, find or take the visits, ask every rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scheduler.booking.choice import against_judging, as_series
from scheduler.booking.horizon import in_whole_fortnights
from scheduler.booking.outcomes import PreviewedSeries
from scheduler.booking.request import USUAL_REACH, Asked
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.diary import MARGIN, Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Answer, Proposal, Reason
from scheduler.planner.propose import propose
from scheduler.planner.steps import needed_steps
from scheduler.rules.evaluate import evaluate
from scheduler.store.diaries import load_diary


@dataclass(frozen=True, slots=True)
class Considered:
    """Complete series with what the rules say about each, best first; or reasons why there is none.

    `exact` says that nothing better exists; otherwise it is only the best that was found.
    """

    options: tuple[PreviewedSeries, ...]
    reasons: tuple[Reason, ...]
    exact: bool = True


def considered(asked: Asked, now: datetime) -> Considered:
    """Find or take the visits asked for, and ask every rule about them; nothing is written.

    Whoever books afterwards must hold the locks before calling this, so that the diary is still true when writing.
    """
    diary, protocol = facts_for(asked, now)
    declined = asked.request.wanted.declined
    answer = _answer(asked, diary, protocol)
    proposals = (_noting(declined, proposal) for proposal in answer.proposals)
    options = tuple(
        PreviewedSeries(proposal, protocol, evaluate(diary, protocol, proposal.series))
        for proposal in proposals
    )
    return Considered(options, answer.reasons, answer.exact)


def facts_for(asked: Asked, now: datetime) -> tuple[Diary, Protocol]:
    """Return what visits that are asked for are judged by: the diary, and the protocol with the steps that are needed."""
    diary = load_diary(asked.patient.id, _horizon(asked, now), as_of=now, site=asked.site.id)
    today = local_day(now, asked.site.zone)
    declined = asked.request.wanted.declined
    return diary, needed_steps(asked.protocol, diary.patient, today, declined, asked.included)


def _noting(declined: frozenset[str], proposal: Proposal) -> Proposal:
    """Note on the series which visits the patient declined: nobody looks for them later."""
    return replace(proposal, series=replace(proposal.series, declined=declined))


def _horizon(asked: Asked, now: datetime) -> Interval:
    """Return the time to look at."""
    # Looked at beyond the last day, so that it can be said when a series would fit.
    last = max(asked.latest, asked.earliest + USUAL_REACH)
    end = instant_at(last + timedelta(days=1), time.min, asked.site.zone)
    chosen = [visit.start for visit in asked.request.chosen or ()]
    return in_whole_fortnights(Interval(min(now, *chosen, now) - MARGIN, max(end, *chosen, end) + MARGIN))


def _answer(asked: Asked, diary: Diary, protocol: Protocol) -> Answer:
    chosen = asked.request.chosen
    if chosen is None:
        return propose(diary, protocol, asked.wishes(diary.as_of))
    reasons = tuple(against_judging(chosen, diary, protocol))
    if reasons:
        return Answer((), reasons)
    return Answer((_as_proposal(as_series(chosen, protocol, diary.patient, diary.staff), diary.as_of),), ())


def _as_proposal(series: Series, now: datetime) -> Proposal:
    """Return a chosen series as if it had been proposed; one without any visit is over now."""
    visits = series.appointments
    therapists = Counter(visit.staff[Role.THERAPIST] for visit in visits if Role.THERAPIST in visit.staff)
    therapist = therapists.most_common(1)[0][0] if therapists else None
    return Proposal(series, therapist, finish=max((visit.discharge for visit in visits), default=now))
