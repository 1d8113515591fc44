"""What stands in the way of a start for want of people: nobody free for a role, or one person for two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scheduler.domain.claims import Purpose, capacity_of, lanes_needed
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Segment
from scheduler.planner.slot_obstacles import Obstacle, when
from scheduler.planner.slot_question import SlotQuestion
from scheduler.planner.supply import Scarcity
from scheduler.planner.timeline import slots_in
from scheduler.rules.wording import credential_name, day_words, listed, role_name, stretch

_PLACES = {Purpose.WATCH: "places for watching", Purpose.ON_PREMISES: "places behind dosing visits"}


def of_people(question: SlotQuestion) -> Iterator[Obstacle]:
    """Yield an obstacle for each role of the visit, and one for two roles that one person may not fill together."""
    together = _starts(question, frozenset(Scarcity(role.value) for role in question.step.roles))
    apart = question.grid.full
    for role in question.step.roles:
        obstacle = _role(question, role)
        apart &= obstacle.clear
        yield obstacle
    if apart & ~together:
        clear = together | (question.grid.full & ~apart)
        why = _one_for_two(question)
        yield Obstacle("two_roles", why, clear, lambda _: [why], "have one more of either at work")
    if not question.keeps_the_patients_therapist:
        yield _another_therapist(question)


def _role(question: SlotQuestion, role: Role) -> Obstacle:
    def why(slot: int) -> Iterator[str]:
        yield _nobody(question, role, slot)

    clear = _starts(question, frozenset({Scarcity(role.value)}))
    name = role_name(role)
    settle = f"free {'an' if name[0] in 'aeiou' else 'a'} {name}"
    return Obstacle(role.value, f"the time of the {name}s", clear, why, settle)


def _starts(question: SlotQuestion, asked: frozenset[Scarcity]) -> int:
    """Return where a visit can start as far as these alone go; who guides it matters only where that is among them."""
    whom = question.whom
    if whom is None and Scarcity.THERAPIST not in asked:
        whom = ""
    return question.supply.starts(question.shape, whom, frozenset(Scarcity) - asked)


def _candidates(question: SlotQuestion, role: Role) -> tuple[StaffMember, ...]:
    return question.supply.having(role, question.whom)


def _nobody(question: SlotQuestion, role: Role, slot: int) -> str:
    """Return for a role that nobody can fill what keeps each who might."""
    people, key = _candidates(question, role), question.step.key
    if not people:
        return _nobody_there(question, role)
    told = []
    for segments in question.step.turns_of(role):
        kept = {person.name: _kept_by(question, person, segments, slot) for person in people}
        if all(kept.values()):
            begin, end = segments[0].begins, max(segment.ends for segment in segments)
            start = question.grid.at(slot)
            time = stretch(Interval(start + begin, start + end), question.zone)
            each = "; ".join(f"{name} {listed(why)}" for name, why in kept.items())
            told.append(f"no {role_name(role)} is free for {key} {time}: {each}")
    return "; ".join(told)


def _nobody_there(question: SlotQuestion, role: Role) -> str:
    site, person = question.diary.site.name, question.diary.staff.get(question.whom or "")
    if role is Role.THERAPIST and person is not None:
        return f"{person.name} does not hold the role of therapist"
    if role is Role.THERAPIST and question.whom is not None:
        return f"the therapist asked for does not work at {site}"
    if person is not None and role in person.roles:
        return f"{person.name} guides the visit, and nobody else at {site} has the role {role_name(role)}"
    return f"nobody at {site} has the role {role_name(role)}"


def _kept_by(
    question: SlotQuestion, person: StaffMember, segments: Iterable[Segment], slot: int
) -> list[str]:
    """Return what keeps a person from giving segments of a visit; nothing when they can."""
    supply, away = question.supply, 0
    lacking: dict[str, None] = {}
    taken: dict[Purpose, tuple[int, int]] = {}
    for segment in segments:
        begin = slot + slots_in(segment.begins)
        run = question.grid.run((begin, begin + slots_in(segment.ends - segment.begins)))
        lacking |= {
            kind: None
            for kind in sorted(segment.credentials)
            if not question.holding(person, kind) >> slot & 1
        }
        away |= run & ~question.at_work(person)
        for purpose, lanes in lanes_needed(segment, person.may_watch).items():
            if lanes:
                busy = run & ~supply.free(person.id, purpose, capacity_of(person)[purpose], lanes)
                known, most = taken.get(purpose, (0, 0))
                taken[purpose] = known | busy, max(most, lanes if busy else 0)
    told = [_lacks(question, person, kind, slot) for kind in lacking]
    told += [f"is not at work {when(question, away)}"] if away else []
    for purpose, (busy, lanes) in taken.items():
        told += [_busy(question, person, purpose, (busy, lanes))] if busy else []
    return told


def _lacks(question: SlotQuestion, person: StaffMember, kind: str, slot: int) -> str:
    day = local_day(question.grid.at(slot), question.zone)
    dates = [held.valid_until for held in person.credentials if held.kind == kind and held.valid_until]
    until = f", only until {day_words(max(dates))}" if dates else ""
    return f"holds no valid {credential_name(kind)} on {day_words(day)}{until}"


def _busy(question: SlotQuestion, person: StaffMember, purpose: Purpose, taken: tuple[int, int]) -> str:
    busy, lanes = taken
    time = when(question, busy)
    if purpose is Purpose.OCCUPY:
        return f"is needed by another visit {time}"
    capacity = capacity_of(person)[purpose]
    if lanes > capacity:
        return f"may take {capacity} {_PLACES[purpose]} at once and would need {lanes}"
    free = question.supply.free
    left = max((n for n in range(1, lanes) if not busy & ~free(person.id, purpose, capacity, n)), default=0)
    return f"has {capacity - left} of {capacity} {_PLACES[purpose]} taken, and needs {lanes}, {time}"


def _one_for_two(question: SlotQuestion) -> str:
    both = [
        person.name
        for person in question.supply.having(Role.THERAPIST)
        if person.roles.intersection(question.shape.apart)
    ]
    return f"{listed(both)} would have to guide and to watch at once, and nobody does both in one visit"


def _another_therapist(question: SlotQuestion) -> Obstacle:
    names = {person.id: person.name for person in question.diary.staff.values()}
    asked = names.get(question.whom or "", "the therapist asked for")
    usual = names.get(question.usual or "", "somebody who has left")
    why = f"the patient's therapist is {usual}, and {question.step.key} keeps to one; {asked} was asked for"
    return Obstacle("continuity", why, 0, lambda _: [why], f"ask for {usual}")
