"""Describes the API as an OpenAPI 3.1 document, made from the table of operations and the shapes they ask and answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scheduler.api.answers_about_series import ProposalAnswer
from scheduler.api.asked import SeriesBooking
from scheduler.api.operations import ID, KEY_HEADER, LONGEST_KEY, Keyed, Operation, shapes_of
from scheduler.api.problems import MEDIA_TYPE, Kind, ProblemAnswer

_REFERENCES = "#/components/schemas/{model}"

_ABOUT = """Search, book, move and cancel whole treatment series.

Instants are RFC 3339 with their offset and are answered in UTC; days are clinic-local. Whatever is refused is told whole,
as `application/problem+json` with every finding, its rule's id, and what would mend it, and then nothing was written."""


@cache
def openapi_text(operations: tuple[Operation, ...], prefix: str) -> str:
    """Return the document as JSON."""
    return json.dumps(openapi_document(operations, prefix), indent=2)


def openapi_document(operations: tuple[Operation, ...], prefix: str) -> dict[str, Any]:
    """Return the document."""
    asks, answers = shapes_of(operations)
    shapes = [
        *((shape, "validation") for shape in asks),
        *((shape, "serialization") for shape in (*answers, ProblemAnswer)),
    ]
    _, schemas = models_json_schema(shapes, ref_template=_REFERENCES)  # type: ignore[arg-type]  # it wants literals
    # A proposal holds a whole request; pydantic cannot name a shape that is asked within one that is answered.
    proposal = schemas["$defs"][ProposalAnswer.__name__]["properties"]
    proposal["booking"] = {"$ref": _reference(SeriesBooking)}
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trellis",
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": prefix}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made by `token create`."}
            },
            "schemas": schemas["$defs"],
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    summary, _, description = (getdoc(operation.does) or "").partition("\n\n")
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": " ".join(summary.split()),
        "description": f"{' '.join(description.split())} Needs the permission `{operation.needs}`.".strip(),
        "parameters": [*_ids_of(operation), *_query_of(operation), *_key_of(operation)],
        "responses": {str(operation.status): _answer_of(operation), **_problems_of(operation)},
    }
    if operation.method == "POST" and operation.asks.model_fields:
        body = {"schema": {"$ref": _reference(operation.asks)}}
        needed = any(one.is_required() for one in operation.asks.model_fields.values())
        told["requestBody"] = {"required": needed, "content": {"application/json": body}}
    return told


def _ids_of(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": ID.json_schema()}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]


def _query_of(operation: Operation) -> list[dict[str, Any]]:
    if operation.method != "GET":
        return []
    schema = operation.asks.model_json_schema(by_alias=True, ref_template=_REFERENCES)
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": shape}
        for name, shape in schema.get("properties", {}).items()
    ]


def _key_of(operation: Operation) -> list[dict[str, Any]]:
    if operation.key is Keyed.NEVER:
        return []
    return [
        {
            "name": KEY_HEADER,
            "in": "header",
            "required": operation.key is Keyed.ALWAYS,
            "description": "A new value for each request that is meant; sent again, the request is done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ]


def _answer_of(operation: Operation) -> dict[str, Any]:
    schema = {"$ref": _reference(operation.answers)}
    told: dict[str, Any] = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    if operation.locates is not None:
        told["headers"] = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
    return told


def _problems_of(operation: Operation) -> Mapping[str, dict[str, Any]]:
    kinds = [Kind.NOT_UNDERSTOOD, Kind.NOT_SIGNED, Kind.NOT_ALLOWED, Kind.NOT_FOUND]
    if operation.method == "POST":
        kinds += [Kind.RACE_LOST, Kind.TOO_LARGE, Kind.NOT_JSON, Kind.REFUSED]
    kinds += [Kind.FAILURE, Kind.NOT_READY]
    content = {MEDIA_TYPE: {"schema": {"$ref": _reference(ProblemAnswer)}}}
    return {
        str(kind.words.status): {"description": f"{kind.words.title}.", "content": content} for kind in kinds
    }


def _reference(shape: type[BaseModel]) -> str:
    return _REFERENCES.format(model=shape.__name__)
