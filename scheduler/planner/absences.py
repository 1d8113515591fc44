"""Series that would fit if the patient or somebody of the staff were not away, or a room not out of use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from scheduler.domain.clock import days_of, whole_local_day
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Room
from scheduler.domain.telling import told
from scheduler.planner.concessions import Concession, Price
from scheduler.planner.earliest import earliest
from scheduler.planner.question import Question
from scheduler.planner.scarce_things import without_all
from scheduler.planner.staff_concessions import needed
from scheduler.planner.supply import Scarcity
from scheduler.rules.wording import during

Left: TypeAlias = Callable[[tuple[Interval, ...]], Question]
"""Gives the question with these absences alone left of all there are."""


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """A part of an absence that is given up, one clinic-local day of it or all, and when all is over then."""

    absence: Interval
    part: Interval
    is_a_day: bool
    finish: int

    @property
    def share(self) -> float:
        """How much is given up: a day is little of it."""
        return 0.0 if self.is_a_day else 1.0


@dataclass(slots=True)
class _Soonest:
    """When all is over with the best day and the best absence found so far: what is no sooner is not told."""

    by_a_day: int | None = None
    by_all: int | None = None

    @property
    def either(self) -> int | None:
        """Before when all must be over for anything to be worth telling; `None` for any time."""
        return None if self.by_a_day is None or self.by_all is None else max(self.by_a_day, self.by_all)


def with_the_patient_free(question: Question) -> Iterator[Concession]:
    """Yield for each absence of the patient the earliest series if they could come on one day of it, or in all of it."""
    patient, zone = question.diary.patient, question.zone

    def left(absences: tuple[Interval, ...]) -> Question:
        diary = replace(question.diary, patient=replace(patient, unavailable=absences))
        return replace(question, diary=diary)

    for given in _given_up(question, patient.unavailable_times(), left, _Soonest()):
        yield Concession(
            "patient_time",
            Price.PATIENTS_TIME if given.is_a_day else Price.PATIENTS_ABSENCE,
            Scarcity.PATIENT,
            given.finish,
            told("the patient cannot come %(during)s", during=during(given.absence, zone)),
            told("if the patient could come %(during)s", during=during(given.part, zone)),
        )


def with_somebody_back(question: Question) -> Iterator[Concession]:
    """Yield for each absence of somebody scarce the earliest series if they came on one day of it, or in all of it."""
    soonest: dict[Scarcity, _Soonest] = {}
    for person, things in _asked_for(question):
        if not person.time_off or earliest(without_all(question, things)) is None:
            continue
        left, known = _without_time_off(question, person), soonest.setdefault(things[0], _Soonest())
        for given in _given_up(question, merged(person.time_off), left, known):
            yield Concession(
                "time_off",
                Price.TIME_OFF,
                things[0],
                given.finish,
                told(
                    "%(name)s is away %(during)s",
                    name=person.name,
                    during=during(given.absence, question.zone),
                ),
                told(
                    "if %(name)s were at work %(during)s",
                    name=person.name,
                    during=during(given.part, question.zone),
                ),
                share=given.share,
            )


def _asked_for(question: Question) -> Iterator[tuple[StaffMember, tuple[Scarcity, ...]]]:
    """Yield who may serve in the series or is counted on the premises, and as what."""
    serving = needed(question)
    counted = {cover.credential for shape in question.outline.shapes for cover in shape.like.site_cover}
    for person in sorted(question.supply.staff.values(), key=lambda one: one.id):
        things = [Scarcity(role.value) for role in serving.get(person, ())]
        if not counted.isdisjoint(held.kind for held in person.credentials):
            things.append(Scarcity.SITE_COVER)
        if things:
            yield person, tuple(things)


def _without_time_off(question: Question, person: StaffMember) -> Left:
    def left(absences: tuple[Interval, ...]) -> Question:
        # The hours are the same: with less time off there is more of them.
        supply = question.supply.with_more_work(replace(person, time_off=absences), person.hours)
        return replace(question, supply=supply)

    return left


def with_a_room_back(question: Question) -> Iterator[Concession]:
    """Yield for each time that a room is out of use the earliest series if it could be used on one day of it, or in all."""
    wanted, soonest = {shape.like.room_capability for shape in question.outline.shapes}, _Soonest()
    for room in sorted(question.supply.rooms.values(), key=lambda one: one.id):
        if wanted.isdisjoint(room.capabilities):
            continue
        for given in _given_up(question, merged(room.out_of_use), _with_room_in_use(question, room), soonest):
            yield Concession(
                "room_in_use",
                Price.ROOM_IN_USE,
                Scarcity.ROOM,
                given.finish,
                told(
                    "%(name)s is out of use %(during)s",
                    name=room.name,
                    during=during(given.absence, question.zone),
                ),
                told(
                    "if %(name)s could be used %(during)s",
                    name=room.name,
                    during=during(given.part, question.zone),
                ),
                share=given.share,
            )


def _with_room_in_use(question: Question, room: Room) -> Left:
    def left(absences: tuple[Interval, ...]) -> Question:
        supply = question.supply.with_room(replace(room, out_of_use=absences))
        return replace(question, supply=supply)

    return left


def _given_up(
    question: Question, absences: Sequence[Interval], left: Left, soonest: _Soonest
) -> Iterator[_GivenUp]:
    """Yield for each absence the one day that gives the earliest series, and all of it where that gives an earlier one."""
    first, last = question.wishes.earliest, question.wishes.latest
    if not absences or first >= last or earliest(left(()), before=soonest.either) is None:
        return
    for absence in absences:
        if (asked := absence.shared_with(Interval(first, last))) is not None:
            yield from _of_one(asked, _Others(absences, absence, left, question.zone), soonest)


@dataclass(frozen=True, slots=True)
class _Others:
    """All absences but one, which is given up in part or wholly."""

    absences: Sequence[Interval]
    absence: Interval
    left: Left
    zone: str

    def finish(self, part: Interval, before: int | None = None) -> int | None:
        """Return when all is over, before a slot if one is given, without this part of the absence."""
        others = (other for other in self.absences if other is not self.absence)
        return earliest(self.left((*others, *without([self.absence], [part]))), before=before)

    def best_day(self, days: Sequence[Interval], before: int | None = None) -> tuple[Interval, int] | None:
        """Return the day that gives the earliest series over before a slot, and when all is over with it, if any does.

        All of these days together are tried first: none of them alone gives an earlier one.
        """
        finish = self.finish(Interval(days[0].start, days[-1].end), before)
        if finish is None or len(days) == 1:
            return None if finish is None else (days[0], finish)
        middle = len(days) // 2
        first = self.best_day(days[:middle], before)
        second = self.best_day(days[middle:], first[1] if first else before)
        return second or first


def _of_one(asked: Interval, others: _Others, soonest: _Soonest) -> Iterator[_GivenUp]:
    absence, zone = others.absence, others.zone
    whole = others.finish(absence, soonest.either)
    if whole is None:
        return
    every = (whole_local_day(day, zone).shared_with(absence) for day in days_of(asked, zone))
    best = others.best_day([day for day in every if day is not None], soonest.by_a_day)
    if best is not None:
        soonest.by_a_day = best[1]
        yield _GivenUp(absence, best[0], True, best[1])
    if (best is None or whole < best[1]) and (soonest.by_all is None or whole < soonest.by_all):
        soonest.by_all = whole
        yield _GivenUp(absence, absence, False, whole)
