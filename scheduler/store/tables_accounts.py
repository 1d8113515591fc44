"""Tables of who may sign in, which attempts failed, and what was done by whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, Row, RowNumber


class AccountRow(Row):
    """Somebody who may sign in; without a site the account is for all sites."""

    __tablename__ = "account"

    username: Mapped[Key]
    site_id: Mapped[str | None] = mapped_column(ForeignKey("site.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool]
    manner: Mapped[str | None]


class SignInFailureRow(Row):
    """A failed attempt to sign in, under a key that names neither an account nor an address in the clear."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[RowNumber]
    key: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class ApiTokenRow(Row):
    """What a program signs its requests with; only a hash of it is kept. Without a site it is for all sites."""

    __tablename__ = "api_token"

    name: Mapped[Key]
    site_id: Mapped[str | None] = mapped_column(ForeignKey("site.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class AuditEntryRow(Row):
    """What was done, by whom and to what; without personal data. Rows are added, never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[RowNumber]
    site_id: Mapped[str | None] = mapped_column(ForeignKey("site.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    verb: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    details: Mapped[Json]
