"""What an example of a rule is, and the short ways in which examples are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import StaffMember
from scheduler.domain.treatment import Protocol
from scheduler.rules.question import Question
from tests.builders import a_diary, a_small_protocol, a_staff, t1_like_series

Build: TypeAlias = Callable[[], Question]


@dataclass(frozen=True)
class Example:
    """One rule by example: a series that keeps it and one that breaks it.

    A rule with a limit also has one that stands exactly at it and one that is the least step beyond it; a rule
    without one says why it has none.
    """

    keeps: Build
    breaks: Build
    at_limit: Build | None = None
    beyond: Build | None = None
    no_limit: str = ""


def asked(
    starts: Mapping[str, str] | None = None,
    *,
    protocol: Protocol | None = None,
    diary: Diary | None = None,
    visits: Mapping[str, Mapping[str, Any]] | None = None,
    **series: Any,
) -> Question:
    """Build the question about a series of the small protocol, or of another, in a diary with no other visits."""
    clinic = diary or a_diary()
    built = t1_like_series(protocol, starts, diary=clinic, visits=visits, **series)
    return Question(clinic, protocol or a_small_protocol(), built)


def changed(question: Question, step: str, change: Callable[[Appointment], Appointment]) -> Question:
    """Return the question with one visit changed."""
    visits = tuple(change(visit) if visit.step == step else visit for visit in question.series.appointments)
    return replace(question, series=replace(question.series, appointments=visits))


def without_visit(question: Question, step: str) -> Question:
    """Return the question with one visit missing."""
    visits = tuple(visit for visit in question.series.appointments if visit.step != step)
    return replace(question, series=replace(question.series, appointments=visits))


def staff_but(*people: StaffMember) -> tuple[StaffMember, ...]:
    """Return the usual staff with these people in the place of those of the same id, or added."""
    return tuple({person.id: person for person in (*a_staff(), *people)}.values())


def without_claim(visit: Appointment, resource: str, purpose: Purpose) -> Appointment:
    """Return the visit without its claims on a resource for a purpose."""
    kept = tuple(c for c in visit.claims if not (c.resource == resource and c.purpose is purpose))
    return replace(visit, claims=kept)


def with_claims_until(visit: Appointment, resource: str, purpose: Purpose, end: Any) -> Appointment:
    """Return the visit with its claims on a resource for a purpose ending at an instant at the latest."""
    return replace(visit, claims=tuple(_cut(visit.claims, resource, purpose, end)))


def _cut(claims: Iterable[Claim], resource: str, purpose: Purpose, end: Any) -> Iterable[Claim]:
    for claim in claims:
        if claim.resource == resource and claim.purpose is purpose and claim.interval.end > end:
            if claim.interval.start < end:
                yield replace(claim, interval=Interval(claim.interval.start, end))
        else:
            yield claim
