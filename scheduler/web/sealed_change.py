"""A way that was told on a page as a sealed text in its form, so that what is taken is exactly what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from scheduler.booking.changed_series import ChangedVisit
from scheduler.domain.people import Role

GOOD_FOR = timedelta(hours=2)
"""After this the ways are looked for anew; whatever is taken is judged anew in any case."""


@dataclass(frozen=True, slots=True)
class SealedChange:
    """The visits as they shall be, and a key: pressing twice changes them once."""

    visits: tuple[ChangedVisit, ...]
    key: str


def sealed(visits: tuple[ChangedVisit, ...], about: str, actor: str, now: datetime) -> str:
    """Return the text for a change; it holds ids and times alone, and only this account can use it, for what it is about."""
    content = {
        "by": actor,
        "about": about,
        "at": int(now.timestamp()),
        "key": uuid4().hex,
        "visits": [_sealed_visit(visit) for visit in visits],
    }
    return _serializer().dumps(content)


def opened(text: str, about: str, actor: str, now: datetime) -> SealedChange | None:
    """Return the change that a text stands for, `None` when it is too old or was not sealed here for this account."""
    try:
        content = _serializer().loads(text)
    except BadData:
        return None
    is_old = now - datetime.fromtimestamp(content["at"], UTC) > GOOD_FOR
    if is_old or (content["by"], content["about"]) != (actor, about):
        return None
    return SealedChange(tuple(_opened_visit(visit) for visit in content["visits"]), content["key"])


def _sealed_visit(visit: ChangedVisit) -> list[Any]:
    relief = [[role, segment, person] for (role, segment), person in sorted(visit.relief.items())]
    # To the microsecond: a visit need not start with a minute.
    start = visit.start.isoformat()
    return [visit.appointment, visit.version, start, visit.room, dict(visit.staff), relief]


def _opened_visit(content: list[Any]) -> ChangedVisit:
    appointment, version, start, room, staff, relief = content
    return ChangedVisit(
        appointment,
        version,
        datetime.fromisoformat(start),
        room,
        {Role(role): person for role, person in staff.items()},
        {(Role(role), segment): person for role, segment, person in relief},
    )


def _serializer() -> URLSafeSerializer:
    # The number rises with what is sealed, so that a page of an older program is answered in words.
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="chosen-change-1")
