"""The rules that nobody is in two places: staff, and the patient."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.claims import Purpose
from scheduler.domain.interval import merged, without
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
                            f"{question.name_of(person)} is needed by {visit.step} and by another visit "
                            f"{stretch(shared, question.diary.site.zone)}",
                            f"name somebody else, or start {visit.step} when {question.name_of(person)} is free",
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
                    f"{visit.step} and {later.step} overlap {stretch(shared, question.diary.site.zone)}",
                    f"start {later.step} at {question.said(visit.discharge)} or later",
                )
    own = {mine.id for mine in question.series.appointments}
    for visit in question.ahead:
        taken = question.diary.taken(visit.patient, Purpose.OCCUPY, visit.interval)
        for busy in merged(claim.interval for claim in taken if claim.appointment not in own):
            if shared := busy.shared_with(visit.interval):
                yield Breach(
                    (visit,),
                    f"{_who(question)} has another visit {stretch(shared, question.diary.site.zone)}, during {visit.step}",
                    f"start {visit.step} at {question.said(busy.end)} or later, or move the other visit",
                )


def the_patient_can_come(question: Question) -> Iterator[Breach]:
    """No visit is booked at a time at which the patient has said they cannot come."""
    for visit in question.ahead:
        for away in question.diary.patient.unavailable_times():
            if shared := away.shared_with(visit.interval):
                yield Breach(
                    (visit,),
                    f"{_who(question)} cannot come {stretch(shared, question.diary.site.zone)}, during {visit.step}",
                    f"start {visit.step} at {question.said(away.end)} or later, or ask the patient",
                )


def _who(question: Question) -> str:
    return "somebody of the group" if question.diary.patient.stands_for_cohort else "the patient"
