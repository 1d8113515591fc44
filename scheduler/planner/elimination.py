"""In which order to place visits that depend on each other, so that few of those placed matter to the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from scheduler.planner.network import Arc, Network

#: For each step those on which it depends, both ways.
Graph: TypeAlias = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps that depend on each other, in order of placing, and on others placed before them through `above` alone.

    A key tells the starts of `above` in this order. `after` are the arcs from these to the first step and `before` those
    from it, each with the place in the key. Beneath the first step the rest falls into branches that depend on each
    other no more: for each its first step, and the places of its own key in the key with the first start behind it.
    """

    above: tuple[int, ...]
    steps: tuple[int, ...]
    after: tuple[tuple[int, Arc], ...]
    before: tuple[tuple[int, Arc], ...]
    beneath: tuple[tuple[int, tuple[int, ...]], ...]


@lru_cache(maxsize=256)
def branches_of(
    network: Network, excused: tuple[Arc, ...], may_move: frozenset[int], root: int
) -> Mapping[int, Branch]:
    """Return by first step the branches of those steps that may move and hang together with one, which comes first."""
    arcs = [
        arc
        for arc in (*network.arcs, *excused)
        if arc.source != arc.target and arc.source in may_move and arc.target in may_move
    ]
    tree = _Tree.of(_component(arcs, root), root)
    return {step: _branch(tree, step, arcs) for step in tree.order}


def _branch(tree: _Tree, step: int, arcs: Collection[Arc]) -> Branch:
    above = tree.above[step]
    place = {one: at for at, one in enumerate((*above, step))}
    return Branch(
        above=above,
        steps=tree.steps[step],
        after=tuple((place[arc.source], arc) for arc in arcs if arc.target == step and arc.source in above),
        before=tuple((place[arc.target], arc) for arc in arcs if arc.source == step and arc.target in above),
        beneath=tuple((one, tuple(place[other] for other in tree.above[one])) for one in tree.below[step]),
    )


def _component(arcs: Collection[Arc], root: int) -> dict[int, set[int]]:
    graph: dict[int, set[int]] = {root: set()}
    for arc in arcs:
        graph.setdefault(arc.source, set()).add(arc.target)
        graph.setdefault(arc.target, set()).add(arc.source)
    found, waiting = {root}, [root]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return {step: graph[step] for step in sorted(found)}


@dataclass(frozen=True, slots=True)
class _Tree:
    """Steps in an order in which whatever lies on different branches depends on each other through earlier steps alone.

    Steps are taken out one by one, the one that depends on the fewest first, which ties those together; whoever of these
    goes next is its parent. For each step there are those it depends on `above` it, the steps of its branch, and
    the first steps of the branches `below`, small ones first.
    """

    order: tuple[int, ...]
    above: Mapping[int, tuple[int, ...]]
    steps: Mapping[int, tuple[int, ...]]
    below: Mapping[int, list[int]]

    @classmethod
    def of(cls, graph: Graph, root: int) -> _Tree:
        """Grow the tree of a graph that hangs together."""
        tied = {step: set(others) for step, others in graph.items()}
        above: dict[int, tuple[int, ...]] = {}
        while tied:
            step = min(tied.keys() - {root} or tied, key=lambda one: (len(tied[one]), one))
            others = tied.pop(step)
            above[step] = tuple(sorted(others))
            for other in others:
                tied[other] |= others
                tied[other] -= {step, other}
        place = {step: number for number, step in enumerate(above)}
        below: dict[int, list[int]] = {step: [] for step in above}
        steps: dict[int, tuple[int, ...]] = {}
        for step, parents in above.items():
            # Whatever is below a step was taken out before it.
            below[step].sort(key=lambda one: (len(steps[one]), one))
            steps[step] = (step, *(one for first in below[step] for one in steps[first]))
            if parents:
                below[min(parents, key=place.__getitem__)].append(step)
        return cls(steps[root], above, steps, below)
