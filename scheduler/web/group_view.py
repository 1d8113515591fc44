"""A group as staff read it: who takes part in one of its visits and how far each has come. Patients are never shown it."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.appointment import Appointment
from scheduler.domain.cohorts import Cohort
from scheduler.store import appointments
from scheduler.store.cohorts import cohort
from scheduler.store.glances import patients_named
from scheduler.store.members import visits_with
from scheduler.web.words import state_words


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member: `visit` is the id of the visit with the group, empty where there is none; `state` is in words."""

    place: int
    patient: str
    name: str
    high_dose: bool
    visit: str = ""
    state: str = ""
    takes_part: bool = True


@dataclass(frozen=True, slots=True)
class GroupView:
    """The group with which a visit is held; `visit` is the group's own, which has the room and the people."""

    cohort: Cohort
    visit: Appointment
    members: tuple[MemberLine, ...]


def group_view(visit: Appointment) -> GroupView | None:
    """Return the group with which a visit is held, or whose visit it is; `None` for every other visit."""
    of_group = appointments.appointment(visit.group_visit) if visit.group_visit else visit
    theirs = {one.patient: one for one in visits_with([of_group.id])}
    if not theirs:
        return None
    group = cohort(of_group.patient)
    return GroupView(group, of_group, member_lines(group, theirs))


def member_lines(group: Cohort, visits: dict[str, Appointment] | None = None) -> tuple[MemberLine, ...]:
    """Return the members of a group by place, with their visits, by patient, where these are given."""
    known = patients_named(one.patient for one in group.members)
    lines = []
    for member in group.members:
        visit = (visits or {}).get(member.patient)
        lines.append(
            MemberLine(
                place=member.place,
                patient=member.patient,
                name=known[member.patient].name if member.patient in known else member.patient,
                high_dose=member.high_dose,
                visit=visit.id if visit else "",
                state=state_words(visit.state) if visit else "",
                takes_part=visit is not None and visit.state.takes_time,
            )
        )
    return tuple(lines)
