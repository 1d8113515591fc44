"""The small forms that requests of programs are made of: instants with their offset, times of day, lists of names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from scheduler.clinic_file.forms import WEEKDAYS, Form, Id, day_in
from scheduler.domain.people import Role

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d:\d\d)?")
_HOW = "write it with its offset, as 2026-12-03T17:00:00Z or 2026-12-03T10:00:00-07:00"

MOST_NAMED = 100
"""No protocol has as many steps; longer lists are a mistake of some program."""


def instant_in(text: object) -> datetime:
    """Read an instant as RFC 3339 writes it. Raises `ValueError`, with the mend after a bar, for anything else."""
    written = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if written is None or not isinstance(text, str):
        raise ValueError(f"'{str(text)[:60]}' is not an instant | {_HOW}")
    if written["offset"] is None:
        raise ValueError(f"'{text}' has no offset, so it is no instant | {_HOW}")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not an instant | {_HOW}") from None
    day_in(instant.date())
    return instant.astimezone(UTC)


def _day_or_instant_in(text: object) -> date | datetime:
    return day_in(text) if isinstance(text, str) and len(text) <= 10 else instant_in(text)


def _time_in(text: object) -> time:
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"'{str(text)[:60]}' is not a time of day | write it as 09:30, clinic-local")
    return time.fromisoformat(text)


Instant = Annotated[datetime, BeforeValidator(instant_in)]
DayOrInstant = Annotated[date | datetime, BeforeValidator(_day_or_instant_in)]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_in),
    Field(json_schema_extra={"format": "", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Named = Annotated[list[Id], Field(max_length=MOST_NAMED)]


class Relief(Form):
    """Who takes over: the n-th stretch of a role, counted from 0, is served by somebody else than who begins."""

    role: Role
    segment: Annotated[int, Field(strict=True, ge=0, le=MOST_NAMED)]
    person: Id


def relief_of(written: list[Relief]) -> Mapping[tuple[Role, int], str]:
    """Return who takes over as the use cases want it."""
    return {(one.role, one.segment): one.person for one in written}


def weekdays_of(written: list[Weekday]) -> frozenset[int]:
    """Return weekdays by number, 0 for Monday."""
    return frozenset(WEEKDAYS.index(day) for day in written)
