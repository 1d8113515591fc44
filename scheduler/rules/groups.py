"""The rules about closed groups: enough facilitators for those who take part, and enough who take part to go ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.group_terms import GroupTerms, Member
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import limit, listed

LEADING = (Role.THERAPIST, Role.CO_THERAPIST)
"""The roles in which a group is led."""

_Met: TypeAlias = tuple[Appointment, GroupTerms, tuple[Member, ...]]


def _meetings(question: Question) -> Iterator[_Met]:
    """Yield the visits of a group that are still ahead, each with who takes part in it."""
    terms, attendance = question.protocol.group, question.diary.attendance
    if terms is None or attendance is None:
        return
    for visit in question.ahead:
        yield visit, terms, attendance.at(visit.id)


def there_are_enough_facilitators_for_the_members(question: Question) -> Iterator[Breach]:
    """A facilitator leads no more members than agreed, and no group is led by fewer facilitators than agreed.

    Facilitators who are not at work the whole time do not count. At a dose the highest dose of the group decides: if
    one member has a high dose, the stricter ratio counts for all. Members are named by their places in the group.
    """
    for visit, terms, attending in _meetings(question):
        if visit.kind is not StepKind.DOSING:
            attending = tuple(Member(one.patient, one.place) for one in attending)
        there = _facilitators(question, visit)
        leaving = terms.to_be_moved(attending, there)
        if leaving or there < terms.facilitators:
            mends = [_find_more(terms, attending, there)]
            if leaving:
                mends.append(f"move {_named(leaving)} to another group or out of {visit.step}")
            yield Breach((visit,), _why(question, (visit, terms, attending), there), ", or ".join(mends))


def _facilitators(question: Question, visit: Appointment) -> int:
    """Return how many people lead a visit who are at work from its start to its end."""
    leading = {person for role in LEADING for person in visit.serving_as(role)}
    return sum(
        any(work.contains(visit.interval) for work in question.at_work(person, visit.interval))
        for person in leading
    )


def _why(question: Question, met: _Met, there: int) -> str:
    visit, terms, attending = met
    leading = "1 facilitator is" if there == 1 else f"{there or 'no'} facilitators are"
    why = [
        f"{leading} there for the {_members(len(attending))} of {visit.step} on {question.said(visit.start)}; "
        f"one leads at most {terms.ratio(attending)}{_because_of_dose(attending)}"
    ]
    if there < terms.facilitators:
        why.append(f"and at least {terms.facilitators} are asked for")
    if leaving := terms.to_be_moved(attending, there):
        why.append(f"{_named(leaving)} would have to be moved")
    return "; ".join(why)


def _because_of_dose(attending: tuple[Member, ...]) -> str:
    high = [member for member in attending if member.high_dose]
    return f", for {_named(high)} {'has' if len(high) == 1 else 'have'} a high dose" if high else ""


def _find_more(terms: GroupTerms, attending: tuple[Member, ...], there: int) -> str:
    wanted = max(terms.facilitators, -(-len(attending) // terms.ratio(attending)))
    return f"find {wanted - there} more facilitator{'' if wanted - there == 1 else 's'}"


def _named(members: tuple[Member, ...] | list[Member]) -> str:
    """Return members by their places, never by name: 'members 4 and 5'."""
    return f"member{'' if len(members) == 1 else 's'} {listed(str(one.place) for one in members)}"


def _members(number: int) -> str:
    return f"{number} member{'' if number == 1 else 's'}"


def enough_members_take_part_to_go_ahead(question: Question) -> Iterator[Breach]:
    """A group that has become too small is no group: somebody decides in time whether its visit goes ahead.

    Counted are those whose visit with the group stands; the time to decide is elapsed time before the start.
    """
    for visit, terms, attending in _meetings(question):
        if len(attending) >= terms.least:
            continue
        by = visit.start - terms.decide_before
        when = (
            f"is to be decided by {question.said(by)}, {limit(terms.decide_before)} before"
            if question.diary.as_of < by
            else f"was to be decided by {question.said(by)}"
        )
        yield Breach(
            (visit,),
            f"{_members(len(attending))} take{'s' if len(attending) == 1 else ''} part in {visit.step} on "
            f"{question.said(visit.start)}, and at least {terms.least} are asked for; whether it goes ahead {when}",
            f"call {visit.step} off, or let it go ahead with a reason",
        )


def those_who_lead_and_who_watches_are_different_people(question: Question) -> Iterator[Breach]:
    """Two facilitators are two people, and neither of them watches the patients' bodies meanwhile."""
    for visit in question.ahead:
        second = visit.staff.get(Role.CO_THERAPIST)
        if second is None:
            continue
        others = {
            "therapist": visit.serving_as(Role.THERAPIST),
            "medical monitor": visit.serving_as(Role.MEDICAL_MONITOR),
        }
        for name, people in others.items():
            if second in people:
                yield Breach(
                    (visit,),
                    f"{question.name_of(second)} is both co-therapist and {name} of {visit.step} "
                    f"on {question.said(visit.start)}",
                    f"name another co-therapist or another {name} for {visit.step}",
                )
