"""What a clinic lacks altogether, so that a visit cannot take place whatever is booked: each said once, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.telling import told, told_joined, told_moment, told_of_number
from scheduler.domain.treatment import Step
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question
from scheduler.rules.wording import credential_name, day_words, last_words, listed, role_name


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """A reason that by itself keeps these visits, by key, from taking place."""

    reason: Reason
    steps: frozenset[str]


def shortcomings(question: Question) -> tuple[Shortcoming, ...]:
    """Return what is lacking for any visit of the series, the first visit first; nothing else where the clinic is shut."""
    if not question.supply.open & _wished(question):
        return (_shut(question),)
    found = (*_rooms(question), *_roles(question), *_credentials(question), *_cover(question))
    return tuple(sorted(found, key=lambda one: question.outline.numbers[one.reason.step]))


def _first(question: Question) -> datetime:
    return max(question.wishes.earliest, question.diary.as_of)


def _wished(question: Question) -> int:
    """Return the slots in which the series may take place by the wishes alone."""
    first, last = _first(question), question.wishes.latest
    return question.grid.run(question.grid.touching(Interval(first, last))) if first < last else 0


def _between(question: Question) -> str:
    zone = question.zone
    return told(
        "between %(first)s and %(last)s",
        first=told_moment(_first(question), zone),
        last=last_words(question.wishes.latest, zone),
    )


def _shut(question: Question) -> Shortcoming:
    why = told(
        "%(name)s is not open at any time %(between)s",
        name=question.diary.site.name,
        between=_between(question),
    )
    mend = told("look at another time, or enter the opening hours of the site")
    every = frozenset(step.key for step in question.outline.steps)
    return Shortcoming(Reason("no_opening_hours", why, mend), every)


def _lacking(code: str, what: str, mend: str, steps: Iterable[Step]) -> Shortcoming:
    keys = [step.key for step in steps]
    why = told_of_number(
        "%(what)s; %(keys)s asks for it",
        "%(what)s; %(keys)s ask for it",
        len(keys),
        what=what,
        keys=listed(keys),
    )
    return Shortcoming(Reason(code, why, mend, keys[0]), frozenset(keys))


def _rooms(question: Question) -> Iterator[Shortcoming]:
    there = {kind for room in question.supply.rooms.values() for kind in room.capabilities}
    steps = question.outline.steps
    for capability in dict.fromkeys(step.room_capability for step in steps):
        if capability is not None and capability not in there:
            name = capability.replace("_", " ")
            what, mend = (
                told("no room of %(site)s is fit for %(name)s", site=question.diary.site.name, name=name),
                told("enter a room fit for %(name)s", name=name),
            )
            yield _lacking("no_room", what, mend, (s for s in steps if s.room_capability == capability))


def _roles(question: Question) -> Iterator[Shortcoming]:
    steps, name = question.outline.steps, question.diary.site.name
    for role in dict.fromkeys(role for step in steps for role in step.roles):
        if not question.supply.having(role):
            what = told("nobody at %(site)s has the role %(role)s", site=name, role=role_name(role))
            mend = told("enter a member of staff with the role %(role)s", role=role_name(role))
            yield _lacking("nobody_in_role", what, mend, (step for step in steps if role in step.roles))


@dataclass(frozen=True, slots=True)
class _Need:
    """A role that somebody must fill who holds all of these credentials: this person, where one was chosen."""

    role: Role
    credentials: frozenset[str]
    person: str | None


def _credentials(question: Question) -> Iterator[Shortcoming]:
    for need, steps in _needs(question).items():
        people = question.supply.having(need.role, need.person)
        if people and not any(_holds_all(question, person, need.credentials) for person in people):
            yield _unqualified(question, need, people, steps)


def _needs(question: Question) -> Mapping[_Need, list[Step]]:
    needs: dict[_Need, list[Step]] = {}
    for step in question.outline.steps:
        for role in step.roles:
            turns = step.turns_of(role)
            whole = [frozenset[str]().union(*(segment.credentials for segment in turn)) for turn in turns]
            chosen = role is Role.THERAPIST and step.keeps_one_therapist
            person = question.wishes.therapist if chosen else None
            for credentials in dict.fromkeys(whole):
                needs.setdefault(_Need(role, credentials, person), []).append(step)
    return needs


def _holds_all(question: Question, person: StaffMember, credentials: Set[str]) -> bool:
    """Say whether the person holds all of them on one day at least while the series may take place."""
    valid = (question.supply.valid(person, kind) for kind in credentials)
    return bool(reduce(int.__and__, valid, _wished(question)))


def _unqualified(
    question: Question, need: _Need, people: tuple[StaffMember, ...], steps: Iterable[Step]
) -> Shortcoming:
    names = listed(map(credential_name, sorted(need.credentials)))
    held = told_joined(
        (told_joined((person.name, _missing(question, person, need.credentials)), ": ") for person in people),
        "; ",
    )
    whose = (
        people[0].name if need.person else told("nobody with the role %(role)s", role=role_name(need.role))
    )
    holds = (
        told("does not hold %(names)s", names=names) if need.person else told("holds %(names)s", names=names)
    )
    them = "it" if len(need.credentials) == 1 else "them"
    renew = told("have %(them)s renewed", them=them)
    mend = (
        told("choose another therapist, or %(renew)s", renew=renew)
        if need.person
        else told("%(renew)s, or enter who holds %(them)s", renew=renew, them=them)
    )
    return _lacking("no_credential", f"{whose} {holds} {_between(question)} ({held})", mend, steps)


def _missing(question: Question, person: StaffMember, credentials: Set[str]) -> str:
    lacking = [kind for kind in sorted(credentials) if not _holds_all(question, person, {kind})]
    # Held one by one, but never all at once: then every end is told.
    return told_joined((_until_when(person, kind) for kind in lacking or sorted(credentials)), ", ")


def _until_when(person: StaffMember, kind: str) -> str:
    ends = [mine.valid_until or date.max for mine in person.credentials if mine.kind == kind]
    name = credential_name(kind)
    if not ends:
        return f"no {name}"
    return (
        name if max(ends) == date.max else told("%(name)s until %(day)s", name=name, day=day_words(max(ends)))
    )


def _cover(question: Question) -> Iterator[Shortcoming]:
    needs: dict[tuple[str, int], list[Step]] = {}
    for step in question.outline.steps:
        for cover in dict.fromkeys(step.site_cover):
            needs.setdefault((cover.credential, cover.at_least), []).append(step)
    for (credential, at_least), steps in needs.items():
        staff = question.supply.staff.values()
        count = sum(1 for person in staff if _holds_all(question, person, {credential}))
        if count < at_least:
            name = credential_name(credential)
            what = told(
                "%(count)s of the staff may be counted on for %(name)s %(between)s, not %(at_least)s",
                count=count or told("none"),
                name=name,
                between=_between(question),
                at_least=at_least,
            )
            yield _lacking(
                "no_credential", what, told("have %(name)s renewed, or enter who holds it", name=name), steps
            )
