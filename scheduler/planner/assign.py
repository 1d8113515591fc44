"""Who and where, once the starts are chosen: the same visit could often be held by several rooms and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scheduler.domain.claims import Placement
from scheduler.domain.clock import local_day
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner.starts import FeasibleStarts


def place(
    feasible: FeasibleStarts, protocol: Protocol, starts: Mapping[str, int], therapist: str | None
) -> tuple[Placement, ...]:
    """Return the visits with a room and people for each, in order of start.

    Rooms fit for the fewest things are taken first, so that scarce ones stay free; among people fit for a role the
    one with the least to do that day is taken, but whoever already serves in the visit serves on where possible.
    Every start was found feasible, so somebody is always left to choose.
    """
    grid = feasible.supply.grid
    visits: list[Placement] = []
    for key, slot in sorted(starts.items(), key=lambda pair: pair[1]):
        step = protocol.step(key)
        before = visits[-1] if visits else None
        visits.append(
            Placement(
                step=step,
                start=grid.at(slot),
                patient=feasible.supply.diary.patient.id,
                room=_room(feasible, step, slot, before),
                staff=_staff(feasible, step, slot, therapist),
            )
        )
    return tuple(visits)


def _room(feasible: FeasibleStarts, step: Step, slot: int, before: Placement | None) -> str | None:
    if step.room_capability is None:
        return None
    start = feasible.supply.grid.at(slot)
    alike = feasible.alike(step)
    fit = [
        room
        for room in feasible.supply.diary.rooms.values()
        if step.room_capability in room.capabilities and feasible.supply.starts_in(room, alike) >> slot & 1
    ]
    still_turning = before.room if before and before.start + before.step.room_length > start else None
    return min(fit, key=lambda room: (room.id == still_turning, len(room.capabilities), room.id)).id


def _staff(feasible: FeasibleStarts, step: Step, slot: int, therapist: str | None) -> Mapping[Role, str]:
    chosen: dict[Role, str] = {}
    supply, alike = feasible.supply, feasible.alike(step)
    day = local_day(supply.grid.at(slot), supply.diary.site.zone)
    guide = therapist if step.keeps_one_therapist else None
    for role in sorted(step.roles, key=lambda role: role is not Role.THERAPIST):
        if guide is None and role is Role.THERAPIST:
            able: Iterable[StaffMember] = (
                p for p in feasible.pool(role, None) if _whole_visit_with(feasible, step, slot, p)
            )
        else:
            able = feasible.pool(role, guide)
        fit = [p for p in able if supply.starts_with(p, alike, role) >> slot & 1]
        person = min(fit, key=lambda p: (p.id not in chosen.values(), supply.load(p, day), p.id))
        chosen[role] = person.id
        if role is Role.THERAPIST:
            guide = person.id
    return chosen


def _whole_visit_with(feasible: FeasibleStarts, step: Step, slot: int, therapist: StaffMember) -> bool:
    return bool(feasible.starts_alone(step, therapist.id) >> slot & 1)
