"""One measured line: our time and the peer's, taken in turn, their ratio, and whether the target holds."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ours` and `theirs` are medians in seconds; `ratio` is theirs by ours.

    `target` is in words, as it is agreed; `holds` says whether it was met in this run.
    """

    id: str
    ours: float
    peer: str
    theirs: float
    ratio: float
    target: str
    holds: bool

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


def table(results: list[Result]) -> str:
    """Return the results as text, one line each."""
    lines = [f"{'id':<28}{'ours':>12}{'theirs':>12}{'ratio':>9}  {'target':<34}holds  peer"]
    for result in results:
        lines.append(
            f"{result.id:<28}{result.ours * 1000:>9.2f} ms{result.theirs * 1000:>9.2f} ms{result.ratio:>9.3f}"
            f"  {result.target:<34}{'yes' if result.holds else 'NO':<7}{result.peer}"
        )
    return "\n".join(lines)
