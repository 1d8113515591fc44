"""What stands in the way of a start for want of a place: closed hours, too few people in the building, rooms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import reduce

from scheduler.domain.claims import Purpose
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Room
from scheduler.domain.telling import told, told_joined, told_moment
from scheduler.planner.slot_obstacles import Obstacle, when
from scheduler.planner.slot_question import SlotQuestion
from scheduler.planner.supply import Scarcity
from scheduler.planner.timeline import SLOT, slots_in
from scheduler.rules.wording import credential_name, limit, listed, measured, stretch


def of_places(question: SlotQuestion) -> Iterator[Obstacle]:
    """Yield the opening hours, who must be in the building, and the rooms."""
    yield _hours(question)
    if question.step.site_cover:
        yield _site_cover(question)
    if question.step.room_capability is not None:
        yield _rooms(question, question.step.room_capability)


def _hours(question: SlotQuestion) -> Obstacle:
    length = slots_in(question.step.length)

    def why(slot: int) -> Iterator[str]:
        shut = question.grid.run((slot, slot + length)) & ~question.supply.open
        yield _shut(question, slot, shut) if shut else _too_near_closing(question, slot)

    return Obstacle(Scarcity.HOURS.value, told("the opening hours"), question.while_open, why)


def _shut(question: SlotQuestion, slot: int, shut: int) -> str:
    reason = closed_for(question, local_day(question.grid.at(slot), question.zone))
    return told(
        "%(name)s is shut%(reason)s during %(key)s: %(when)s",
        name=question.diary.site.name,
        reason=f" ({reason})" if reason else "",
        key=question.step.key,
        when=when(question, shut),
    )


def closed_for(question: SlotQuestion, day: date) -> str:
    """Return why the site is closed all day, empty when no closure says so."""
    closures = question.diary.site.closures
    return next((c.reason for c in closures if c.first_day <= day <= c.last_day), "")


def _too_near_closing(question: SlotQuestion, slot: int) -> str:
    step = question.step
    over = slot + slots_in(step.length)
    shut = question.grid.run((over, over + slots_in(step.ends_before_close))) & ~question.supply.open
    closing = (shut & -shut).bit_length() - 1
    return told(
        "%(key)s would be over %(length)s before %(name)s closes at %(time)s; at least %(least)s are asked for",
        key=step.key,
        length=measured((closing - over) * SLOT),
        name=question.diary.site.name,
        time=told_moment(question.grid.at(closing), question.zone),
        least=limit(step.ends_before_close),
    )


def _site_cover(question: SlotQuestion) -> Obstacle:
    step, supply = question.step, question.supply

    def why(slot: int) -> Iterator[str]:
        for cover in step.site_cover:
            begin, end = (slot + slots_in(moment) for moment in step.site_cover_times(cover))
            there = {
                person.name: (question.at_work(person) & question.holding(person, cover.credential)) >> begin
                for person in sorted(supply.staff.values(), key=lambda person: person.name)
            }
            thin = [at for at in range(end - begin) if _count(there, at) < cover.at_least]
            if thin:
                names = [name for name, mask in there.items() if mask >> thin[0] & 1]
                yield (
                    told(
                        "%(least)s people holding %(credential)s are asked for on the premises and %(there)s would be "
                        "there %(when)s",
                        least=cover.at_least,
                        credential=credential_name(cover.credential),
                        there=told("%(number)s (%(names)s)", number=len(names), names=listed(names))
                        if names
                        else told("none"),
                        when=when(question, sum(1 << begin + at for at in thin)),
                    )
                )

    clear = supply.starts(question.shape, "", frozenset(Scarcity) - {Scarcity.SITE_COVER})
    what = told("the number of qualified people on the premises")
    return Obstacle(Scarcity.SITE_COVER.value, what, clear, why, told("have one more of them at work"))


def _count(masks: Mapping[str, int], place: int) -> int:
    return sum(mask >> place & 1 for mask in masks.values())


def _rooms(question: SlotQuestion, capability: str) -> Obstacle:
    supply, step, fit = question.supply, question.step, capability.replace("_", " ")
    rooms = sorted(supply.fit_rooms(question.shape), key=lambda room: room.id)
    length = slots_in(step.room_length)

    def why(slot: int) -> Iterator[str]:
        if not rooms:
            yield told("no room at %(name)s is fit for %(fit)s", name=question.diary.site.name, fit=fit)
            return
        run = question.grid.run((slot, slot + length))
        time = stretch(Interval.lasting(question.grid.at(slot), step.room_length), question.zone)
        each = told_joined((_kept_by(question, room, run) for room in rooms), "; ")
        yield told(
            "no room fit for %(fit)s is free %(time)s, turnover included: %(each)s",
            fit=fit,
            time=time,
            each=each,
        )

    clear = reduce(int.__or__, (supply.starts_in(room, question.shape) for room in rooms), 0)
    settle = told("free a room") if rooms else told("make a room fit for %(fit)s", fit=fit)
    return Obstacle(Scarcity.ROOM.value, told("the rooms fit for %(fit)s", fit=fit), clear, why, settle)


def _kept_by(question: SlotQuestion, room: Room, run: int) -> str:
    held = run & ~question.supply.free(room.id, Purpose.OCCUPY, 1)
    shut = run & question.grid.mask(question.grid.touching(interval) for interval in room.out_of_use)
    sayings = [told("is held for another visit %(when)s", when=when(question, held))] if held else []
    sayings += [told("is out of use %(when)s", when=when(question, shut))] if shut else []
    return told_joined((room.name, told_joined(sayings, told(" and "))))
