"""Properties as components inside one another: what BEGIN and END say (RFC 5545 section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.feeds.linter.content_lines import Fault, Property
from tests.feeds.linter.grammar import COMPONENTS, INSIDE


@dataclass(frozen=True, slots=True)
class Component:
    """One component, with its properties in order and what stands inside it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Return every property of a name."""
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        """Return the first property of a name."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str:
        """Return the value of the first property of a name, or nothing."""
        found = self.first(name)
        return "" if found is None else found.value

    def parts_called(self, name: str) -> list[Component]:
        """Return what stands inside it and is called so."""
        return [part for part in self.parts if part.name == name]

    def walk(self) -> Iterator[Component]:
        """Yield it and all that is inside."""
        yield self
        for part in self.parts:
            yield from part.walk()


def components_in(properties: Iterable[Property], faults: list[Fault]) -> list[Component]:
    """Return the outermost components; whatever stands in a wrong place is added to the faults."""
    outermost: list[Component] = []
    opened: list[Component] = []
    for one in properties:
        if one.name == "BEGIN":
            component = Component(one.value.upper(), one.line)
            _place(component, opened, faults)
            (opened[-1].parts if opened else outermost).append(component)
            opened.append(component)
        elif one.name == "END":
            if not opened or opened[-1].name != one.value.upper():
                inside = opened[-1].name if opened else "nothing"
                faults.append(Fault(one.line, f"END:{one.value} stands where {inside} is open"))
            else:
                opened.pop()
        elif opened:
            opened[-1].properties.append(one)
        else:
            faults.append(Fault(one.line, f"{one.name} stands outside of any component"))
    faults += [Fault(one.line, f"{one.name} is never ended") for one in opened]
    return outermost


def _place(component: Component, opened: list[Component], faults: list[Fault]) -> None:
    around = opened[-1].name if opened else ""
    if component.name.startswith("X-"):
        return
    if component.name not in COMPONENTS:
        faults.append(Fault(component.line, f"there is no component {component.name}"))
    elif around in ("", *COMPONENTS) and component.name not in INSIDE.get(around, ()):
        faults.append(
            Fault(component.line, f"{component.name} has no place in {around or 'a file by itself'}")
        )
