"""What the rules say of what the planner finds: only that for which it answers, windows and what is free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from scheduler.domain.appointment import Appointment
from scheduler.domain.diary import Diary
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from scheduler.rules.question import Question

_LATEST_TIMES = frozenset({"INTEG-2", "FOLLOW-2", "SPACE-4"})
"""Rules that only warn of a window that is passed: the planner keeps these as well."""

_ANSWERED_FOR = [
    rule
    for rule in CATALOGUE
    if rule.id in _LATEST_TIMES
    or (rule.level in (Level.BLOCK, Level.GATE) and not rule.id.startswith("GATE-"))
]
_THEIR_IDS = frozenset(rule.id for rule in _ANSWERED_FOR)


def about_time(finding: Finding) -> bool:
    """Say whether the planner answers for it: decisions about the patient, driving and declining are not its own."""
    return finding.rule in _THEIR_IDS


def is_accepted(diary: Diary, protocol: Protocol, visit: Appointment) -> bool:
    """Say whether the rules that the planner answers for find nothing wrong with one new visit taken alone.

    The protocol is that of the visit.
    """
    series = a_series_of(diary, protocol, (visit,))
    return not _is_refused(Question(diary, protocol, series), lambda _: True)


def is_accepted_in(series: Series, diary: Diary, protocol: Protocol, visit: Appointment) -> bool:
    """Say whether the rules that the planner answers for find nothing wrong with one new visit of a series.

    The series has one therapist but for this visit. With another at its beginning, the patient has met nobody else, and it
    is the next visit that is found fault with.
    """
    return not _is_refused(
        Question(diary, protocol, series),
        lambda finding: visit.id in finding.appointments or finding.rule == "CONT-1",
    )


def _is_refused(question: Question, counts: Callable[[Finding], bool]) -> bool:
    """Say whether there is a finding that counts and that the planner answers for, for those who try everything.

    Nearly every try is refused, most often for the reason of the one before it: that rule is asked first, and the first
    that finds anything ends it. What none refuses is judged as a booking is.
    """
    for place, rule in enumerate(_ANSWERED_FOR):
        if any(counts(finding) for finding in rule.check(question)):
            _ANSWERED_FOR.insert(0, _ANSWERED_FOR.pop(place))
            return True
    found = evaluate(question.diary, question.protocol, question.series)
    return any(counts(finding) and about_time(finding) for finding in found)


def a_series_of(
    diary: Diary, protocol: Protocol, visits: Iterable[Appointment], declined: Set[str] = frozenset()
) -> Series:
    """Build the proposed series of these visits."""
    return Series(
        id="",
        site=diary.site.id,
        patient=diary.patient.id,
        protocol=protocol.key,
        protocol_version=protocol.version,
        state=SeriesState.BOOKED,
        appointments=tuple(sorted(visits, key=lambda visit: visit.start)),
        declined=frozenset(declined),
    )


def faults_of(
    diary: Diary, protocol: Protocol, visits: Iterable[Appointment], declined: Set[str] = frozenset()
) -> list[Finding]:
    """Return what the rules find about a proposed series that the planner answers for; the protocol is narrowed to it."""
    series = a_series_of(diary, protocol, visits, declined)
    return [finding for finding in evaluate(diary, protocol, series) if about_time(finding)]
