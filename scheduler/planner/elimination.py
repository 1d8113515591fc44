"""In which order to place visits that depend on each other, so that few of those placed matter to the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

#: For each step those on which it depends, both ways.
Graph: TypeAlias = Mapping[int, Collection[int]]


def component(graph: Graph, root: int) -> dict[int, frozenset[int]]:
    """Return the part of a graph that hangs together with a step, the step first."""
    found = {root: frozenset(graph[root])}
    waiting = [root]
    while waiting:
        for step in sorted(graph[waiting.pop()]):
            if step not in found:
                found[step] = frozenset(graph[step])
                waiting.append(step)
    return found


def in_order(graph: Graph, root: int) -> tuple[int, ...]:
    """Return the steps of a graph that hangs together, `root` first, each group that depends on few soon after these.

    Steps are taken out one by one, the one that depends on the fewest first, which ties those together; whoever is
    left among these when it goes is its parent in a tree. Walked from the root, small branches first, whatever lies on
    different branches depends on each other through steps nearer to the root alone.
    """
    tied = {step: set(others) for step, others in graph.items()}
    taken_out: list[int] = []
    above: dict[int, set[int]] = {}
    left = set(tied)
    while left:
        step = min(left - {root} or left, key=lambda one: (len(tied[one]), one))
        left.remove(step)
        taken_out.append(step)
        above[step] = tied.pop(step)
        for other in above[step]:
            tied[other] |= above[step]
            tied[other] -= {step, other}
    return tuple(_walked(taken_out, above))


def _walked(taken_out: list[int], above: Mapping[int, Collection[int]]) -> Iterator[int]:
    place = {step: number for number, step in enumerate(taken_out)}
    below: dict[int, list[int]] = {step: [] for step in taken_out}
    size = dict.fromkeys(taken_out, 1)
    for step in taken_out:
        if above[step]:
            parent = min(above[step], key=place.__getitem__)
            below[parent].append(step)
            size[parent] += size[step]
    waiting = [taken_out[-1]]
    while waiting:
        step = waiting.pop()
        yield step
        waiting += sorted(below[step], key=lambda child: (-size[child], child))
