"""A visit of a booked series must move to another day: the fewest others moved, then the least shift, beside CP-SAT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from bench import cp_sat_lists, ours
from bench.clinics import clinic
from bench.cp_sat_lists import Lists, Moved, Moving
from bench.dates import Dates
from bench.instances import LARGE, MEDIUM, SEED, SMALL, Instance, Query, Size
from bench.measure import Disagreement, Result, each_in_turn, ratio_line
from bench.scale import SLOT, Scale
from bench.solved import Verdict
from scheduler.domain.clock import local_day

SERIES = 8
"""How many series are booked, as early as can be, of each of which one visit is moved."""
TARGET = 40


@dataclass(frozen=True)
class Case:
    """A series that stands, in a diary without its claims; `step` must leave its local day, `fixed` may not move."""

    query: Query
    therapist: str
    now: Mapping[str, datetime]
    step: str
    fixed: Set[str]


Mover = Callable[[Instance, Case], Mapping[str, datetime] | None]
"""Our way: the new starts of every step, UTC, or `None` when there is no way."""


def cases(instance: Instance, number: int) -> tuple[Case, ...]:
    """Return series in which any visit but the first three is moved; those before it have been and stay."""
    random = Random(f"{SEED} moves")
    found = []
    keys = [step.key for step in instance.protocol.steps]
    for query in instance.queries(number):
        given = ours.answer(instance.diary(query), instance.protocol, query, 1)
        series = ours.solved(instance.protocol, given)[0]
        if series.verdict is Verdict.FOUND and series.therapist is not None:
            step = random.choice(keys[3:])
            begun = frozenset(keys[: random.randrange(keys.index(step))])
            found.append(Case(query, series.therapist, series.starts, step, begun))
    return tuple(found)


def as_moving(instance: Instance, case: Case, lists: Lists) -> Moving:
    """Return what CP-SAT is given: the lists of the series' therapist, without the day that the visit must leave."""
    scale, zone = Scale.over(instance.horizon), instance.site.zone
    left = local_day(case.now[case.step], zone)
    allowed = dict(lists[case.therapist])
    allowed[case.step] = [slot for slot in allowed[case.step] if local_day(scale.at(slot), zone) != left]
    now = {key: scale.before(start) for key, start in case.now.items()}
    return Moving(case.step, now, allowed, Dates(scale, zone), case.fixed)


def row(size: Size, mover: Mover) -> list[Result]:
    """Both sides must move as few others, and by as little; `mover` is our way."""
    instance, protocol = clinic(size), clinic(size).protocol
    asked = cases(instance, SERIES)
    given = {
        case.query.patient.id: as_moving(
            instance, case, ours.lists(instance.diary(case.query), protocol, case.query)
        )
        for case in asked
    }
    pairs = each_in_turn(
        asked,
        lambda case: mover(instance, case),
        lambda case: cp_sat_lists.move(protocol, given[case.query.patient.id]),
    )
    for pair in pairs:
        _must_cost_the_same(pair.case, pair.mine, pair.peers)
    note = f"{len(pairs)} visits, {sum(pair.peers.others for pair in pairs)} others moved"
    return [ratio_line(f"planner/move/{size.name}", "CP-SAT, given our lists", pairs, TARGET, note)]


def _must_cost_the_same(case: Case, mine: Mapping[str, datetime] | None, theirs: Moved) -> None:
    if not theirs.proven:
        return
    cost = None if not theirs.starts else (theirs.others, theirs.shift)
    if cost_of(case, mine) != cost:
        raise Disagreement(
            f"{case.query.patient.id}: {case.step} costs us {cost_of(case, mine)}, the peer {cost}"
        )


def cost_of(case: Case, starts: Mapping[str, datetime] | None) -> tuple[int, int] | None:
    """Return how many other visits move, and by how many slots all do together; `None` for no way."""
    if starts is None:
        return None
    others = sum(starts[key] != case.now[key] for key in case.now if key != case.step)
    return others, sum(abs(starts[key] - case.now[key]) // SLOT for key in case.now)


def _ours(instance: Instance, case: Case) -> Mapping[str, datetime] | None:
    asked = (case.query, case.therapist, case.now)
    return ours.move(instance.diary(case.query), instance.protocol, asked, case.step, case.fixed)


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    f"planner/move/{size.name}": partial(row, size, _ours) for size in (SMALL, MEDIUM, LARGE)
}
"""Every part by the id of its row."""
