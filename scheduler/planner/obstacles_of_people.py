"""What stands in the way of a start for want of people: nobody free for a role, or one person for two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scheduler.domain.claims import Purpose, capacity_of, lanes_needed
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.telling import told, told_joined
from scheduler.domain.treatment import Segment
from scheduler.planner.slot_obstacles import Obstacle, when
from scheduler.planner.slot_question import SlotQuestion
from scheduler.planner.supply import Scarcity
from scheduler.planner.timeline import slots_in
from scheduler.rules.wording import credential_name, day_words, listed, role_name, stretch

_PLACES = {
    Purpose.WATCH: told("places for watching"),
    Purpose.ON_PREMISES: told("places behind dosing visits"),
}


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
        yield Obstacle("two_roles", why, clear, lambda _: [why], told("have one more of either at work"))
    if not question.keeps_the_patients_therapist:
        yield _another_therapist(question)


def _role(question: SlotQuestion, role: Role) -> Obstacle:
    def why(slot: int) -> Iterator[str]:
        yield _nobody(question, role, slot)

    clear = _starts(question, frozenset({Scarcity(role.value)}))
    name = role_name(role)
    settle = told("free an %(name)s", name=name) if name[0] in "aeiou" else told("free a %(name)s", name=name)
    return Obstacle(role.value, told("the time of the %(name)ss", name=name), clear, why, settle)


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
    sayings = []
    for segments in question.step.turns_of(role):
        kept = {person.name: _kept_by(question, person, segments, slot) for person in people}
        if all(kept.values()):
            begin, end = segments[0].begins, max(segment.ends for segment in segments)
            start = question.grid.at(slot)
            time = stretch(Interval(start + begin, start + end), question.zone)
            each = told_joined((told_joined((name, listed(why))) for name, why in kept.items()), "; ")
            sayings.append(
                told(
                    "no %(role)s is free for %(key)s %(time)s: %(each)s",
                    role=role_name(role),
                    key=key,
                    time=time,
                    each=each,
                )
            )
    return told_joined(sayings, "; ")


def _nobody_there(question: SlotQuestion, role: Role) -> str:
    site, person = question.diary.site.name, question.diary.staff.get(question.whom or "")
    if role is Role.THERAPIST and person is not None:
        return told("%(name)s does not hold the role of therapist", name=person.name)
    if role is Role.THERAPIST and question.whom is not None:
        return told("the therapist asked for does not work at %(site)s", site=site)
    if person is not None and role in person.roles:
        return told(
            "%(name)s guides the visit, and nobody else at %(site)s has the role %(role)s",
            name=person.name,
            site=site,
            role=role_name(role),
        )
    return told("nobody at %(site)s has the role %(role)s", site=site, role=role_name(role))


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
    sayings = [_lacks(question, person, kind, slot) for kind in lacking]
    sayings += [told("is not at work %(when)s", when=when(question, away))] if away else []
    for purpose, (busy, lanes) in taken.items():
        sayings += [_busy(question, person, purpose, (busy, lanes))] if busy else []
    return sayings


def _lacks(question: SlotQuestion, person: StaffMember, kind: str, slot: int) -> str:
    day = local_day(question.grid.at(slot), question.zone)
    dates = [held.valid_until for held in person.credentials if held.kind == kind and held.valid_until]
    until = told(", only until %(day)s", day=day_words(max(dates))) if dates else ""
    return told(
        "holds no valid %(credential)s on %(day)s%(until)s",
        credential=credential_name(kind),
        day=day_words(day),
        until=until,
    )


def _busy(question: SlotQuestion, person: StaffMember, purpose: Purpose, taken: tuple[int, int]) -> str:
    busy, lanes = taken
    time = when(question, busy)
    if purpose is Purpose.OCCUPY:
        return told("is needed by another visit %(time)s", time=time)
    capacity = capacity_of(person)[purpose]
    if lanes > capacity:
        return told(
            "may take %(capacity)s %(places)s at once and would need %(lanes)s",
            capacity=capacity,
            places=_PLACES[purpose],
            lanes=lanes,
        )
    free = question.supply.free
    left = max((n for n in range(1, lanes) if not busy & ~free(person.id, purpose, capacity, n)), default=0)
    return told(
        "has %(taken)s of %(capacity)s %(places)s taken, and needs %(lanes)s, %(time)s",
        taken=capacity - left,
        capacity=capacity,
        places=_PLACES[purpose],
        lanes=lanes,
        time=time,
    )


def _one_for_two(question: SlotQuestion) -> str:
    both = [
        person.name
        for person in question.supply.having(Role.THERAPIST)
        if person.roles.intersection(question.shape.apart)
    ]
    return told(
        "%(both)s would have to guide and to watch at once, and nobody does both in one visit",
        both=listed(both),
    )


def _another_therapist(question: SlotQuestion) -> Obstacle:
    names = {person.id: person.name for person in question.diary.staff.values()}
    asked = names.get(question.whom or "", told("the therapist asked for"))
    usual = names.get(question.usual or "", told("somebody who has left"))
    why = told(
        "the patient's therapist is %(usual)s, and %(key)s keeps to one; %(asked)s was asked for",
        usual=usual,
        key=question.step.key,
        asked=asked,
    )
    return Obstacle("continuity", why, 0, lambda _: [why], told("ask for %(usual)s", usual=usual))
