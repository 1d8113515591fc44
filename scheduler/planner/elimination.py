"""In which order to place visits that depend on each other, so that few of those placed matter to the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from scheduler.planner.network import Arc, Network

#: For each step those on which it depends, both ways.
Graph: TypeAlias = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps that depend on each other, in order of placing, and on others placed before them through `above` alone."""

    above: tuple[int, ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """The placing of one step, given the starts of those in `known`, which a key tells in this order.

    `after` are the arcs from known steps to this one and `before` those to known steps, each with the place in the key.
    `kept` are the places in the key, with the start of the step behind it, that matter ahead. What is ahead falls
    into branches: for each its first step, and the places in the kept key of what it depends on.
    """

    step: int
    known: tuple[int, ...]
    after: tuple[tuple[int, Arc], ...]
    before: tuple[tuple[int, Arc], ...]
    kept: tuple[int, ...]
    ahead: tuple[int, ...]
    branches: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def matters(self) -> bool:
        """Say whether anything ahead depends on the step itself."""
        return len(self.known) in self.kept


@dataclass(frozen=True, slots=True)
class Plan:
    """One layer for each step that hangs together with a root, and the branch that begins with each step."""

    layers: tuple[Layer, ...]
    branches: Mapping[int, Branch]


@lru_cache(maxsize=256)
def plan_of(network: Network, excused: tuple[Arc, ...], may_move: frozenset[int], root: int) -> Plan:
    """Return the plan for the steps that may move and hang together with one, which comes first."""
    arcs = [
        arc
        for arc in (*network.arcs, *excused)
        if arc.source != arc.target and arc.source in may_move and arc.target in may_move
    ]
    tree = _Tree.of(_component(arcs, root), root)
    return Plan(tuple(_layers(tree, arcs)), tree.branches)


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


def _layers(tree: _Tree, arcs: Collection[Arc]) -> list[Layer]:
    layers: list[Layer] = []
    known: tuple[int, ...] = ()
    pending: list[int] = []
    for number, step in enumerate(tree.order):
        pending = [*(first for first in pending if first != step), *tree.below[step]]
        needed = {one for first in pending for one in tree.branches[first].above}
        place = {one: at for at, one in enumerate(known)}
        kept = tuple(at for at, one in enumerate((*known, step)) if one in needed)
        left = tuple((*known, step)[at] for at in kept)
        layers.append(
            Layer(
                step=step,
                known=known,
                after=tuple((place[a.source], a) for a in arcs if a.target == step and a.source in place),
                before=tuple((place[a.target], a) for a in arcs if a.source == step and a.target in place),
                kept=kept,
                ahead=tree.order[number + 1 :],
                branches=tuple(
                    (first, tuple(left.index(one) for one in tree.branches[first].above)) for first in pending
                ),
            )
        )
        known = left
    return layers


@dataclass
class _Tree:
    """Steps in an order in which whatever lies on different branches depends on each other through earlier steps alone.

    Steps are taken out one by one, the one that depends on the fewest first, which ties those together; whoever of these
    goes next is its parent. The order walks from the root, small branches first: each group that depends on few
    comes soon after them.
    """

    below: Mapping[int, list[int]]
    order: tuple[int, ...] = ()
    branches: dict[int, Branch] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, root: int) -> _Tree:
        """Grow the tree of a graph that hangs together."""
        tied = {step: set(others) for step, others in graph.items()}
        above: dict[int, set[int]] = {}
        while tied:
            step = min(tied.keys() - {root} or tied, key=lambda one: (len(tied[one]), one))
            above[step] = tied.pop(step)
            for other in above[step]:
                tied[other] |= above[step]
                tied[other] -= {step, other}
        place = {step: number for number, step in enumerate(above)}
        tree = cls({step: [] for step in above})
        size = dict.fromkeys(above, 1)
        for step, others in above.items():
            if others:
                parent = min(others, key=place.__getitem__)
                tree.below[parent].append(step)
                size[parent] += size[step]
        tree._walk(root, size)
        for number, step in enumerate(tree.order):
            steps = tree.order[number : number + size[step]]
            tree.branches[step] = Branch(tuple(sorted(above[step])), steps)
        return tree

    def _walk(self, root: int, size: Mapping[int, int]) -> None:
        waiting, order = [root], []
        while waiting:
            order.append(waiting.pop())
            waiting += sorted(self.below[order[-1]], key=lambda child: (-size[child], child))
        self.order = tuple(order)
