"""API tokens as they are kept: by name, with the role they act in, known by a hash of the secret alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from scheduler.access.permissions import AccountRole
from scheduler.store.base import table_of
from scheduler.store.tables_accounts import ApiTokenRow
from scheduler.store.work import reading, writing

_token = table_of(ApiTokenRow)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program signs its requests with.

    `staff` is the member of staff it acts for and `site` the one site it is limited to; either may be `None`.
    `revoked_at` and `last_used_at` are `None` until that happened; the last use is noted now and then, not each time.
    """

    name: str
    role: AccountRole
    staff: str | None
    site: str | None
    token_hash: str = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


def save_api_token(token: ApiToken) -> None:
    """Write a new token. Raises `Conflict` when somebody else took its name a moment ago."""
    row = {
        "name": token.name,
        "role": token.role.value,
        "staff_id": token.staff,
        "site_id": token.site,
        "token_hash": token.token_hash,
        "created_at": token.created_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    }
    writing().execute(insert(_token).values(row))


def api_token(name: str) -> ApiToken | None:
    """Return the token with this name, revoked or not; `None` when there is none."""
    with reading() as connection:
        row = connection.execute(select(_token).where(_token.c.name == name)).one_or_none()
    return None if row is None else _token_from(row)


def standing_api_token(token_hash: str) -> ApiToken | None:
    """Return the token with this hash, or `None` when there is none or it was revoked."""
    query = select(_token).where(_token.c.token_hash == token_hash, _token.c.revoked_at.is_(None))
    with reading() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else _token_from(row)


def api_tokens() -> tuple[ApiToken, ...]:
    """Return every token, the revoked ones included, oldest first."""
    with reading() as connection:
        rows = connection.execute(select(_token).order_by(_token.c.created_at, _token.c.name))
        return tuple(_token_from(row) for row in rows)


def mark_revoked(name: str, at: datetime) -> None:
    """End a token; one that has ended stays as it is."""
    ended = update(_token).where(_token.c.name == name, _token.c.revoked_at.is_(None)).values(revoked_at=at)
    writing().execute(ended)


def note_use(name: str, at: datetime) -> None:
    """Remember that a request was signed with a token."""
    writing().execute(update(_token).where(_token.c.name == name).values(last_used_at=at))


def _token_from(row: Any) -> ApiToken:
    return ApiToken(
        name=row.name,
        role=AccountRole(row.role),
        staff=row.staff_id,
        site=row.site_id,
        token_hash=row.token_hash,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
