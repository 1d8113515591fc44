"""The rules that nobody is in two places: staff, and the patient."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.claims import Purpose
from scheduler.domain.interval import merged, without
from scheduler.domain.telling import told
from scheduler.domain.treatment import Attention
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import stretch


def nobody_is_in_two_places(question: Question) -> Iterator[Breach]:
    """Whoever is in the room with a patient is neither in another room nor watches another patient meanwhile.

    Work at one patient with both hands is judged by the rule on one-to-one care.
    """
    for visit in question.ahead:
        served = tuple(question.served(visit))
        for person in visit.people:
            own = question.held(visit, person, Purpose.OCCUPY)
            hands_on = [
                one.time
                for one in served
                if one.person == person and one.segment.attention is Attention.HANDS_ON
            ]
            for present in without(own, hands_on):
                elsewhere = [
                    claim.interval
                    for purpose in (Purpose.OCCUPY, Purpose.WATCH)
                    for claim in question.taken_elsewhere(visit, person, purpose, present)
                ]
                for busy in merged(elsewhere):
                    if shared := busy.shared_with(present):
                        yield Breach(
                            (visit,),
                            told(
                                "%(person)s is needed by %(step)s and by another visit %(stretch)s",
                                person=question.name_of(person),
                                step=visit.step,
                                stretch=stretch(shared, question.diary.site.zone),
                            ),
                            told(
                                "name somebody else, or start %(step)s when %(person)s is free",
                                step=visit.step,
                                person=question.name_of(person),
                            ),
                        )


def the_patient_is_in_one_place(question: Question) -> Iterator[Breach]:
    """A patient has one visit at a time, at whatever site and in whatever series."""
    visits = question.visits
    for place, visit in enumerate(visits):
        for later in visits[place + 1 :]:
            if later.start >= visit.discharge:
                break
            if shared := visit.interval.shared_with(later.interval):
                yield Breach(
                    (visit, later),
                    told(
                        "%(first)s and %(second)s overlap %(stretch)s",
                        first=visit.step,
                        second=later.step,
                        stretch=stretch(shared, question.diary.site.zone),
                    ),
                    told(
                        "start %(step)s at %(time)s or later",
                        step=later.step,
                        time=question.said(visit.discharge),
                    ),
                )
    own = {mine.id for mine in question.series.appointments}
    for visit in question.ahead:
        taken = question.diary.taken(visit.patient, Purpose.OCCUPY, visit.interval)
        for busy in merged(claim.interval for claim in taken if claim.appointment not in own):
            if shared := busy.shared_with(visit.interval):
                yield Breach(
                    (visit,),
                    told(
                        "%(who)s has another visit %(stretch)s, during %(step)s",
                        who=_who(question),
                        stretch=stretch(shared, question.diary.site.zone),
                        step=visit.step,
                    ),
                    told(
                        "start %(step)s at %(time)s or later, or move the other visit",
                        step=visit.step,
                        time=question.said(busy.end),
                    ),
                )


def the_patient_can_come(question: Question) -> Iterator[Breach]:
    """No visit is booked at a time at which the patient has said they cannot come."""
    for visit in question.ahead:
        for away in question.diary.patient.unavailable_times():
            if shared := away.shared_with(visit.interval):
                yield Breach(
                    (visit,),
                    told(
                        "%(who)s cannot come %(stretch)s, during %(step)s",
                        who=_who(question),
                        stretch=stretch(shared, question.diary.site.zone),
                        step=visit.step,
                    ),
                    told(
                        "start %(step)s at %(time)s or later, or ask the patient",
                        step=visit.step,
                        time=question.said(away.end),
                    ),
                )


def _who(question: Question) -> str:
    return told("somebody of the group") if question.diary.patient.stands_for_cohort else told("the patient")
