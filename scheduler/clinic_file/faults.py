"""Turns what pydantic finds wrong with a document into faults in the clinic's words, each with its path."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scheduler.clinic_file.forms import IN_WORDS
from scheduler.domain.errors import Fault, FaultyDocument

Model = TypeVar("Model", bound=BaseModel)

_NOT_WRITTEN = frozenset({"[key]", "UseProtocol", "ProtocolDocument"})
"""What pydantic adds to a location that stands nowhere in the document: marks for keys, and which form was read."""

_KINDS: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a set of named entries",
    "mapping_type": "a set of named entries",
    "model_type": "a set of named entries",
    "model_attributes_type": "a set of named entries",
}


# Comparing with every id of a large clinic would take longer than reading its file.
_MOST_COMPARED = 500


def read_as(model: type[Model], document: Mapping[str, object]) -> Model:
    """Read a document into its model. Raises `FaultyDocument` with every fault of its form."""
    try:
        return model.model_validate(dict(document))
    except ValidationError as error:
        raise FaultyDocument(faults_of(error, model)) from None


def faults_of(error: ValidationError, model: type[BaseModel]) -> tuple[Fault, ...]:
    """Return pydantic's findings as faults, in the order of the document's model."""
    return tuple(_fault(details, model) for details in error.errors(include_url=False))


def path_of(location: tuple[int | str, ...]) -> str:
    """Write a location as people read it: `staff[2].credentials[0].valid_until`, counted from 0."""
    path = ""
    for part in location:
        if part in _NOT_WRITTEN:
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "the document"


def shown(value: object) -> str:
    """Return a value short enough for one line of an error."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "a set of named entries"
        case list() | tuple():
            return "a list"
    text = str(value)
    return f"'{text if len(text) <= 60 else text[:57] + '…'}'"


def nearest(name: str, known: list[str]) -> str:
    """Return a hint which name may have been meant, with the known ones when they are few; empty when none is known."""
    close = get_close_matches(name, known, n=1) if len(known) <= _MOST_COMPARED else ()
    if close:
        return f"did you mean '{close[0]}'?"
    if not known:
        return ""
    return f"known: {', '.join(sorted(known)[:12])}" + (", …" if len(known) > 12 else "")


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    path, value = path_of(details["loc"]), details["input"]
    context: Mapping[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return Fault(path, "is missing")
        case "extra_forbidden":
            return Fault(
                path, "is not known here", nearest(str(details["loc"][-1]), _siblings(model, details["loc"]))
            )
        case "enum" | "literal_error":
            choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return Fault(path, f"{shown(value)} is not one of the choices", f"choose one of: {choices}")
        case "value_error":
            problem, _, mend = str(context.get("error", details["msg"])).partition(" | ")
            return Fault(path, problem, mend)
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern"))
            return Fault(
                path, f"{shown(value)} has the wrong form", IN_WORDS.get(pattern, f"it must match {pattern}")
            )
        case "string_too_short" | "too_short":
            return Fault(path, "must not be empty")
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than" as kind:
            word = {"g": "at least" if kind.endswith("equal") else "more than"}.get(kind[0])
            word = word or ("at most" if kind.endswith("equal") else "less than")
            limit = next(iter(context.values()), "")
            return Fault(path, f"{shown(value)} is out of range", f"it must be {word} {limit:g}")
        case kind if kind in _KINDS:
            return Fault(path, f"is {shown(value)}, but {_KINDS[kind]} is wanted")
    return Fault(path, f"{shown(value)}: {details['msg'].lower()}")


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _siblings(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the names known where an unknown one stands, by walking the model's own schema."""
    schema = _schema_of(model)
    node: Any = schema
    for part in location[:-1]:
        node = _resolved(node, schema)
        if isinstance(part, int):
            node = node.get("items", {})
        elif "oneOf" in node:
            node = schema["$defs"].get(part, {})
        else:
            node = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
        if not isinstance(node, dict):
            return []
    return list(_resolved(node, schema).get("properties", {}))


def _resolved(node: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Follow references and optional values to the schema of the entries themselves."""
    while True:
        if "$ref" in node:
            node = schema["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            node = next((choice for choice in node["anyOf"] if choice.get("type") != "null"), {})
        else:
            return dict(node)
