"""The visits that somebody chose: as a series to be judged and shown, and what makes it impossible to judge them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from scheduler.booking.request import ChosenVisit
from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.people import Patient, StaffMember
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Reason
from scheduler.rules.wording import role_name


def as_series(
    visits: tuple[ChosenVisit, ...],
    protocol: Protocol,
    patient: Patient,
    people: Mapping[str, StaffMember] | None = None,
) -> Series:
    """Return the series that the visits would make; those of steps the protocol does not have are left out.

    Each visit is named by its step key, and by a number behind it where an earlier one has the same step. `people` are
    the staff of the site by id; without them the visits claim nothing of anybody's attention, which will do for showing.
    """
    times_before: Counter[str] = Counter()
    appointments = []
    for visit in sorted(visits, key=lambda one: one.start):
        if not protocol.has_step(visit.step):
            continue
        times_before[visit.step] += 1
        number = times_before[visit.step]
        placement = Placement(
            protocol.step(visit.step), visit.start, patient.id, visit.room, visit.staff, visit.relief
        )
        name = visit.step if number == 1 else f"{visit.step} ({number})"
        appointments.append(appointment_at(placement, people or {}, patient.site, id=name))
    return Series(
        id="",
        site=patient.site,
        patient=patient.id,
        protocol=protocol.key,
        protocol_version=protocol.version,
        state=SeriesState.BOOKED,
        appointments=tuple(appointments),
    )


def against_judging(visits: tuple[ChosenVisit, ...], diary: Diary, protocol: Protocol) -> Iterator[Reason]:
    """Yield what the visits name that nobody knows. Whether they make a whole and good series the rules say."""
    for key in dict.fromkeys(visit.step for visit in visits):
        if not protocol.has_step(key):
            why = told("Visit '%(key)s' is not part of this series.", key=key)
            yield Reason("unknown_step", why, told("Leave it out, or choose another protocol."), key)
    for visit in visits:
        yield from _unknown_resources(visit, diary)


def _unknown_resources(visit: ChosenVisit, diary: Diary) -> Iterator[Reason]:
    if visit.room is not None and visit.room not in diary.rooms:
        yield Reason(
            "unknown_room",
            told("There is no room '%(room)s' at this site.", room=visit.room),
            told("Choose another."),
            visit.step,
        )
    named = [*visit.staff.items(), *((role, person) for (role, _), person in visit.relief.items())]
    for role, person in dict.fromkeys(named):
        if person not in diary.staff:
            why = told(
                "Nobody '%(person)s' works at this site; %(step)s names them as %(role)s.",
                person=person,
                step=visit.step,
                role=role_name(role),
            )
            yield Reason("unknown_staff", why, told("Choose somebody of this site."), visit.step)
