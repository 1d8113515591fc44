"""Repeats and references of a protocol document: `D[i+1]`, `D[last]` and `I[i]b` become the keys D2, D6 and I1b."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from scheduler.clinic_file.faults import nearest
from scheduler.clinic_file.protocol_models import (
    COUNT_UNITS,
    DATE_UNITS,
    LENGTH_UNITS,
    MOST_COUNTED,
    MOST_DAYS,
    ProtocolDocument,
    QuantityEntry,
)
from scheduler.domain.errors import Fault
from scheduler.domain.treatment import Counting

_INDEX = re.compile(r"\[(?P<base>[a-z0-9_.]+)(\+(?P<plus>[a-z0-9_.]+))?\]")
_MINUTES: Mapping[str, int] = {"min": 1, "h": 60, "d": 24 * 60}


@dataclass
class Numbers:
    """The quantities of one document, and the faults found while using them."""

    quantities: Mapping[str, QuantityEntry]
    faults: list[Fault] = field(default_factory=list)

    def minutes(self, name: str | None, path: str) -> int:
        """Return a length in minutes, 0 when no name is given; notes a fault for an unknown name, unit or odd length."""
        entry = self._entry(name, path, LENGTH_UNITS)
        if entry is None:
            return 0
        minutes = entry.value * _MINUTES[entry.unit]
        if minutes < 0 or minutes % 5:
            self.note(
                f"quantities.{name}.value",
                f"{entry.value:g} {entry.unit} is not a multiple of 5 minutes",
                "lengths in a protocol go in steps of 5 minutes",
            )
        return int(minutes)

    def limit(self, name: str, path: str) -> tuple[timedelta, Counting] | None:
        """Return a limit of a window and how it is counted; notes a fault and returns `None` for an unknown name or unit.

        Calendar days are whole ones.
        """
        entry = self._entry(name, path, (*LENGTH_UNITS, *DATE_UNITS))
        if entry is None:
            return None
        if entry.unit in LENGTH_UNITS:
            return timedelta(minutes=self.minutes(name, path)), Counting.ELAPSED
        if entry.value != int(entry.value) or entry.value > MOST_DAYS:
            problem = f"{entry.value:g} {entry.unit} is not a whole number of days up to {MOST_DAYS}"
            self.note(f"quantities.{name}.value", problem)
        return timedelta(days=min(int(entry.value), MOST_DAYS)), Counting.CALENDAR

    def count(self, name: str | None, path: str) -> int:
        """Return a whole number of visits, people or patients, 1 when no name is given; notes a fault for anything else."""
        entry = self._entry(name, path, COUNT_UNITS)
        if entry is None:
            return 1
        if not 1 <= entry.value <= MOST_COUNTED or entry.value != int(entry.value):
            problem = f"{entry.value:g} {entry.unit} is not a whole number from 1 to {MOST_COUNTED}"
            self.note(f"quantities.{name}.value", problem)
            return 1
        return int(entry.value)

    def note(self, path: str, problem: str, mend: str = "") -> None:
        """Remember one fault, once."""
        fault = Fault(path, problem, mend)
        if fault not in self.faults:
            self.faults.append(fault)

    def _entry(self, name: str | None, path: str, units: tuple[str, ...]) -> QuantityEntry | None:
        if name is None:
            return None
        entry = self.quantities.get(name)
        if entry is None:
            self.note(path, f"there is no quantity '{name}'", nearest(name, list(self.quantities)))
        elif entry.unit not in units:
            self.note(
                path,
                f"'{name}' is counted in {entry.unit}",
                f"a quantity in {', '.join(units)} is wanted here",
            )
            return None
        return entry


@dataclass(frozen=True)
class Keys:
    """The keys that the steps of a document expand to."""

    repeats: Mapping[str, int]
    numbers: Numbers

    @classmethod
    def of(cls, form: ProtocolDocument, numbers: Numbers) -> Keys:
        """Read how often each step is repeated; notes faults of repeats and of keys that are used twice."""
        repeats: dict[str, int] = {}
        expanded: dict[str, int] = {}
        for position, step in enumerate(form.steps):
            path = f"steps[{position}].key"
            if (step.repeat is None) == ("[i]" in step.key):
                numbers.note(
                    path,
                    f"'{step.key}' does not go with its repeat",
                    "a repeated step is written D[i], others P1",
                )
            times = numbers.count(step.repeat, f"steps[{position}].repeat") if step.repeat else 0
            for key in expand(step.key, times):
                if key in expanded:
                    problem = f"the step {key} is already made by steps[{expanded[key]}]"
                    numbers.note(path, problem, "each visit needs its own key")
                expanded.setdefault(key, position)
            repeats.setdefault(step.key, times)
        return cls(repeats, numbers)

    @property
    def expanded(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(key for step, times in self.repeats.items() for key in expand(step, times))

    def runs_over(self, *references: str) -> range:
        """Return the numbers `i` that references with `[i]` are tried with; a single one when none has it."""
        bases = [found["base"] for text in references if (found := _INDEX.search(text))]
        return range(1, max(self.repeats.values(), default=0) + 1) if "i" in bases else range(1, 2)

    def resolve(self, reference: str, i: int, path: str) -> str | None:
        """Return the key that a reference names for this `i`, or `None` when there is no such visit.

        A reference that no `i` could ever make right is noted as a fault.
        """
        found = _INDEX.search(reference)
        if found is None:
            if reference not in self.expanded:
                self.numbers.note(
                    path, f"there is no step {reference}", nearest(reference, sorted(self.expanded))
                )
                return None
            return reference
        template = reference[: found.start()] + "[i]" + reference[found.end() :]
        times = self.repeats.get(template, 0)
        if not times:
            repeated = [key for key in self.repeats if "[i]" in key]
            self.numbers.note(path, f"there is no repeated step {template}", nearest(template, repeated))
            return None
        index = self._index(found["base"], i, times, path) + self._plus(found["plus"], path)
        if found["base"] != "i" and not 1 <= index <= times:
            self.numbers.note(path, f"{reference} would be number {index}, but there are {times}")
        return template.replace("[i]", str(index)) if 1 <= index <= times else None

    def _index(self, base: str, i: int, times: int, path: str) -> int:
        match base:
            case "i":
                return i
            case "last":
                return times
        return self._plus(base, path)

    def _plus(self, text: str | None, path: str) -> int:
        if text is None:
            return 0
        return int(text) if text.isdigit() else self.numbers.count(text, path)


def expand(key: str, times: int) -> Iterator[str]:
    """Yield the keys a step makes: itself when it is not repeated."""
    if "[i]" not in key:
        yield key
    for number in range(1, times + 1):
        if "[i]" in key:
            yield key.replace("[i]", str(number))
