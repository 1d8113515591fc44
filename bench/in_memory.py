"""What is kept in the process: brought up to date after one booking, and for twenty clinics instead of one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median
from time import perf_counter

from bench import ours
from bench.clinics import clinic
from bench.instances import CLINICS_OF_LARGE, LARGE, MEDIUM, SMALL, Instance, Query, Size
from bench.measure import Disagreement, Result, each_in_turn, ratio_line
from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, claims_of
from scheduler.domain.treatment import StepKind

UPDATES: Mapping[StepKind, float] = {StepKind.DOSING: 15, StepKind.INTEGRATION: 150}
"""How many times quicker than making everything anew, after a visit of this kind was booked."""
ROUNDS = 3
FASTER_THAN_LINEAR = 0.9
"""One clinic asked twenty times must take at least this part of what twenty clinics take; the rest is noise."""
QUERIES = 3


def updates(size: Size) -> list[Result]:
    """After one booking, what is kept is brought up to date, beside making all of it anew from the same claims."""
    return list(_updates(clinic(size)))


def _updates(instance: Instance) -> Iterator[Result]:
    query = instance.queries(1)[0]
    series = ours.solved(instance.protocol, ours.answer(instance.diary(query), instance.protocol, query, 1))[
        0
    ]
    for kind, target in UPDATES.items():
        visits = [visit for visit in series.placements if visit.step.kind is kind]
        booked = [
            [
                claim
                for claim in claims_of(visit, instance.staff, f"more-{number}")
                if claim.resource in others
            ]
            for number, visit in enumerate(visits)
            for others in [instance.staff.keys() | instance.rooms.keys()]
        ]
        updated, anew = _timed(instance, query, booked)
        ratio = anew / updated
        # There is little to make anew at a small clinic; the targets were set at the medium one.
        is_held = instance.name != SMALL.name
        yield Result(
            f"planner/update-{kind}/{instance.name}",
            updated,
            "our own making of everything anew",
            anew,
            ratio,
            f"at least {target:,g} times" if is_held else "none: to compare",
            ratio >= target or not is_held,
            f"{len(booked)} bookings, one after the other; equal state",
        )


def _timed(instance: Instance, query: Query, booked: list[list[Claim]]) -> tuple[float, float]:
    """Return how long the bookings took to be taken in, each by itself, and how long making everything anew; medians."""
    everything = [*instance.book, *(claim for claims in booked for claim in claims)]
    anew = []
    for _ in range(ROUNDS):
        ours.forget()
        gc.collect()
        begun = perf_counter()
        made = ours.get_ready(instance.diary_with(ClaimBook.of(everything), query), instance.protocol)
        anew.append(perf_counter() - begun)
    ours.forget()
    state, book = ours.get_ready(instance.diary(query), instance.protocol), instance.book
    gc.collect()
    updated = []
    for claims in booked:
        begun = perf_counter()
        book = book.entering(claims)
        state = ours.get_ready(instance.diary_with(book, query), instance.protocol)
        updated.append(perf_counter() - begun)
    if state != made:
        raise Disagreement("what was brought up to date differs from what was made anew")
    return median(updated), median(anew)


def twenty_clinics() -> list[Result]:
    """The earliest series at each of twenty clinics, beside asking one of them twenty times."""
    clinics = [clinic(LARGE, number) for number in range(CLINICS_OF_LARGE)]
    one = clinics[0]
    protocol = one.protocol
    asked = [instance.queries(QUERIES) for instance in clinics]

    def everywhere(number: int) -> list[object]:
        return [
            ours.answer(instance.diary(queries[number]), protocol, queries[number], 1)
            for instance, queries in zip(clinics, asked, strict=True)
        ]

    def at_one(number: int) -> list[object]:
        # Not one patient again and again: as many different ones, as the twenty clinics have.
        return [ours.answer(one.diary(queries[number]), protocol, queries[number], 1) for queries in asked]

    pairs = each_in_turn(range(QUERIES), everywhere, at_one, repeats=1)
    return [ratio_line("planner/twenty-clinics", "one clinic asked as often", pairs, FASTER_THAN_LINEAR)]


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    **{f"planner/update/{size.name}": partial(updates, size) for size in (SMALL, MEDIUM, LARGE)},
    "planner/twenty-clinics": twenty_clinics,
}
"""Every part by the beginning of the ids of its rows."""
