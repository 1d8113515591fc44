"""A shown way to move a visit as a sealed text in its form, so that what is changed is exactly what was looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.move_appointment import MoveAppointment
from scheduler.booking.outcomes import PlannedChange
from scheduler.booking.preview_move import WantedMove
from scheduler.domain.people import Role

GOOD_FOR = timedelta(hours=2)
"""After this the ways are looked for anew; a move is judged anew in any case."""


class UnusableMove(Exception):
    """The text was not sealed here, for this account and visit, or it is too old; the message is for the person."""


def sealed(way: PlannedChange, wanted: WantedMove, actor: str, now: datetime) -> str:
    """Return the text for a way; it holds ids and times alone and can be used by this account only."""
    before = {visit.id: visit for visit in way.before.appointments}
    content = {
        "by": actor,
        "at": int(now.timestamp()),
        "key": uuid4().hex,
        "wanted": _sealed_wish(wanted),
        "visits": [
            [
                visit.id,
                before[visit.id].version,
                int(visit.start.timestamp()),
                visit.room,
                dict(visit.staff),
                [[role, segment, person] for (role, segment), person in sorted(visit.relief.items())],
            ]
            for visit in way.after.appointments
            if before[visit.id] != visit
        ],
    }
    return _serializer().dumps(content)


def opened(text: str, visit: str, actor: str, now: datetime) -> MoveAppointment:
    """Return the move that a sealed text stands for. Raises `UnusableMove`."""
    try:
        content = _serializer().loads(text)
    except BadData:
        raise UnusableMove("The choice could not be read. Please choose again.") from None
    if (content["by"], content["wanted"]["appointment"]) != (actor, visit):
        raise UnusableMove("The choice was made for something else. Please choose again.")
    if now - datetime.fromtimestamp(content["at"], UTC) > GOOD_FOR:
        raise UnusableMove("Those ways were more than two hours old. Nothing was moved; look again.")
    visits = tuple(
        ChangedVisit(
            id,
            version,
            datetime.fromtimestamp(start, UTC),
            room,
            {Role(role): person for role, person in staff.items()},
            {(Role(role), segment): person for role, segment, person in relief},
        )
        for id, version, start, room, staff, relief in content["visits"]
    )
    return MoveAppointment(_wish(content["wanted"]), visits, content["key"])


def _sealed_wish(wanted: WantedMove) -> dict[str, Any]:
    instants = (wanted.exactly, wanted.no_earlier, wanted.no_later)
    return {
        "appointment": wanted.appointment,
        "instants": [instant and instant.isoformat() for instant in instants],
        "not_on": wanted.not_on and wanted.not_on.isoformat(),
        "stay": sorted(wanted.stay),
        "others_may_guide": sorted(wanted.others_may_guide),
    }


def _wish(content: dict[str, Any]) -> WantedMove:
    exactly, no_earlier, no_later = (text and datetime.fromisoformat(text) for text in content["instants"])
    return WantedMove(
        content["appointment"],
        exactly=exactly,
        no_earlier=no_earlier,
        no_later=no_later,
        not_on=content["not_on"] and date.fromisoformat(content["not_on"]),
        stay=frozenset(content["stay"]),
        others_may_guide=frozenset(content["others_may_guide"]),
    )


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="chosen-move-1")
