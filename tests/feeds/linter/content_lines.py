"""Bytes of a calendar as properties, line by line (RFC 5545 section 3.1), with every fault of the lines themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST = 75
"""Octets of a line, without its end."""

_NAME = r"[A-Za-z0-9-]+"
_QUOTED = r'"[^"\x00-\x08\x0a-\x1f\x7f]*"'
_PLAIN = r'[^",;:\x00-\x08\x0a-\x1f\x7f]*'
_VALUES = rf"(?:{_QUOTED}|{_PLAIN})(?:,(?:{_QUOTED}|{_PLAIN}))*"
_LINE = re.compile(rf"({_NAME})((?:;{_NAME}={_VALUES})*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";({_NAME})=({_VALUES})")
_VALUE = re.compile(rf"{_QUOTED}|[^,]+|(?<=,)(?=,|$)|^$")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its name and those of its parameters in capitals, and the number of the line on which it begins."""

    name: str
    parameters: Mapping[str, tuple[str, ...]]
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in a sentence, and on which line."""

    line: int
    sentence: str

    def __str__(self) -> str:
        """Return the sentence with its line."""
        return f"line {self.line}: {self.sentence}"


def properties_in(content: bytes) -> Iterator[Property | Fault]:
    """Yield every property in order, and a fault for whatever is wrong with a line."""
    if content.startswith(b"\xef\xbb\xbf"):
        yield Fault(1, "a byte order mark stands before the calendar")
    if not content.endswith(b"\r\n"):
        yield Fault(content.count(b"\n") + 1, "the last line does not end with CRLF")
    gathered, began = b"", 0
    for number, line in enumerate(content.removesuffix(b"\r\n").split(b"\r\n"), start=1):
        yield from _faults_of(line, number)
        if line[:1] in {b" ", b"\t"} and began:
            gathered += line[1:]
            continue
        if began:
            yield _property(gathered, began)
        gathered, began = line, number
    yield _property(gathered, began)


def _faults_of(line: bytes, number: int) -> Iterator[Fault]:
    if not line.strip():
        yield Fault(number, "the line is blank")
    if b"\n" in line or b"\r" in line:
        yield Fault(number, "a CR or an LF stands alone: lines end with CRLF")
    if len(line) > LONGEST:
        yield Fault(number, f"the line has {len(line)} octets, {LONGEST} at most are allowed")
    try:
        line.decode()
    except UnicodeDecodeError:
        yield Fault(number, "the line is no UTF-8 by itself: folded within a character, or another coding")


def _property(line: bytes, number: int) -> Property | Fault:
    text = line.decode(errors="replace")
    found = _LINE.fullmatch(text)
    if found is None:
        return Fault(number, f"'{text[:40]}' is no NAME;PARAMETER=VALUE:VALUE")
    name, parameters, value = found.groups()
    if _CONTROL.search(value):
        return Fault(number, f"the value of {name.upper()} has a control character")
    given: dict[str, tuple[str, ...]] = {}
    for parameter, values in _PARAMETER.findall(parameters):
        if parameter.upper() in given:
            return Fault(number, f"{name.upper()} has the parameter {parameter.upper()} twice")
        given[parameter.upper()] = tuple(one.strip('"') for one in _VALUE.findall(values))
    return Property(name.upper(), given, value, number)
