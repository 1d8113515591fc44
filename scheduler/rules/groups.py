"""The rules about closed groups: enough facilitators for those who take part, and enough who take part to go ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.group_terms import GroupTerms, Member
from scheduler.domain.people import Role
from scheduler.domain.telling import told, told_joined, told_of_number
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import limit, listed, role_name

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
                mends.append(
                    told(
                        "move %(members)s to another group or out of %(step)s",
                        members=_named(leaving),
                        step=visit.step,
                    )
                )
            mend = told_joined(mends, told(", or "))
            yield Breach((visit,), _why(question, (visit, terms, attending), there), mend)


def _facilitators(question: Question, visit: Appointment) -> int:
    """Return how many people lead a visit who are at work from its start to its end."""
    leading = {person for role in LEADING for person in visit.serving_as(role)}
    return sum(
        any(work.contains(visit.interval) for work in question.at_work(person, visit.interval))
        for person in leading
    )


def _why(question: Question, met: _Met, there: int) -> str:
    visit, terms, attending = met
    leading = told_of_number("%(num)s facilitator is", "%(num)s facilitators are", there)
    why = [
        told(
            "%(leading)s there for the %(members)s of %(step)s on %(time)s; one leads at most %(most)s",
            leading=leading if there else told("no facilitators are"),
            members=_members(len(attending)),
            step=visit.step,
            time=question.said(visit.start),
            most=_most(terms, attending),
        )
    ]
    if there < terms.facilitators:
        why.append(told("and at least %(least)s are asked for", least=terms.facilitators))
    if leaving := terms.to_be_moved(attending, there):
        why.append(told("%(members)s would have to be moved", members=_named(leaving)))
    return told_joined(why, "; ")


def _most(terms: GroupTerms, attending: tuple[Member, ...]) -> str:
    """Return how many members one facilitator leads at most, with the high doses that are the reason."""
    high, most = [member for member in attending if member.high_dose], terms.ratio(attending)
    if not high:
        return str(most)
    return told_of_number(
        "%(most)s, for %(members)s has a high dose",
        "%(most)s, for %(members)s have a high dose",
        len(high),
        most=most,
        members=_named(high),
    )


def _find_more(terms: GroupTerms, attending: tuple[Member, ...], there: int) -> str:
    wanted = max(terms.facilitators, -(-len(attending) // terms.ratio(attending)))
    return told_of_number("find %(num)s more facilitator", "find %(num)s more facilitators", wanted - there)


def _named(members: tuple[Member, ...] | list[Member]) -> str:
    """Return members by their places, never by name: 'members 4 and 5'."""
    names = listed(str(one.place) for one in members)
    return told_of_number("member %(names)s", "members %(names)s", len(members), names=names)


def _members(number: int) -> str:
    return told_of_number("%(num)s member", "%(num)s members", number)


def enough_members_take_part_to_go_ahead(question: Question) -> Iterator[Breach]:
    """A group that has become too small is no group: somebody decides in time whether its visit goes ahead.

    Counted are those whose visit with the group stands; the time to decide is elapsed time before the start.
    """
    for visit, terms, attending in _meetings(question):
        if len(attending) >= terms.least:
            continue
        by = visit.start - terms.decide_before
        when = (
            told(
                "is to be decided by %(time)s, %(length)s before",
                time=question.said(by),
                length=limit(terms.decide_before),
            )
            if question.diary.as_of < by
            else told("was to be decided by %(time)s", time=question.said(by))
        )
        yield Breach(
            (visit,),
            told_of_number(
                "%(num)s member takes part in %(step)s on %(time)s, and at least %(least)s are asked for; whether it "
                "goes ahead %(when)s",
                "%(num)s members take part in %(step)s on %(time)s, and at least %(least)s are asked for; whether it "
                "goes ahead %(when)s",
                len(attending),
                step=visit.step,
                time=question.said(visit.start),
                least=terms.least,
                when=when,
            ),
            told("call %(step)s off, or let it go ahead with a reason", step=visit.step),
        )


def those_who_lead_and_who_watches_are_different_people(question: Question) -> Iterator[Breach]:
    """Two facilitators are two people, and neither of them watches the patients' bodies meanwhile."""
    for visit in question.ahead:
        second = visit.staff.get(Role.CO_THERAPIST)
        if second is None:
            continue
        others = {
            Role.THERAPIST: visit.serving_as(Role.THERAPIST),
            Role.MEDICAL_MONITOR: visit.serving_as(Role.MEDICAL_MONITOR),
        }
        for role, people in others.items():
            if second in people:
                yield Breach(
                    (visit,),
                    told(
                        "%(person)s is both co-therapist and %(role)s of %(step)s on %(time)s",
                        person=question.name_of(second),
                        role=role_name(role),
                        step=visit.step,
                        time=question.said(visit.start),
                    ),
                    told(
                        "name another co-therapist or another %(role)s for %(step)s",
                        role=role_name(role),
                        step=visit.step,
                    ),
                )
