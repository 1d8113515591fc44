"""A figure: a table of what was counted with its drawing beside it, and a sentence on how it was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scheduler.domain.telling import told

Cell: TypeAlias = str | int | float | None
"""One entry of a table; `None` where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: what it is, how much, and by which tone of the design language it is drawn."""

    name: str
    amount: float
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its parts; `said` is what stands at its end."""

    label: str
    parts: tuple[Part, ...]
    said: str

    @property
    def amount(self) -> float:
        """All parts together."""
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other on one scale."""

    bars: tuple[Bar, ...]

    @property
    def longest(self) -> float:
        """The amount of the longest bar, 1 where there is nothing."""
        return max((bar.amount for bar in self.bars), default=0) or 1

    @property
    def legend(self) -> tuple[Part, ...]:
        """The parts that occur, each once, in order."""
        found = {part.name: part for bar in self.bars for part in bar.parts if part.amount}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Hours:
    """Shares of the hours of the week, 0 is Monday: how much of what there was is taken, 1 for all of it."""

    shares: Mapping[tuple[int, int], float]

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days of the week that occur."""
        return tuple(sorted({weekday for weekday, _ in self.shares}))

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of the day from the first that occurs to the last."""
        known = [hour for _, hour in self.shares]
        return tuple(range(min(known), max(known) + 1)) if known else ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `key` names it in addresses; `counted` says how it was counted, `summed` what it comes to.

    `rows` have one entry for each of `columns`; they are what is drawn, and what a file of it holds.
    """

    key: str
    title: str
    counted: str
    summed: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    drawing: Bars | Hours


def joined(parts: Sequence[str]) -> str:
    """Return parts one after the other: '3 visits, 1 no-show'; empty for none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return told("%(first)s, %(rest)s", first=parts[0], rest=joined(parts[1:]))
