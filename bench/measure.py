"""One measured line: our time and the peer's, taken in turn, their ratio, and whether the target holds."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from time import perf_counter
from typing import Generic, TypeVar

Case = TypeVar("Case")
Mine = TypeVar("Mine")
Theirs = TypeVar("Theirs")


LONG_ENOUGH = 0.01
"""Seconds for which a question of ours is repeated at least: the first times after a look around by the collector of
garbage, or after a peer, are spent on bringing memory back into the processor's caches."""


class Disagreement(Exception):
    """Two that must answer alike do not, so that no time means anything; the sentence says about what."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ours` and `theirs` are medians in seconds; `ratio` is theirs by ours.

    `target` is in words, as it is agreed; `holds` says whether it was met in this run. Where many questions are asked,
    `ratio` is the median of the ratios of each one, and `note` says how many there were and how they ended. Where a limit
    is measured against, it stands for the peer; `unit` is "MB" where memory is.
    """

    id: str
    ours: float
    peer: str
    theirs: float
    ratio: float
    target: str
    holds: bool
    note: str = ""
    unit: str = "s"

    def as_row(self) -> dict[str, object]:
        """Return the line as it stands in the JSON report."""
        return asdict(self)


def in_turn(
    ours: Callable[[int], object], theirs: Callable[[int], object], rounds: int
) -> tuple[float, float]:
    """Time both sides once a round, the order changing from round to round, and return the two medians in seconds.

    Each side is called once before with round number 0, not counted, so that neither pays for a cold start.
    """
    sides = (ours, theirs)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for side in (0, 1) if number % 2 else (1, 0):
            gc.collect()
            begun = perf_counter()
            sides[side](number)
            took = perf_counter() - begun
            if number:
                times[side].append(took)
    return median(times[0]), median(times[1])


@dataclass(frozen=True, slots=True)
class Pair(Generic[Case, Mine, Theirs]):
    """One question put to both sides: how long each took, in seconds, and what it answered."""

    case: Case
    ours: float
    theirs: float
    mine: Mine
    peers: Theirs

    @property
    def ratio(self) -> float:
        """How many times longer the peer took."""
        return self.theirs / self.ours


def each_in_turn(
    cases: Sequence[Case],
    ours: Callable[[Case], Mine],
    theirs: Callable[[Case], Theirs],
    repeats: int = 5,
) -> list[Pair[Case, Mine, Theirs]]:
    """Put every question to both sides, who begins changing from one to the next.

    Ours is asked once before, not counted, and then `repeats` times, and on until `LONG_ENOUGH`, of which the median counts:
    it is so short that whatever else the machine does would drown it. The peer is asked once.
    """
    pairs = []
    for number, case in enumerate(cases):
        ours(case)
        if number % 2:
            theirs_took, peers = _timed(theirs, case, 1)
            ours_took, mine = _timed(ours, case, repeats, LONG_ENOUGH)
        else:
            ours_took, mine = _timed(ours, case, repeats, LONG_ENOUGH)
            theirs_took, peers = _timed(theirs, case, 1)
        pairs.append(Pair(case, ours_took, theirs_took, mine, peers))
    return pairs


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds it takes to do something once."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def _timed(
    side: Callable[[Case], Mine], case: Case, repeats: int, long_enough: float = 0.0
) -> tuple[float, Mine]:
    gc.collect()
    times: list[float] = []
    while len(times) < repeats or sum(times) < long_enough:
        begun = perf_counter()
        answer = side(case)
        times.append(perf_counter() - begun)
    return median(times), answer


def ratio_line(
    name: str, peer: str, pairs: Sequence[Pair[Case, Mine, Theirs]], at_least: float, note: str = ""
) -> Result:
    """Return the line that holds when the median of the ratios reaches `at_least`."""
    ratio = median(pair.ratio for pair in pairs)
    return Result(
        id=name,
        ours=median(pair.ours for pair in pairs),
        peer=peer,
        theirs=median(pair.theirs for pair in pairs),
        ratio=ratio,
        target=f"at least {at_least:,.3g} times" if at_least < 1 else f"at least {at_least:,g} times",
        holds=ratio >= at_least,
        note=note,
    )


def compared_line(name: str, peer: str, pairs: Sequence[Pair[Case, Mine, Theirs]], note: str = "") -> Result:
    """Return a line that is told without a target: it holds always, since what must agree does."""
    return replace(ratio_line(name, peer, pairs, 0, note), target="none: to compare")


def table(results: list[Result]) -> str:
    """Return the results as text, one line each."""
    lines = [f"{'id':<32}{'ours':>12}{'theirs':>14}{'ratio':>11}  {'target':<24}holds  peer"]
    for result in results:
        note = f" ({result.note})" if result.note else ""
        lines.append(
            f"{result.id:<32}{_measured(result.ours, result.unit):>12}{_measured(result.theirs, result.unit):>14}"
            f"{result.ratio:>11,.3f}  {result.target:<24}{'yes' if result.holds else 'NO':<7}{result.peer}{note}"
        )
    return "\n".join(lines)


def _measured(value: float, unit: str) -> str:
    return f"{value * 1000:.2f} ms" if unit == "s" else f"{value:.2f} {unit}"


def limit_line(name: str, measured: float, limit: float, unit: str = "s", note: str = "") -> Result:
    """Return the line that holds when what was measured does not go beyond a limit."""
    return Result(
        id=name,
        ours=measured,
        peer="the limit",
        theirs=limit,
        ratio=limit / measured,
        target=f"at most {_measured(limit, unit)}",
        holds=measured <= limit,
        note=note,
        unit=unit,
    )
