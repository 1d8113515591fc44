"""Claims as they are read: the columns, and the values made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import type_coerce
from sqlalchemy.types import NullType

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.store.base import table_of
from scheduler.store.columns import instant_from, words_from
from scheduler.store.tables_ledger import ClaimRow

claim = table_of(ClaimRow)

#: The columns that `claims_from` expects, in its order. Instants and phases come as the driver has them.
CLAIM_COLUMNS = (
    claim.c.resource_id,
    claim.c.purpose,
    claim.c.lane,
    type_coerce(claim.c.starts_at, NullType()).label("starts_at"),
    type_coerce(claim.c.ends_at, NullType()).label("ends_at"),
    claim.c.appointment_id,
    claim.c.role,
    type_coerce(claim.c.phases, NullType()).label("phases"),
)

_PURPOSES: Mapping[str, Purpose] = {purpose.value: purpose for purpose in Purpose}

#: The roles by what their column says.
ROLES: Mapping[str | None, Role | None] = {None: None, **{role.value: role for role in Role}}


def claims_from(rows: Iterable[Any]) -> list[Claim]:
    """Return the claims that rows of `CLAIM_COLUMNS` say, in their order."""
    return [_claim(*row) for row in rows]


def _claim(resource: str, purpose: str, lane: int, start: Any, end: Any, *rest: Any) -> Claim:
    appointment, role, phases = rest
    interval = Interval(_instant(start), _instant(end))
    return Claim(resource, _PURPOSES[purpose], interval, appointment, words_from(phases), ROLES[role], lane)


def _instant(value: str | datetime) -> datetime:
    """Return an instant from what the driver has: a text on SQLite, a datetime on PostgreSQL."""
    return value if isinstance(value, datetime) else instant_from(value)
