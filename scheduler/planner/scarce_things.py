"""The kinds of scarce things in words, and which of them by itself stands in the way of what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from scheduler.domain.claim_book import ClaimBook, ClaimsInOrder
from scheduler.domain.claims import Purpose
from scheduler.domain.people import Role
from scheduler.domain.telling import told
from scheduler.domain.treatment import Step
from scheduler.planner.question import Question
from scheduler.planner.supply import Scarcity
from scheduler.rules.wording import listed, role_name

_WORDS = {
    Scarcity.HOURS: told("the opening hours and closures"),
    Scarcity.ROOM: told("the rooms"),
    Scarcity.PATIENT: told("the patient's own visits and unavailable times"),
    Scarcity.SITE_COVER: told("the number of qualified people on the premises"),
}

_SPACING = told("the spacing to the patient's other doses")


def asked_for(steps: Iterable[Step]) -> tuple[Scarcity, ...]:
    """Return the kinds of scarce things that any of the steps need."""
    visits = tuple(steps)
    things = {Scarcity.HOURS, Scarcity.PATIENT} | {
        Scarcity(role.value) for step in visits for role in step.roles
    }
    if any(step.room_capability is not None for step in visits):
        things.add(Scarcity.ROOM)
    if any(step.site_cover for step in visits):
        things.add(Scarcity.SITE_COVER)
    return tuple(thing for thing in Scarcity if thing in things)


def held_together(question: Question, steps: Iterable[Step]) -> tuple[tuple[Scarcity, ...], ...]:
    """Return the roles that the steps need of which one person holds several: whoever is busy in one is so in the others."""
    needed = {role for step in steps for role in step.roles}
    held = {person.roles & needed for person in question.supply.staff.values()}
    return tuple(
        tuple(thing for thing in Scarcity if thing.value in roles)
        for roles in sorted(held, key=sorted)
        if len(roles) > 1
    )


def words_for(*things: Scarcity) -> str:
    """Return one kind of scarce thing in words, or several roles."""
    if things[0] in _WORDS:
        return _WORDS[things[0]]
    return told(
        "the time or the credentials of %(names)s",
        names=listed(told("the %(role)ss", role=role_name(Role(thing.value))) for thing in things),
    )


def in_the_way(question: Question, steps: Iterable[Step], fits: Callable[[Question], bool]) -> list[str]:
    """Return in words each thing that the steps need without which, as an obstacle, the question would fit.

    Roles that one person holds are asked together where none is enough by itself. Somebody could mostly be found at night:
    the hours are told only where nothing else stands in the way by itself.
    """
    visits = tuple(steps)
    things = (thing for thing in asked_for(visits) if thing is not Scarcity.HOURS)
    found = [words_for(thing) for thing in things if fits(question.without(thing))]
    if any(step.holds_dose_spacing > timedelta(0) for step in visits) and fits(_without_spacing(question)):
        found.append(_SPACING)
    if not found:
        together = held_together(question, visits)
        found = [words_for(*roles) for roles in together if fits(without_all(question, roles))]
    if not found and fits(question.without(Scarcity.HOURS)):
        found.append(words_for(Scarcity.HOURS))
    return found


def without_all(question: Question, things: Iterable[Scarcity]) -> Question:
    """Return the same question with several things taken to be no obstacle."""
    for thing in things:
        question = question.without(thing)
    return question


def _without_spacing(question: Question) -> Question:
    """Return the question as if the patient had no other doses near: nobody may concede that, but it is to be said."""
    diary = question.diary
    none = ClaimBook({(diary.patient.id, Purpose.SPACING): ClaimsInOrder.of(())})
    return replace(question, diary=replace(diary, claims=diary.book.beside(none)))
