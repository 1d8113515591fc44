"""A drawn proposal as a sealed text in its form, so that what is booked is exactly what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from scheduler.booking.book_series import BookSeries
from scheduler.booking.preview_series import PreviewSeries
from scheduler.booking.request import ChosenVisit, WantedSeries
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.web.speech import said

GOOD_FOR = timedelta(hours=2)
"""After this a proposal is looked for anew; it is judged anew at booking in any case."""


@dataclass(frozen=True, slots=True)
class UnusableChoice(Exception):
    """The text was not sealed here, for this account and patient, or it is too old; `why` is for the person.

    `command` is what it stood for where its wishes can still be looked for anew, else `None`.
    """

    why: str
    command: BookSeries | None = None


def sealed(series: Series, wishes: WantedSeries, actor: str, now: datetime) -> str:
    """Return the text for a proposed series; it holds ids and times alone and can be used by this account only."""
    content = {
        "by": actor,
        "at": int(now.timestamp()),
        "key": uuid4().hex,
        "patient": wishes.patient,
        "protocol": wishes.protocol,
        "earliest": wishes.earliest and wishes.earliest.isoformat(),
        "latest": wishes.latest and wishes.latest.isoformat(),
        "therapist": wishes.therapist,
        "declined": sorted(wishes.declined),
        "included": sorted(wishes.included),
        "rather": wishes.rather,
        "weekdays": sorted(wishes.weekdays),
        "between": [at and at.isoformat() for at in (wishes.from_time, wishes.until_time)],
        "first": list(wishes.first),
        "visits": [_sealed_visit(visit) for visit in series.appointments],
    }
    return _serializer().dumps(content)


def opened(text: str, patient: str, actor: str, now: datetime) -> BookSeries:
    """Return the booking that a sealed text stands for. Raises `UnusableChoice`."""
    try:
        content = _serializer().loads(text)
    except BadData:
        raise UnusableChoice(said("The choice could not be read. Please choose again.")) from None
    if (content["by"], content["patient"]) != (actor, patient):
        raise UnusableChoice(said("The choice was made for somebody else. Please choose again."))
    if now - datetime.fromtimestamp(content["at"], UTC) > GOOD_FOR:
        why = said(
            "Those proposals were more than two hours old. Nothing was booked; here is what is free now."
        )
        raise UnusableChoice(why, _booking(content))
    return _booking(content)


def wishes_of(command: BookSeries) -> PreviewSeries:
    """Return the wishes behind a booking, for looking at what is free instead."""
    return PreviewSeries(
        patient=command.patient,
        protocol=command.protocol,
        earliest=command.earliest,
        latest=command.latest,
        therapist=command.therapist,
        declined=command.declined,
        included=command.included,
        rather=command.rather,
        weekdays=command.weekdays,
        from_time=command.from_time,
        until_time=command.until_time,
        first=command.first,
    )


def _sealed_visit(visit: Appointment) -> list[Any]:
    relief = [[role, segment, person] for (role, segment), person in sorted(visit.relief.items())]
    return [visit.step, int(visit.start.timestamp()), visit.room, dict(visit.staff), relief]


def _booking(content: dict[str, Any]) -> BookSeries:
    begin, end = (at and time.fromisoformat(at) for at in content["between"])
    return BookSeries(
        patient=content["patient"],
        protocol=content["protocol"],
        earliest=_day(content["earliest"]),
        latest=_day(content["latest"]),
        therapist=content["therapist"],
        declined=frozenset(content["declined"]),
        included=frozenset(content["included"]),
        rather=content["rather"],
        weekdays=frozenset(content["weekdays"]),
        from_time=begin,
        until_time=end,
        first=tuple(content["first"]),
        visits=tuple(
            ChosenVisit(
                step,
                datetime.fromtimestamp(start, UTC),
                room,
                {Role(role): person for role, person in staff.items()},
                {(Role(role), segment): person for role, segment, person in relief},
            )
            for step, start, room, staff, relief in content["visits"]
        ),
        idempotency_key=content["key"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _serializer() -> URLSafeSerializer:
    # The number rises with what is sealed, so that a page of an older program is answered in words.
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="chosen-proposal-3")
