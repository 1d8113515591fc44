"""Series that would fit if the patient, the front desk or the clinic conceded one thing that needs no search of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scheduler.domain.diary import MARGIN
from scheduler.domain.places import Room
from scheduler.domain.telling import told, told_of_number
from scheduler.planner.concessions import Concession, Price
from scheduler.planner.earliest import earliest
from scheduler.planner.question import Question
from scheduler.planner.scarce_things import asked_for, held_together, without_all, words_for
from scheduler.planner.supply import Scarcity
from scheduler.rules.wording import last_words


def with_other_wishes(question: Question) -> Iterator[Concession]:
    """Yield the earliest series with a later last day, and with another therapist, where one was chosen."""
    # So close to the end of what is known, a later dose or claim might be missed.
    end = question.diary.horizon.end - MARGIN
    if end > question.wishes.latest and (finish := earliest(_wishing(question, latest=end))) is not None:
        last = last_words(question.wishes.latest, question.zone)
        yield Concession(
            "later_last_day",
            Price.LATER_LAST_DAY,
            "last_day",
            finish,
            told("the series is wished to be over by %(last)s", last=last),
            told("with a later last day"),
        )
    chosen = question.wishes.therapist
    if chosen is not None and (finish := earliest(_wishing(question, therapist=None))) is not None:
        person = question.diary.staff.get(chosen)
        yield Concession(
            "another_therapist",
            Price.ANOTHER_THERAPIST,
            Scarcity.THERAPIST,
            finish,
            told("%(person)s is the therapist wished for", person=person.name if person else chosen),
            told("with another therapist"),
        )


def _wishing(question: Question, **fields: Any) -> Question:
    return replace(question, wishes=replace(question.wishes, **fields))


def without_a_visit(question: Question) -> Iterator[Concession]:
    """Yield for each visit that the patient may go without the earliest series if they did."""
    protocol = question.outline.protocol
    for step in protocol.steps:
        if not (step.declinable or step.optional) or len(protocol.steps) == 1:
            continue
        finish = earliest(question.of_steps([other for other in protocol.steps if other is not step]))
        if finish is not None:
            may = (
                told("the protocol lets the patient decline")
                if step.declinable
                else told("the protocol does not insist on")
            )
            if step.declinable:
                what = told("if %(key)s were declined", key=step.key)
            else:
                what = told("if %(key)s were left out", key=step.key)
            why = told("%(may)s %(key)s (%(title)s)", may=may, key=step.key, title=step.title)
            yield Concession("declined_visit", Price.DECLINED_VISIT, "visits", finish, why, what, step.key)


def with_one_more_room(question: Question) -> Iterator[Concession]:
    """Yield for each capability the earliest series if the site had one more room with it."""
    wanted = {shape.like.room_capability for shape in question.outline.shapes} - {None}
    for capability in sorted(kind for kind in wanted if kind is not None):
        fit = [room for room in question.supply.rooms.values() if capability in room.capabilities]
        room = Room(
            told("one more %(capability)s", capability=capability),
            question.diary.site.id,
            "",
            frozenset({capability}),
        )
        finish = earliest(replace(question, supply=question.supply.with_room(room)))
        if finish is not None:
            name = capability.replace("_", " ")
            count = told_of_number("%(num)s room", "%(num)s rooms", len(fit)) if fit else told("no room")
            yield Concession(
                "another_room",
                Price.ROOM,
                Scarcity.ROOM,
                finish,
                told(
                    "%(site)s has %(count)s for %(name)s",
                    site=question.diary.site.name,
                    count=count,
                    name=name,
                ),
                told("with one more room for %(name)s", name=name),
            )


def with_an_obstacle_gone(question: Question) -> Iterator[Concession]:
    """Yield for each kind of scarce thing the earliest series if there were always enough of it.

    Roles that one person holds are conceded together where none of them alone is enough.
    """
    helped = set()
    for scarcity in asked_for(question.outline.steps):
        if (finish := earliest(question.without(scarcity))) is not None:
            helped.add(scarcity)
            yield _without((scarcity,), finish)
    for roles in held_together(question, question.outline.steps):
        if helped.isdisjoint(roles) and (finish := earliest(without_all(question, roles))) is not None:
            yield _without(roles, finish)


def _without(things: tuple[Scarcity, ...], finish: int) -> Concession:
    name, words = "_and_".join(things), words_for(*things)
    return Concession(
        f"without_{name}",
        Price.NO_OBSTACLE,
        things[0],
        finish,
        told("what stands in the way is %(words)s", words=words),
        told("if %(words)s were no obstacle", words=words),
    )
