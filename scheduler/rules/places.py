"""The rules about rooms and opening hours, and that a visit holds what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.interval import Interval, merged, uncovered
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
                    f"{visit.step} has no room; it needs one {need}",
                    f"give {visit.step} a room {need}",
                )
            continue
        room = question.diary.rooms.get(visit.room)
        if room is None:
            why = f"the room of {visit.step} is not one of this site"
            yield Breach((visit,), why, f"give {visit.step} a room of {question.diary.site.name}")
            continue
        if asked is not None and asked not in room.capabilities:
            why = f"{room.name} is not {_fit(asked)}, as {visit.step} needs"
            yield Breach((visit,), why, f"give {visit.step} a room {_fit(asked)}")
        for shut in merged(room.out_of_use):
            if shared := shut.shared_with(_room_time(question, visit)):
                why = (
                    f"{room.name} is out of use {stretch(shared, zone)}, during {visit.step} or its turnover"
                )
                yield Breach((visit,), why, _other_room(question, visit, shut))


def the_room_is_large_enough(question: Question) -> Iterator[Breach]:
    """A group meets in a room that has a place for everybody, and those that the protocol wants spare."""
    for visit in question.ahead:
        room, asked = question.diary.rooms.get(visit.room or ""), question.step_of(visit).places
        if room is not None and room.places < asked:
            why = f"{room.name} has {room.places} place{'' if room.places == 1 else 's'}, and {visit.step} needs {asked}"
            yield Breach((visit,), why, f"give {visit.step} a larger room")


def the_room_is_free(question: Question) -> Iterator[Breach]:
    """One visit at a time holds a room, from the patient's arrival to the end of the turnover after it."""
    for visit in question.ahead:
        if visit.room is None:
            continue
        during = _room_time(question, visit)
        taken = question.taken_elsewhere(visit, visit.room, Purpose.OCCUPY, during)
        room = question.diary.rooms.get(visit.room)
        name = room.name if room else "the room"
        for busy in merged(claim.interval for claim in taken):
            if shared := busy.shared_with(during):
                yield Breach(
                    (visit,),
                    f"{name} is held for another visit {stretch(shared, question.diary.site.zone)}, turnover included; "
                    f"{visit.step} needs it {stretch(during, question.diary.site.zone)}",
                    _other_room(question, visit, busy),
                )


def _room_time(question: Question, visit: Appointment) -> Interval:
    return Interval.lasting(visit.start, max(question.step_of(visit).room_length, visit.interval.duration))


def _other_room(question: Question, visit: Appointment, busy: Interval) -> str:
    return f"take another room, or start {visit.step} at {question.said(busy.end)} or later"


def _fit(capability: str) -> str:
    return f"fit for {capability.replace('_', ' ')}"


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
            why = f"the site is shut{reason} during {visit.step}: {stretches(shut, zone)}"
            yield Breach((visit,), why, f"move {visit.step} into the opening hours")


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
                    f"{visit.step} is over {measured(left)} before the site closes at {question.said(opening.end)}; at "
                    f"least {limit(spare)} are asked for",
                    f"start {visit.step} at {question.said(visit.start - (spare - left))} or earlier",
                )


def the_visit_holds_its_room_and_the_patients_time(question: Question) -> Iterator[Breach]:
    """What a visit needs is claimed in the ledger, or others could take it: room and turnover, patient, dose spacing."""
    for visit in question.ahead:
        step, patient = question.step_of(visit), visit.patient
        needs = [("the patient's time", patient, Purpose.OCCUPY, step.length)]
        if visit.room is not None:
            needs.append(("its room", visit.room, Purpose.OCCUPY, step.room_length))
        if step.holds_dose_spacing:
            needs.append(("the spacing to other doses", patient, Purpose.SPACING, step.holds_dose_spacing))
        for what, resource, purpose, length in needs:
            whole = Interval.lasting(visit.start, length)
            open_to_others = uncovered(whole, question.held(visit, resource, purpose))
            if open_to_others:
                yield Breach(
                    (visit,),
                    f"{visit.step} does not hold {what} {stretches(open_to_others, question.diary.site.zone)}",
                    f"book {visit.step} anew at the same time, so that it claims what it needs",
                )
