"""One property by itself: whether it may stand there, with these parameters, and whether its value is of its type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.feeds.linter.content_lines import Fault, Property
from tests.feeds.linter.grammar import KINDS, PARAMETER_WORDS, TEMPORAL, Kind
from tests.feeds.linter.values import TYPES, is_duration, is_in_utc

_APART = re.compile(r"(?<!\\)(?:\\\\)*,")
_GEO = re.compile(r"[+-]?\d+(?:\.\d+)?;[+-]?\d+(?:\.\d+)?")
_REQUEST_STATUS = re.compile(r"\d+(?:\.\d+){1,2};.+")


def faults_of(one: Property) -> Iterator[Fault]:
    """Yield what is wrong with a property that has its place, wherever that is."""
    kind = KINDS.get(one.name)
    if kind is None:
        if one.name == "X-PUBLISHED-TTL" and not is_duration(one.value):
            yield Fault(one.line, f"X-PUBLISHED-TTL is no duration: {one.value}")
        return
    for sentence in (*_parameters(one, kind), *_value(one, kind)):
        yield Fault(one.line, f"{one.name} {sentence}")


def _parameters(one: Property, kind: Kind) -> Iterator[str]:
    for name, values in one.parameters.items():
        if name.startswith("X-") or (name == "VALUE" and len(values) == 1):
            continue
        if name not in kind.parameters:
            yield f"has no parameter {name}"
        allowed = PARAMETER_WORDS.get(name, ())
        for value in values:
            if allowed and value.upper() not in allowed and not value.upper().startswith("X-"):
                yield f"has {name}={value}, which is none of {', '.join(allowed)}"
    if kind.says_type and "VALUE" not in one.parameters:
        yield f"needs VALUE={kind.type}"
    if "GAP" in one.parameters:
        yield from _gap(one)


def _gap(one: Property) -> Iterator[str]:
    [gap, *more] = one.parameters["GAP"]
    if more or not is_duration(gap):
        yield f"has GAP={gap}, which is no duration"
    [related, *_] = one.parameters.get("RELTYPE", ("PARENT",))
    if related.upper() not in TEMPORAL:
        yield f"has a GAP, which means nothing for RELTYPE={related}"


def _value(one: Property, kind: Kind) -> Iterator[str]:
    type_ = one.parameters.get("VALUE", (kind.type,))[0].upper()
    if type_ != kind.type and type_ not in kind.others:
        yield f"has VALUE={type_}, which it does not allow"
        return
    if kind.words and one.value.upper() not in kind.words and not one.value.upper().startswith("X-"):
        yield f"says {one.value}, which is none of {', '.join(kind.words)}"
    for value in _APART.split(one.value) if kind.is_list else (one.value,):
        if not _is(type_, value):
            yield f"is no {type_}: {value[:40]}"
    if "TZID" in one.parameters and (type_ == "DATE" or one.value.endswith("Z")):
        yield f"has a TZID for {one.value}, which needs none"
    utc_alarm = one.name == "TRIGGER" and type_ == "DATE-TIME"
    if (kind.is_utc or utc_alarm) and not is_in_utc(one.value):
        yield f"must be in UTC: {one.value}"


def _is(type_: str, value: str) -> bool:
    if type_ == "GEO":
        return bool(_GEO.fullmatch(value))
    if type_ == "STATUS":
        return bool(_REQUEST_STATUS.fullmatch(value))
    return TYPES[type_](value)
