"""The rules about rooms and opening hours, and that a visit holds what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.interval import Interval, merged, uncovered
from scheduler.domain.telling import told, told_of_number
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import limit, measured, stretch, stretches


def the_room_is_fit_for_the_visit(question: Question) -> Iterator[Breach]:
    """A dose is given where there is what a dose needs; a room out of use takes nobody, to the end of its turnover."""
    zone = question.diary.site.zone
    for visit in question.ahead:
        asked = question.step_of(visit).room_capability
        if visit.room is None:
            if asked is not None:
                need = _fit(asked)
                yield Breach(
                    (visit,),
                    told("%(step)s has no room; it needs one %(need)s", step=visit.step, need=need),
                    told("give %(step)s a room %(need)s", step=visit.step, need=need),
                )
            continue
        room = question.diary.rooms.get(visit.room)
        if room is None:
            why = told("the room of %(step)s is not one of this site", step=visit.step)
            yield Breach(
                (visit,),
                why,
                told("give %(step)s a room of %(name)s", step=visit.step, name=question.diary.site.name),
            )
            continue
        if asked is not None and asked not in room.capabilities:
            why = told(
                "%(name)s is not %(fit)s, as %(step)s needs", name=room.name, fit=_fit(asked), step=visit.step
            )
            yield Breach(
                (visit,), why, told("give %(step)s a room %(fit)s", step=visit.step, fit=_fit(asked))
            )
        for shut in merged(room.out_of_use):
            if shared := shut.shared_with(_room_time(question, visit)):
                why = told(
                    "%(name)s is out of use %(stretch)s, during %(step)s or its turnover",
                    name=room.name,
                    stretch=stretch(shared, zone),
                    step=visit.step,
                )
                yield Breach((visit,), why, _other_room(question, visit, shut))


def the_room_is_large_enough(question: Question) -> Iterator[Breach]:
    """A group meets in a room that has a place for everybody, and those that the protocol wants spare."""
    for visit in question.ahead:
        room, asked = question.diary.rooms.get(visit.room or ""), question.step_of(visit).places
        if room is not None and room.places < asked:
            why = told(
                "%(name)s has %(places)s, and %(step)s needs %(asked)s",
                name=room.name,
                places=told_of_number("%(num)s place", "%(num)s places", room.places),
                step=visit.step,
                asked=asked,
            )
            yield Breach((visit,), why, told("give %(step)s a larger room", step=visit.step))


def the_room_is_free(question: Question) -> Iterator[Breach]:
    """One visit at a time holds a room, from the patient's arrival to the end of the turnover after it."""
    for visit in question.ahead:
        if visit.room is None:
            continue
        during = _room_time(question, visit)
        taken = question.taken_elsewhere(visit, visit.room, Purpose.OCCUPY, during)
        room = question.diary.rooms.get(visit.room)
        name = room.name if room else told("the room")
        for busy in merged(claim.interval for claim in taken):
            if shared := busy.shared_with(during):
                yield Breach(
                    (visit,),
                    told(
                        "%(name)s is held for another visit %(theirs)s, turnover included; "
                        "%(step)s needs it %(mine)s",
                        name=name,
                        theirs=stretch(shared, question.diary.site.zone),
                        step=visit.step,
                        mine=stretch(during, question.diary.site.zone),
                    ),
                    _other_room(question, visit, busy),
                )


def _room_time(question: Question, visit: Appointment) -> Interval:
    return Interval.lasting(visit.start, max(question.step_of(visit).room_length, visit.interval.duration))


def _other_room(question: Question, visit: Appointment, busy: Interval) -> str:
    return told(
        "take another room, or start %(step)s at %(time)s or later",
        step=visit.step,
        time=question.said(busy.end),
    )


def _fit(capability: str) -> str:
    return told("fit for %(capability)s", capability=capability.replace("_", " "))


def the_visit_lies_within_opening_hours(question: Question) -> Iterator[Breach]:
    """From arrival to discharge the site is open: its weekly hours in clinic-local time, less its closures."""
    zone = question.diary.site.zone
    for visit in question.ahead:
        shut = uncovered(visit.interval, question.open_times(visit.interval))
        if shut:
            closure = next(
                (
                    c
                    for c in question.diary.site.closures
                    if c.first_day <= question.day_of(visit) <= c.last_day
                ),
                None,
            )
            reason = f" ({closure.reason})" if closure else ""
            why = told(
                "the site is shut%(reason)s during %(step)s: %(stretches)s",
                reason=reason,
                step=visit.step,
                stretches=stretches(shut, zone),
            )
            yield Breach((visit,), why, told("move %(step)s into the opening hours", step=visit.step))


def patients_have_left_before_the_site_closes(question: Question) -> Iterator[Breach]:
    """Nobody may still be recovering when the staff leave: the planned discharge lies well before closing time.

    Counted in elapsed minutes from the planned discharge to the end of the opening hours.
    """
    for visit in question.ahead:
        spare = question.step_of(visit).ends_before_close
        if spare == timedelta(0):
            continue
        for opening in question.open_times(visit.interval):
            left = opening.end - visit.discharge
            if opening.contains(visit.interval) and left < spare:
                yield Breach(
                    (visit,),
                    told(
                        "%(step)s is over %(left)s before the site closes at %(time)s; at least %(spare)s are asked for",
                        step=visit.step,
                        left=measured(left),
                        time=question.said(opening.end),
                        spare=limit(spare),
                    ),
                    told(
                        "start %(step)s at %(time)s or earlier",
                        step=visit.step,
                        time=question.said(visit.start - (spare - left)),
                    ),
                )


def the_visit_holds_its_room_and_the_patients_time(question: Question) -> Iterator[Breach]:
    """What a visit needs is claimed in the ledger, or others could take it: room and turnover, patient, dose spacing."""
    for visit in question.ahead:
        step, patient = question.step_of(visit), visit.patient
        needs = [(told("the patient's time"), patient, Purpose.OCCUPY, step.length)]
        if visit.room is not None:
            needs.append((told("its room"), visit.room, Purpose.OCCUPY, step.room_length))
        if step.holds_dose_spacing:
            needs.append(
                (told("the spacing to other doses"), patient, Purpose.SPACING, step.holds_dose_spacing)
            )
        for what, resource, purpose, length in needs:
            whole = Interval.lasting(visit.start, length)
            open_to_others = uncovered(whole, question.held(visit, resource, purpose))
            if open_to_others:
                yield Breach(
                    (visit,),
                    told(
                        "%(step)s does not hold %(what)s %(stretches)s",
                        step=visit.step,
                        what=what,
                        stretches=stretches(open_to_others, question.diary.site.zone),
                    ),
                    told(
                        "book %(step)s anew at the same time, so that it claims what it needs",
                        step=visit.step,
                    ),
                )
