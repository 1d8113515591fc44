"""A shown way to change a series as a sealed text in its form, so that what is changed is exactly what was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.outcomes import PlannedChange
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.replan_series import WantedReplan
from scheduler.domain.people import Role

GOOD_FOR = timedelta(hours=2)
"""After this the ways are looked for anew; a change is judged anew in any case."""

Wanted = WantedMove | WantedReplan


class UnusableWay(Exception):
    """The text was not sealed here, for this account and this wish, or it is too old; the message is for the person."""


@dataclass(frozen=True, slots=True)
class OpenedWay:
    """What a sealed text stands for: the visits that change, and the key by which it is done once."""

    wanted: Mapping[str, Any]
    visits: tuple[ChangedVisit, ...]
    key: str


def sealed(way: PlannedChange, wanted: Wanted, actor: str, now: datetime) -> str:
    """Return the text for a way; it holds ids and times alone and can be used by this account only."""
    content = {
        "by": actor,
        "at": int(now.timestamp()),
        "key": uuid4().hex,
        "wanted": _sealed_wish(wanted),
        "visits": [_sealed_visit(visit) for visit in changed_visits(way)],
    }
    return _serializer().dumps(content)


def changed_visits(way: PlannedChange) -> tuple[ChangedVisit, ...]:
    """Return what a way does, as somebody would choose it: each visit by the one that it changes or replaces."""
    before = {visit.id: visit for visit in way.before.appointments}
    return tuple(
        ChangedVisit(old.id, old.version, visit.start, visit.room, visit.staff, visit.relief)
        for visit in way.after.appointments
        if before.get(visit.id) != visit
        for old in [before.get(visit.id) or way.replaces[visit.id]]
    )


def opened(text: str, about: str, actor: str, now: datetime) -> OpenedWay:
    """Return what a sealed text stands for; `about` is the visit or series that was asked about. Raises `UnusableWay`."""
    try:
        content = _serializer().loads(text)
    except BadData:
        raise UnusableWay("The choice could not be read. Please choose again.") from None
    if (content["by"], content["wanted"]["about"]) != (actor, about):
        raise UnusableWay("The choice was made for something else. Please choose again.")
    if now - datetime.fromtimestamp(content["at"], UTC) > GOOD_FOR:
        raise UnusableWay("Those ways were more than two hours old. Nothing was changed; look again.")
    return OpenedWay(content["wanted"], tuple(map(_visit, content["visits"])), content["key"])


def wanted_move(content: Mapping[str, Any]) -> WantedMove:
    """Return the wish to move a visit that was sealed."""
    exactly, no_earlier, no_later = (text and datetime.fromisoformat(text) for text in content["instants"])
    return WantedMove(
        content["about"],
        exactly=exactly,
        no_earlier=no_earlier,
        no_later=no_later,
        not_on=_day(content["not_on"]),
        stay=frozenset(content["stay"]),
        others_may_guide=frozenset(content["others_may_guide"]),
    )


def wanted_replan(content: Mapping[str, Any]) -> WantedReplan:
    """Return the wish to plan a series anew that was sealed."""
    days = (_day(content["not_before"]), _day(content["not_on"]))
    return WantedReplan(content["about"], *days, stay=frozenset(content["stay"]))


def _sealed_wish(wanted: Wanted) -> dict[str, Any]:
    shared = {"not_on": wanted.not_on and wanted.not_on.isoformat(), "stay": sorted(wanted.stay)}
    if isinstance(wanted, WantedReplan):
        first = wanted.not_before and wanted.not_before.isoformat()
        return {"about": wanted.series, "not_before": first, **shared}
    instants = (wanted.exactly, wanted.no_earlier, wanted.no_later)
    return {
        "about": wanted.appointment,
        "instants": [instant and instant.isoformat() for instant in instants],
        "others_may_guide": sorted(wanted.others_may_guide),
        **shared,
    }


def _sealed_visit(visit: ChangedVisit) -> list[Any]:
    relief = [[role, segment, person] for (role, segment), person in sorted(visit.relief.items())]
    start = int(visit.start.timestamp())
    return [visit.appointment, visit.version, start, visit.room, dict(visit.staff), relief]


def _visit(content: list[Any]) -> ChangedVisit:
    id, version, start, room, staff, relief = content
    return ChangedVisit(
        id,
        version,
        datetime.fromtimestamp(start, UTC),
        room,
        {Role(role): person for role, person in staff.items()},
        {(Role(role), segment): person for role, segment, person in relief},
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="chosen-change-1")
