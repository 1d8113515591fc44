"""What an operation of the API is: its path, who may, what it asks and answers; and how a request becomes a call of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any, Generic, TypeVar

from flask import Response, current_app, g, request
from pydantic import BaseModel, TypeAdapter, ValidationError

from scheduler.access.permissions import Actor, Permission, may
from scheduler.api.answers import Answer
from scheduler.api.problems import Kind, ProblemRaised, not_allowed
from scheduler.booking.outcomes import NotAllowed
from scheduler.clinic_file.faults import read_as
from scheduler.clinic_file.forms import Form, Id
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Fault

Asked = TypeVar("Asked")

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200


ID = TypeAdapter[str](Id)
"""What an id in a path is like; for anything else nothing needs to be looked up."""


class Keyed(Enum):
    """Whether an operation takes a key, under which it is done once however often it is sent."""

    NEVER = "never"
    IF_GIVEN = "if given"
    ALWAYS = "always"


class Nothing(Form):
    """The body of a request that says all by its path."""


@dataclass(frozen=True, slots=True)
class Asking(Generic[Asked]):
    """One request: what is asked, who asks, and `ids` from the path by name; `key` is `None` where none was given."""

    asked: Asked
    actor: Actor
    clock: Clock
    ids: Mapping[str, str]
    key: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table of operations; its name and its words are those of the function that does it.

    `asks` is the body of a POST, or the query of a GET, `answers` what comes back with the `status`.
    """

    method: str
    path: str
    does: Callable[[Asking[Any]], Answer]
    needs: Permission
    asks: type[Form]
    answers: type[Answer]
    status: int = 200
    key: Keyed = Keyed.NEVER
    locates: Callable[[Any], str] | None = field(default=None)

    @property
    def name(self) -> str:
        """The name by which programs know it."""
        return self.does.__name__

    def respond(self, **ids: str) -> Response:
        """Answer the present request, or raise the problem that keeps it from being answered."""
        actor: Actor = g.api_actor
        if not may(actor, self.needs):
            raise not_allowed(NotAllowed(self.needs))
        if not all(map(_is_id, ids.values())):
            raise ProblemRaised(Kind.NOT_FOUND)
        asked = read_as(self.asks, _document() if self.method == "POST" else _query())
        clock: Clock = current_app.extensions["trellis_clock"]
        answer = self.does(Asking(asked, actor, clock, ids, self._key(actor)))
        response = Response(answer.model_dump_json(by_alias=True), self.status, mimetype="application/json")
        if self.locates is not None:
            response.headers["Location"] = self.locates(answer)
        return response

    def _key(self, actor: Actor) -> str | None:
        """Return the key as it is kept: told apart by token, and hashed, since nobody knows what programs write there."""
        if self.key is Keyed.NEVER:
            return None
        given = request.headers.get(KEY_HEADER, "").strip()
        if not given:
            if self.key is Keyed.ALWAYS:
                raise ProblemRaised(Kind.KEY_MISSING)
            return None
        if len(given) > LONGEST_KEY:
            fault = Fault(KEY_HEADER, f"has {len(given)} characters", f"send {LONGEST_KEY} at the most")
            raise ProblemRaised(Kind.NOT_UNDERSTOOD, faults=(fault,))
        return f"{actor.id}:{sha256(given.encode()).hexdigest()}"


def _is_id(text: str) -> bool:
    try:
        ID.validate_python(text)
    except ValidationError:
        return False
    return True


def _document() -> Mapping[str, object]:
    """Return the body as a set of named entries; an empty body has none."""
    body = request.get_data(cache=False)
    if not body.strip():
        return {}
    if request.mimetype != "application/json":
        raise ProblemRaised(Kind.NOT_JSON)
    try:
        document = json.loads(body, parse_constant=_no_number, object_pairs_hook=_each_once)
        # Half a character can be written in JSON, and nowhere else.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"cannot be read as JSON: {_where(error)}") from None
    if not isinstance(document, dict):
        raise _unreadable("is JSON, but not a set of named entries", "write { … } around it")
    return document


def _query() -> Mapping[str, object]:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise ProblemRaised(
                Kind.NOT_UNDERSTOOD, faults=(Fault(name, "is given more than once", "give it once"),)
            )
    # An offset's plus sign that was not escaped arrives as a blank, and no instant has one otherwise.
    return {name: value.replace(" ", "+") for name, value in request.args.items()}


def _unreadable(problem: str, mend: str = "") -> ProblemRaised:
    return ProblemRaised(Kind.NOT_UNDERSTOOD, faults=(Fault("the request", problem, mend),))


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeError):
        return "its text is not UTF-8"
    return str(error) if isinstance(error, ValueError) else "it is nested too deeply"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a name is given twice in one set of entries")
    return document


def shapes_of(operations: tuple[Operation, ...]) -> tuple[list[type[BaseModel]], list[type[BaseModel]]]:
    """Return what operations ask and what they answer, each shape once."""
    asks: dict[type[BaseModel], None] = dict.fromkeys(one.asks for one in operations)
    answers: dict[type[BaseModel], None] = dict.fromkeys(one.answers for one in operations)
    return list(asks), list(answers)
