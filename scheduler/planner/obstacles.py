"""Where the chain of a series breaks: what the clinic lacks, visits that never fit, or the first that comes too late."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.telling import told, told_joined, told_moment
from scheduler.domain.treatment import Step
from scheduler.planner.broken_chain import broken_chain, first_without_a_place
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question
from scheduler.planner.scarce_things import in_the_way
from scheduler.planner.shapes import Shape
from scheduler.planner.shortcomings import shortcomings
from scheduler.rules.wording import last_words, listed


def obstacles(question: Question) -> Iterator[Reason]:
    """Yield at least one reason why no series fits, the first visit that cannot be placed first."""
    if (wrong := _no_such_therapist(question.diary, question.wishes.therapist)) is not None:
        yield wrong
        return
    lacking = shortcomings(question)
    told = frozenset[str]().union(*(one.steps for one in lacking))
    # Where there is no therapist at all nothing more can be said.
    alike = _alike(question) if question.therapists else {}
    never = [
        (shape, steps)
        for shape, steps in alike.items()
        if not told.issuperset(step.key for step in steps) and not _can_start(question, shape)
    ]
    told |= {step.key for _, steps in never for step in steps}
    number = first_without_a_place(question)
    if question.outline.steps[number].key not in told:
        yield broken_chain(question, number)
    yield from (one.reason for one in lacking)
    yield from (_never_free(question, shape, steps) for shape, steps in never)


def _no_such_therapist(diary: Diary, wished: str | None) -> Reason | None:
    if wished is None:
        return None
    person = diary.staff.get(wished)
    if person is None:
        why = told("nobody with the id %(wished)s works at %(name)s", wished=wished, name=diary.site.name)
        return Reason("therapist", why, told("choose a therapist of this site"))
    if Role.THERAPIST not in person.roles:
        why = told("%(name)s does not hold the role of therapist", name=person.name)
        return Reason("therapist", why, told("choose a therapist, or anybody fit"))
    return None


def _alike(question: Question) -> dict[Shape, list[Step]]:
    """Return the visits by what they need, for those that need the same have the same starts."""
    alike: dict[Shape, list[Step]] = {}
    for step, shape in zip(question.outline.steps, question.outline.shapes, strict=True):
        alike.setdefault(shape, []).append(step)
    return alike


def _can_start(question: Question, shape: Shape) -> bool:
    number = question.outline.shapes.index(shape)
    choices = (question.choices(therapist) for therapist in question.therapists)
    return any(one.at_or_after(number, one.lower[number]) is not None for one in choices)


def _never_free(question: Question, shape: Shape, steps: list[Step]) -> Reason:
    first, *others = steps
    begin = told_moment(max(question.wishes.earliest, question.diary.as_of), question.zone)
    like = (
        told(", and so has no other visit like it (%(names)s)", names=listed(step.key for step in others))
        if others
        else ""
    )
    why = told(
        "%(key)s (%(title)s) has no free start between %(begin)s and %(last)s%(like)s",
        key=first.key,
        title=first.title,
        begin=begin,
        last=last_words(question.wishes.latest, question.zone),
        like=like,
    )
    if things := in_the_way(question, steps, lambda one: _can_start(one, shape)):
        why = told(
            "%(why)s: what stands in the way is %(things)s", why=why, things=told_joined(things, told(" or "))
        )
        return Reason("no_start", why, told("free some of it, or look later"), first.key)
    why = told("%(why)s: more than one thing stands in the way at every hour", why=why)
    return Reason("no_start", why, told("look later"), first.key)
