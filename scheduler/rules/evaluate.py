"""Asks every rule about a series and answers with all findings, the most actionable first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scheduler.domain.diary import Diary
from scheduler.domain.errors import InvalidValue
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import WEIGHT, Finding, Level
from scheduler.rules.overriding import ask
from scheduler.rules.question import Question


def evaluate(diary: Diary, protocol: Protocol, series: Series) -> tuple[Finding, ...]:
    """Return every finding about a series: BLOCK, GATE, WARN, INFO, and within a level by time.

    The diary holds the claims of all visits but the series' own, over a horizon in which every visit to be judged lies;
    the protocol is narrowed to the steps of the series. Visits that are saved and over are facts: a finding that
    touches no other visit is left out. A GATE that was overridden for the visit that waits is told as an INFO. Raises
    `InvalidValue` when a visit lies outside of the horizon, for then nobody knows what else is booked, and `NotFound`
    when a visit has a step that the protocol does not have.
    """
    question = Question(diary, protocol, series)
    _check_horizon(question)
    history = {visit.id for visit in question.visits if question.is_history(visit)}
    found = [
        finding
        for finding in ask(CATALOGUE, question)
        if not finding.appointments or not history.issuperset(finding.appointments)
    ]
    starts = {visit.id: visit.start for visit in reversed(question.visits) if visit.id not in history}
    return tuple(sorted(found, key=lambda finding: _rank(finding, starts, diary.as_of)))


def refuses(findings: Iterable[Finding]) -> bool:
    """Say whether a finding among these forbids the booking."""
    return any(finding.level is Level.BLOCK for finding in findings)


_PLACE = {rule.id: place for place, rule in enumerate(CATALOGUE)}


def _rank(finding: Finding, starts: dict[str, datetime], now: datetime) -> tuple[object, ...]:
    first = min((starts[id] for id in finding.appointments if id in starts), default=now)
    return (
        WEIGHT[finding.level],
        first,
        _PLACE[finding.rule],
        finding.steps,
        finding.why,
        finding.appointments,
    )


def _check_horizon(question: Question) -> None:
    horizon, now = question.diary.horizon, question.diary.as_of
    for visit in question.ahead:
        if visit.discharge > horizon.end or visit.start < min(horizon.start, now):
            raise InvalidValue(
                told(
                    "%(step)s on %(time)s lies outside of the time that was looked at, %(start)s to %(end)s; look at "
                    "a longer time",
                    step=visit.step,
                    time=question.said(visit.start),
                    start=question.said(horizon.start),
                    end=question.said(horizon.end),
                )
            )
