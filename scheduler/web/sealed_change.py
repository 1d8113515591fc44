"""A shown way to change a series as a sealed text in its form, so that what is changed is exactly what was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.extend_series import WantedExtension
from scheduler.booking.plain_visits import as_plain, from_plain
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.replan_series import WantedReplan
from scheduler.web.speech import said

GOOD_FOR = timedelta(hours=2)
"""After this the ways are looked for anew; a change is judged anew in any case."""

Wanted = WantedMove | WantedReplan | WantedExtension


class UnusableWay(Exception):
    """The text was not sealed here, for this account and this wish, or it is too old; the message is for the person."""


@dataclass(frozen=True, slots=True)
class SealedChange:
    """What a text stands for: the visits as they shall be, a key by which it is done once, and the wish behind it.

    The wish is empty where nothing but the visits matters.
    """

    visits: tuple[ChangedVisit, ...]
    key: str
    wanted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seal:
    """For what and whom a text is sealed, and when: it can be used by this account only."""

    about: str
    actor: str
    now: datetime


def sealed(visits: Iterable[ChangedVisit], seal: Seal, wanted: Wanted | None = None) -> str:
    """Return the text for a change; it holds ids and times alone."""
    content = {
        "by": seal.actor,
        "about": seal.about,
        "at": int(seal.now.timestamp()),
        "key": uuid4().hex,
        "wanted": _sealed_wish(wanted) if wanted else {},
        "visits": [as_plain(visit) for visit in visits],
    }
    return _serializer().dumps(content)


def opened(text: str, seal: Seal) -> SealedChange:
    """Return what a text stands for. Raises `UnusableWay`."""
    try:
        content = _serializer().loads(text)
    except BadData:
        raise UnusableWay(said("The choice could not be read. Please choose again.")) from None
    if (content["by"], content["about"]) != (seal.actor, seal.about):
        raise UnusableWay(said("The choice was made for something else. Please choose again."))
    if seal.now - datetime.fromtimestamp(content["at"], UTC) > GOOD_FOR:
        raise UnusableWay(said("Those ways were more than two hours old. Nothing was changed; look again."))
    return SealedChange(tuple(map(from_plain, content["visits"])), content["key"], content["wanted"])


def wanted_move(appointment: str, content: Mapping[str, Any]) -> WantedMove:
    """Return the wish to move a visit that was sealed."""
    exactly, no_earlier, no_later = (text and datetime.fromisoformat(text) for text in content["instants"])
    return WantedMove(
        appointment,
        exactly=exactly,
        no_earlier=no_earlier,
        no_later=no_later,
        not_on=_day(content["not_on"]),
        stay=frozenset(content["stay"]),
        others_may_guide=frozenset(content["others_may_guide"]),
    )


def wanted_replan(series: str, content: Mapping[str, Any]) -> WantedReplan:
    """Return the wish to plan a series anew that was sealed."""
    days = (_day(content["not_before"]), _day(content["not_on"]))
    return WantedReplan(series, *days, stay=frozenset(content["stay"]))


def wanted_extension(series: str, content: Mapping[str, Any]) -> WantedExtension:
    """Return the wish to extend a series that was sealed."""
    visits, least, most = content["numbers"]
    return WantedExtension(series, visits, least, most, _day(content["not_before"]))


def _sealed_wish(wanted: Wanted) -> dict[str, Any]:
    if isinstance(wanted, WantedExtension):
        numbers = (wanted.visits, wanted.at_least_days, wanted.at_most_days)
        return {
            "numbers": numbers,
            "not_before": wanted.not_before and wanted.not_before.isoformat(),
        }
    shared = {"not_on": wanted.not_on and wanted.not_on.isoformat(), "stay": sorted(wanted.stay)}
    if isinstance(wanted, WantedReplan):
        return {"not_before": wanted.not_before and wanted.not_before.isoformat(), **shared}
    instants = (wanted.exactly, wanted.no_earlier, wanted.no_later)
    return {
        "instants": [instant and instant.isoformat() for instant in instants],
        "others_may_guide": sorted(wanted.others_may_guide),
        **shared,
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _serializer() -> URLSafeSerializer:
    # The number rises with what is sealed, so that a page of an older program is answered in words.
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="chosen-change-1")
