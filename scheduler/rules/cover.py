"""The rules about who is with the patient in each phase, and how many patients one person may have in view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose, lanes_needed
from scheduler.domain.interval import Interval, merged, uncovered
from scheduler.domain.people import Role
from scheduler.domain.telling import told, told_of_number
from scheduler.domain.treatment import Attention, Segment, SiteCover
from scheduler.rules.finding import Breach
from scheduler.rules.load import most_at_once, where_load
from scheduler.rules.question import Question
from scheduler.rules.wording import credential_name, listed, role_name, stretch, stretches

Needed: TypeAlias = tuple[Appointment, Segment, Interval, str]

_PRESENCE = {
    Attention.IN_ROOM: told("in the room"),
    Attention.HANDS_ON: told("at the patient's side"),
    Attention.WATCHING: told("watching"),
    Attention.ON_PREMISES: told("on the premises"),
}


def _needed(question: Question, attention: Attention) -> Iterator[Needed]:
    """Yield what visits ask for with one kind of attention: visit, segment, its time, and the person named for it."""
    for visit in question.ahead:
        for served in question.served(visit):
            if served.segment.attention is attention and served.person is not None:
                yield visit, served.segment, served.time, served.person


def _nobody_named(question: Question, attention: Attention) -> Iterator[Breach]:
    for visit in question.ahead:
        missing: dict[Role, list[Interval]] = {}
        for served in question.served(visit):
            if served.segment.attention is attention and served.person is None:
                missing.setdefault(served.segment.role, []).append(served.time)
        for role, times in missing.items():
            yield Breach(
                (visit,),
                told(
                    "%(step)s has no %(role)s, who must be %(presence)s %(stretch)s",
                    step=visit.step,
                    role=role_name(role),
                    presence=_PRESENCE[attention],
                    stretch=stretches(merged(times), question.diary.site.zone),
                ),
                told("name a %(role)s for %(step)s", role=role_name(role), step=visit.step),
            )


def _not_claimed(question: Question, needed: Needed, purpose: Purpose) -> Iterator[Breach]:
    """Yield a breach where the person named does not give the visit all the lanes that it asks for."""
    visit, segment, time, name = needed
    person = question.person(name)
    lanes = lanes_needed(segment, person.may_watch if person else 0).get(purpose, 0)
    thin = where_load(time, question.held(visit, name, purpose), at_most=lanes - 1)
    if thin:
        role, zone = role_name(segment.role), question.diary.site.zone
        yield Breach(
            (visit,),
            told(
                "%(step)s asks for the %(role)s %(presence)s %(stretch)s; %(person)s is not held for it %(missing)s",
                step=visit.step,
                role=role,
                presence=_PRESENCE[segment.attention],
                stretch=stretch(time, zone),
                person=question.name_of(name),
                missing=stretches(thin, zone),
            ),
            told(
                "name the %(role)s of %(step)s anew, so that the whole time is held",
                role=role,
                step=visit.step,
            ),
        )


def who_must_be_in_the_room_is_there(question: Question) -> Iterator[Breach]:
    """A guided patient is never alone: the therapist stays in the room through every phase that asks for it."""
    yield from _nobody_named(question, Attention.IN_ROOM)
    for needed in _needed(question, Attention.IN_ROOM):
        yield from _not_claimed(question, needed, Purpose.OCCUPY)


def set_up_is_one_to_one(question: Question) -> Iterator[Breach]:
    """Check-in, placing the line and the discharge check take both hands: nobody sets up two patients at once.

    Patients already watched stay in view meanwhile; two set-ups on one person collide.
    """
    yield from _nobody_named(question, Attention.HANDS_ON)
    for needed in _needed(question, Attention.HANDS_ON):
        yield from _not_claimed(question, needed, Purpose.OCCUPY)
        visit, segment, time, name = needed
        others = question.taken_elsewhere(visit, name, Purpose.OCCUPY, time)
        for busy in merged(claim.interval for claim in others):
            if shared := busy.shared_with(time):
                yield Breach(
                    (visit,),
                    told(
                        "%(person)s has both hands at %(step)s %(stretch)s and is needed by another visit %(shared)s",
                        person=question.name_of(name),
                        step=visit.step,
                        stretch=stretch(time, question.diary.site.zone),
                        shared=stretch(shared, question.diary.site.zone),
                    ),
                    told(
                        "name another %(role)s, or start %(step)s at %(time)s or later",
                        role=role_name(segment.role),
                        step=visit.step,
                        time=question.said(busy.end - segment.begins),
                    ),
                )


def the_medical_monitor_watches_throughout(question: Question) -> Iterator[Breach]:
    """Breathing, circulation and state of mind are watched in every phase that asks for it, at no more than the ratio.

    Each patient takes a share of a person's attention; the shares of all patients together never exceed what the
    person may give at once.
    """
    yield from _nobody_named(question, Attention.WATCHING)
    for needed in _needed(question, Attention.WATCHING):
        yield from _not_claimed(question, needed, Purpose.WATCH)
        yield from _over_capacity(question, needed, Purpose.WATCH)
    for needed in _needed(question, Attention.HANDS_ON):
        yield from _over_capacity(question, needed, Purpose.WATCH)


def _over_capacity(question: Question, needed: Needed, purpose: Purpose) -> Iterator[Breach]:
    visit, segment, time, name = needed
    person = question.person(name)
    if person is None:
        return
    capacity = person.may_watch if purpose is Purpose.WATCH else person.may_supervise
    own = question.held(visit, name, purpose)
    others = [claim.interval for claim in question.taken_elsewhere(visit, name, purpose, time)]
    # Where the visit itself holds nothing, another rule speaks; nothing is asked of the person there.
    spans = [*own, *others]
    for crowded in where_load(time, spans, at_least=capacity + 1):
        if not any(mine.overlaps(crowded) for mine in own):
            continue
        watching = purpose is Purpose.WATCH
        yield Breach(
            (visit,),
            told(
                "%(person)s would need %(number)s %(places)s and has %(capacity)s: %(stretch)s, with %(step)s",
                person=person.name,
                number=most_at_once(crowded, spans),
                places=told("places for watching") if watching else told("places behind dosing visits"),
                capacity=capacity,
                stretch=stretch(crowded, question.diary.site.zone),
                step=visit.step,
            ),
            told(
                "name another %(role)s, or start %(step)s at another time",
                role=role_name(segment.role),
                step=visit.step,
            ),
        )


def the_prescriber_is_on_the_premises(question: Question) -> Iterator[Breach]:
    """From administration to discharge a prescriber is within the building, over the whole interval, not at its start alone.

    One prescriber stands behind no more visits at once than agreed.
    """
    yield from _nobody_named(question, Attention.ON_PREMISES)
    for needed in _needed(question, Attention.ON_PREMISES):
        yield from _not_claimed(question, needed, Purpose.ON_PREMISES)
        yield from _over_capacity(question, needed, Purpose.ON_PREMISES)
        visit, segment, time, name = needed
        away = uncovered(time, question.at_work(name, time))
        if away:
            zone = question.diary.site.zone
            yield Breach(
                (visit,),
                told(
                    "%(person)s must be on the premises %(stretch)s as %(role)s of %(step)s and is away %(away)s",
                    person=question.name_of(name),
                    stretch=stretch(time, zone),
                    role=role_name(segment.role),
                    step=visit.step,
                    away=stretches(away, zone),
                ),
                told(
                    "name another %(role)s, or move %(step)s", role=role_name(segment.role), step=visit.step
                ),
            )


def enough_qualified_people_are_on_the_premises(question: Question) -> Iterator[Breach]:
    """Nobody works alone: whenever somebody is dosed, enough people who can resuscitate are at work in the building.

    Judged moment by moment: distinct people at work whose credential is valid on the day of the visit.
    """
    for visit in question.ahead:
        step, day = question.step_of(visit), question.day_of(visit)
        for cover in step.site_cover:
            begin, end = step.site_cover_times(cover)
            time = Interval(visit.start + begin, visit.start + end)
            at_work = [
                present
                for person in question.diary.staff.values()
                if person.holds(cover.credential, day)
                for present in question.at_work(person.id, time)
            ]
            for thin in where_load(time, at_work, at_most=cover.at_least - 1):
                yield _too_few(question, visit, cover, thin, at_work)


def _too_few(
    question: Question, visit: Appointment, cover: SiteCover, thin: Interval, at_work: list[Interval]
) -> Breach:
    present = most_at_once(thin, at_work)
    name = credential_name(cover.credential)
    return Breach(
        (visit,),
        told(
            "%(people)s holding %(credential)s at work at %(site)s during %(step)s %(stretch)s; at least %(least)s "
            "are asked for",
            people=_people(present),
            credential=name,
            site=question.diary.site.name,
            step=visit.step,
            stretch=stretch(thin, question.diary.site.zone),
            least=cover.at_least,
        ),
        told(
            "have %(number)s more holding %(credential)s on the premises, or move %(step)s",
            number=cover.at_least - present,
            credential=name,
            step=visit.step,
        ),
    )


def _people(count: int) -> str:
    return told_of_number("%(num)s person is", "%(num)s people are", count) if count else told("nobody is")


def the_therapist_is_not_the_medical_monitor(question: Question) -> Iterator[Breach]:
    """Guiding the mind and watching the body are two tasks for two people in one visit, also after a hand-over."""
    for visit in question.ahead:
        therapist = visit.staff.get(Role.THERAPIST)
        if therapist is not None and therapist in visit.serving_as(Role.MEDICAL_MONITOR):
            yield Breach(
                (visit,),
                told(
                    "%(person)s is both therapist and medical monitor of %(step)s on %(time)s",
                    person=question.name_of(therapist),
                    step=visit.step,
                    time=question.said(visit.start),
                ),
                told("name another therapist or another medical monitor for %(step)s", step=visit.step),
            )


def roles_are_handed_over_between_phases_where_the_protocol_allows_it(question: Question) -> Iterator[Breach]:
    """Somebody may take over from another when a phase begins, in the roles for which the protocol foresees it.

    Whoever serves in a phase does all that it asks of the role, and in every other role one person serves from the
    beginning to the end. Whoever takes over is judged by all other rules for the time of their own, so that no moment
    lies between the two.
    """
    for visit in question.ahead:
        step = question.step_of(visit)
        for (role, number), name in visit.relief.items():
            segments = step.segments_of(role)
            if role in visit.staff and role in step.hands_over and 0 < number < len(segments):
                continue
            if number < len(segments):
                begins = visit.start + segments[max(number, 0)].begins
                moment = told("from %(moment)s", moment=question.said(begins))
            else:
                moment = told("after the last phase that asks for one")
            first = question.name_of(visit.staff[role]) if role in visit.staff else told("nobody")
            yield Breach(
                (visit,),
                told(
                    "%(person)s would take over as %(role)s of %(step)s %(moment)s; it begins with %(first)s, and "
                    "nobody can take over there",
                    person=question.name_of(name),
                    role=role_name(role),
                    step=visit.step,
                    moment=moment,
                    first=first,
                ),
                told("name one %(role)s for the whole of %(step)s", role=role_name(role), step=visit.step),
            )
        yield from _several_in_one_phase(question, visit)


def _several_in_one_phase(question: Question, visit: Appointment) -> Iterator[Breach]:
    """Yield a breach for every phase of a role that is handed over in which more than one person would serve."""
    step = question.step_of(visit)
    for role in sorted(role for role in step.hands_over if visit.relief and role in visit.staff):
        number = 0
        for turn in step.turns_of(role):
            names = {visit.serving(role, place) or "" for place in range(number, number + len(turn))}
            number += len(turn)
            if len(names) > 1:
                time = Interval(visit.start + turn[0].begins, visit.start + turn[-1].ends)
                said = stretch(time, question.diary.site.zone)
                both = listed(sorted(map(question.name_of, names)))
                yield Breach(
                    (visit,),
                    told(
                        "%(people)s would be %(role)s of %(step)s in one phase, %(stretch)s; one person does all that "
                        "a phase asks of the role",
                        people=both,
                        role=role_name(role),
                        step=visit.step,
                        stretch=said,
                    ),
                    told(
                        "name one %(role)s for that phase of %(step)s", role=role_name(role), step=visit.step
                    ),
                )
