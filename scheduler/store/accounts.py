"""Accounts as they are kept, and the count of attempts to sign in that failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from scheduler.access.permissions import AccountRole
from scheduler.domain.manners import USUAL, Manner, manner_of
from scheduler.store.base import table_of
from scheduler.store.rows import put
from scheduler.store.tables_accounts import AccountRow, SignInFailureRow
from scheduler.store.work import reading, writing

_account = table_of(AccountRow)
_failure = table_of(SignInFailureRow)

#: Failures older than this throttle nobody any more and are forgotten.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    `staff` is the member of staff behind the account and `site` the one site it is limited to; either may be `None`.
    An account that is not `active` cannot sign in. `manner` is how the pages speak to it.
    """

    username: str
    role: AccountRole
    staff: str | None
    site: str | None
    password_hash: str = field(repr=False)
    active: bool = True
    manner: Manner = USUAL


def account(username: str) -> Account | None:
    """Return the account with this name, active or not; `None` when there is none."""
    with reading() as connection:
        row = connection.execute(select(_account).where(_account.c.username == username)).one_or_none()
    if row is None:
        return None
    return Account(
        username=row.username,
        role=AccountRole(row.role),
        staff=row.staff_id,
        site=row.site_id,
        password_hash=row.password_hash,
        active=row.active,
        manner=manner_of(row.manner),
    )


def save_account(account: Account) -> None:
    """Write an account, in place of the one with the same name."""
    row = {
        "username": account.username,
        "role": account.role.value,
        "staff_id": account.staff,
        "site_id": account.site,
        "password_hash": account.password_hash,
        "active": account.active,
        # Who has chosen nothing follows what is usual.
        "manner": None if account.manner is USUAL else account.manner.value,
    }
    put(writing(), _account, row)


def note_failure(key: str, at: datetime) -> None:
    """Count a failed attempt under a key, and forget those of long ago."""
    connection = writing()
    connection.execute(delete(_failure).where(_failure.c.at < at - REMEMBERED))
    connection.execute(insert(_failure).values(key=key, at=at))


def failures_since(key: str, at: datetime) -> int:
    """Return how many attempts failed under a key at this instant or later, for a day at most."""
    query = select(func.count()).where(_failure.c.key == key, _failure.c.at >= at)
    with reading() as connection:
        return connection.execute(query).scalar_one()


def clear_failures(key: str) -> None:
    """Forget the failed attempts under a key."""
    writing().execute(delete(_failure).where(_failure.c.key == key))
