"""The rules about the people named for a visit: their role, credentials, working hours, and the patient's therapist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from scheduler.domain.appointment import Appointment
from scheduler.domain.interval import Interval, merged, uncovered
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.telling import told
from scheduler.domain.treatment import Attention
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import credential_name, day_words, listed, role_name, stretches


def everybody_named_holds_the_role(question: Question) -> Iterator[Breach]:
    """A visit names people of the site's own staff, each in a role that the clinic has given them."""
    for visit in question.ahead:
        named = ((role, name) for role in Role for name in visit.serving_as(role))
        for role, name in named:
            person = question.person(name)
            if person is None:
                why = told(
                    "the %(role)s of %(step)s is not on the staff of %(name)s",
                    role=role_name(role),
                    step=visit.step,
                    name=question.diary.site.name,
                )
                yield Breach(
                    (visit,),
                    why,
                    told("name a %(role)s of %(name)s", role=role_name(role), name=question.diary.site.name),
                )
            elif role not in person.roles:
                held = listed(sorted(role_name(mine) for mine in person.roles))
                why = told(
                    "%(name)s is named %(role)s of %(step)s and is %(held)s",
                    name=person.name,
                    role=role_name(role),
                    step=visit.step,
                    held=held,
                )
                yield Breach(
                    (visit,), why, told("name a %(role)s for %(step)s", role=role_name(role), step=visit.step)
                )


def credentials_are_valid_on_the_day_of_the_visit(question: Question) -> Iterator[Breach]:
    """A credential counts on the day it is needed, not on the day of booking; its last day is included.

    The day is the clinic-local day on which the visit starts.
    """
    for visit in question.ahead:
        asked: dict[tuple[str, str], None] = {}
        for served in question.served(visit):
            if served.person is not None:
                asked |= {(served.person, kind): None for kind in sorted(served.segment.credentials)}
        for name, kind in asked:
            person = question.person(name)
            if person and not person.holds(kind, question.day_of(visit)):
                yield Breach(
                    (visit,),
                    told(
                        "%(name)s %(lacks)s on the day of %(step)s, %(time)s",
                        name=person.name,
                        lacks=_lacks(person, kind),
                        step=visit.step,
                        time=question.said(visit.start),
                    ),
                    told(
                        "renew it and record the new date, or name somebody else for %(step)s",
                        step=visit.step,
                    ),
                )


def _lacks(person: StaffMember, kind: str) -> str:
    dates = [held.valid_until for held in person.credentials if held.kind == kind and held.valid_until]
    if not dates:
        return told("holds no %(credential)s", credential=credential_name(kind))
    last = max(dates)
    return told(
        "holds %(credential)s until %(day)s and no longer",
        credential=credential_name(kind),
        day=day_words(last),
    )


def the_people_of_a_visit_are_at_work(question: Question) -> Iterator[Breach]:
    """Whoever is needed in a phase is at work then: working hours in clinic-local time, less time off and
    what their calendars elsewhere say is taken.

    Presence on the premises behind a dosing visit is judged by a rule of its own.
    """
    for visit in question.ahead:
        needed: dict[str, list[Interval]] = {}
        for served in question.served(visit):
            if served.person is not None and served.segment.attention is not Attention.ON_PREMISES:
                needed.setdefault(served.person, []).append(served.time)
        for name, times in needed.items():
            away = [gap for time in merged(times) for gap in uncovered(time, question.at_work(name, time))]
            if away and question.person(name):
                yield Breach(
                    (visit,),
                    told(
                        "%(name)s is needed by %(step)s and is not at work %(stretches)s",
                        name=question.name_of(name),
                        step=visit.step,
                        stretches=stretches(away, question.diary.site.zone),
                    ),
                    told("name somebody who is at work, or move %(step)s", step=visit.step),
                )


def the_patient_keeps_one_therapist(question: Question) -> Iterator[Breach]:
    """The patient goes through preparation, doses and integration with a therapist they know and have agreed to.

    Whoever begins is known from then on. Another therapist is asked about at the first visit with them, for the patient
    has met nobody who served in no earlier visit of the series; and again at each change to somebody who is not the
    therapist of the series, the one named for most of its visits. A substitute first reads the file and meets the
    patient, which the overriding therapist confirms.
    """
    guided = [
        (visit, visit.staff[Role.THERAPIST])
        for visit in question.visits
        if question.step_of(visit).keeps_one_therapist and Role.THERAPIST in visit.staff
    ]
    if not guided:
        return
    # Of two with as many visits, the one who began.
    usual = Counter(name for _, name in guided).most_common(1)[0][0]
    for (_, before), (visit, name) in pairwise(guided):
        known_from = _first_served(question, visit, name)
        if known_from is None:
            known = (before, told("the visit before")) if name == usual else (usual, told("the series"))
            yield _not_met(question, visit, name, known)
        elif name not in (usual, before):
            yield _another(question, visit, known_from, usual)


def _first_served(question: Question, visit: Appointment, person: str) -> Appointment | None:
    """Return the first visit of the series before this one in which the person served, `None` when there is none."""
    earlier = (one for one in question.visits if one.start < visit.start)
    return next((one for one in earlier if person in one.people), None)


def _not_met(question: Question, visit: Appointment, name: str, known: tuple[str, str]) -> Breach:
    who, other = question.name_of(name), question.name_of(known[0])
    return Breach(
        (visit,),
        told(
            "the patient has not met %(who)s, named for %(step)s on %(time)s; %(other)s is the therapist of %(known)s",
            who=who,
            step=visit.step,
            time=question.said(visit.start),
            other=other,
            known=known[1],
        ),
        told(
            "name %(other)s for %(step)s, move it, or let the patient meet %(who)s",
            other=other,
            step=visit.step,
            who=who,
        ),
    )


def _another(question: Question, visit: Appointment, known_from: Appointment, usual: str) -> Breach:
    who, other = question.name_of(visit.staff[Role.THERAPIST]), question.name_of(usual)
    return Breach(
        (visit,),
        told(
            "%(who)s, named for %(step)s on %(time)s, is known to the patient from %(known_from)s; "
            "%(other)s is the therapist of the series",
            who=who,
            step=visit.step,
            time=question.said(visit.start),
            known_from=known_from.step,
            other=other,
        ),
        told(
            "name %(other)s for %(step)s, move it, or ask the patient about %(who)s",
            other=other,
            step=visit.step,
            who=who,
        ),
    )
