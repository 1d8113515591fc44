"""Who and where, once the starts are chosen: the same visit could often be held by several rooms and people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from scheduler.domain.claims import Placement, Purpose
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room
from scheduler.planner.apart import leaving_somebody
from scheduler.planner.question import Question
from scheduler.planner.shapes import Shape

_WORK = (Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES)

#: Who serves the n-th segment of a role where it is not who began.
Relief = dict[tuple[Role, int], str]


def place(question: Question, starts: Sequence[int], therapist: str) -> tuple[Placement, ...]:
    """Return the visits with a room and people for each, in order of start.

    Rooms fit for the fewest things are taken first, so that scarce ones stay free; among people fit for a role the
    one with the least to do that day is taken, but whoever already serves in the visit serves on where possible.
    Every start was found feasible, so somebody is always left to choose.
    """
    chosen = _Choosing(question, therapist)
    visits: list[Placement] = []
    for number, slot in sorted(enumerate(starts), key=lambda pair: pair[1]):
        visits.append(chosen.placed(number, slot, visits[-1] if visits else None))
    return tuple(visits)


class _Choosing:
    """Chooses rooms and people for one series."""

    def __init__(self, question: Question, therapist: str) -> None:
        self._question = question
        self._supply = question.supply
        self._therapist = therapist or None
        self._load: dict[tuple[str, date], timedelta] = {}
        # Visits of one shape, such as the doses of a series, have the same rooms and people to choose from.
        self._rooms: dict[Shape, list[tuple[Room, int]]] = {}
        self._people: dict[tuple[Shape, Role, str | None], list[tuple[StaffMember, int]]] = {}

    def placed(self, number: int, slot: int, before: Placement | None) -> Placement:
        """Return one visit with its room and people."""
        step, shape = self._question.outline.steps[number], self._question.outline.shapes[number]
        start = self._question.grid.at(slot)
        staff, relief = self._staff(shape, slot)
        room = self._room(shape, slot, start, before)
        return Placement(step, start, self._question.diary.patient.id, room, staff, relief)

    def _room(self, shape: Shape, slot: int, start: datetime, before: Placement | None) -> str | None:
        if shape.like.room_capability is None:
            return None
        if shape not in self._rooms:
            rooms = self._supply.fit_rooms(shape)
            self._rooms[shape] = [(room, self._supply.starts_in(room, shape)) for room in rooms]
        fit = [room for room, starts in self._rooms[shape] if starts >> slot & 1]
        still_turning = before.room if before and before.start + before.step.room_length > start else None
        return min(fit, key=lambda room: (room.id == still_turning, len(room.capabilities), room.id)).id

    def _staff(self, shape: Shape, slot: int) -> tuple[Mapping[Role, str], Relief]:
        chosen: dict[Role, str] = {}
        relief: Relief = {}
        guide = self._guide(shape, slot)
        if guide is not None:
            chosen[Role.THERAPIST] = guide
        for role in shape.like.roles:
            if role in chosen:
                continue
            if role in shape.like.hands_over:
                served = self._in_turn(shape, role, slot, self._supply.having(role, guide))
                chosen[role] = served[0]
                relief |= {(role, n): person for n, person in enumerate(served) if person != served[0]}
            else:
                chosen[role] = self._least_busy(self._left(shape, role, slot, chosen), slot, chosen)
        return chosen, relief

    def _left(self, shape: Shape, role: Role, slot: int, chosen: Mapping[Role, str]) -> Sequence[StaffMember]:
        """Return who may serve in a role, where two roles are two people's so that both are served."""
        guide = chosen.get(Role.THERAPIST)
        fit = self._fit(shape, role, guide, slot)
        if role not in shape.apart or len(shape.apart) < 2:
            return fit
        other = next(one for one in shape.apart if one is not role)
        if other in chosen:
            return [person for person in fit if person.id != chosen[other]]
        return leaving_somebody(fit, self._fit(shape, other, guide, slot))

    def _fit(self, shape: Shape, role: Role, guide: str | None, slot: int) -> list[StaffMember]:
        key = (shape, role, guide)
        if key not in self._people:
            (turn,), people = shape.turns[role], self._supply.having(role, guide)
            self._people[key] = [(p, self._supply.starts_of_turn(p, turn)) for p in people]
        return [person for person, starts in self._people[key] if starts >> slot & 1]

    def _guide(self, shape: Shape, slot: int) -> str | None:
        """Return who guides the visit: the therapist of the series where that is asked for or possible."""
        if not shape.guided:
            return None
        mine = self._therapist
        if mine is not None and (shape.keeps_one_therapist or self._supply.starts(shape, mine) >> slot & 1):
            return mine
        everybody = self._supply.having(Role.THERAPIST)
        fit = [p for p in everybody if self._supply.starts(shape, p.id) >> slot & 1]
        return self._least_busy(fit, slot, {})

    def _in_turn(self, shape: Shape, role: Role, slot: int, people: Iterable[StaffMember]) -> list[str]:
        """Return who serves each segment: as few changes as can be, for whoever can go on furthest is taken each time."""
        everybody, turns = tuple(people), shape.turns[role]
        able = [
            {p.id for p in everybody if self._supply.starts_of_turn(p, turn) >> slot & 1} for turn in turns
        ]
        served: list[str] = []
        done = 0
        while done < len(turns):
            reach = Counter({person: _run(person, able[done:]) for person in able[done]})
            furthest = max(reach.values())
            person = self._least_busy([p for p in everybody if reach[p.id] == furthest], slot, {})
            served += [person for turn in turns[done : done + furthest] for _ in turn]
            done += furthest
        return served

    def _least_busy(self, fit: Sequence[StaffMember], slot: int, chosen: Mapping[Role, str]) -> str:
        """Return who serves already, or else has the least to do that day; of equals the first by id."""
        serving = [person for person in fit if person.id in chosen.values()] or fit
        if len(serving) == 1:
            return serving[0].id
        day = local_day(self._question.grid.at(slot), self._question.zone)
        return min(serving, key=lambda person: (self._load_on(day, person.id), person.id)).id

    def _load_on(self, day: date, person: str) -> timedelta:
        key = (person, day)
        if key not in self._load:
            self._load[key] = _claimed(self._question.diary, person, day)
        return self._load[key]


def _run(person: str, ahead: Sequence[set[str]]) -> int:
    """Return over how many turns from the first on a person can serve."""
    return next((n for n, able in enumerate(ahead) if person not in able), len(ahead))


def _claimed(diary: Diary, person: str, day: date) -> timedelta:
    """Return how much of a person is claimed on a clinic-local day, all purposes together."""
    whole = whole_local_day(day, diary.site.zone)
    return sum((diary.book.on(person, purpose).time_during(whole) for purpose in _WORK), timedelta(0))
