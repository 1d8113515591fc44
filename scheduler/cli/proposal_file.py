"""The file of a proposal: what `propose` prints of its wishes, and all of it as `book --proposal` reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, TypeVar

from scheduler.booking.book_series import BookSeries
from scheduler.booking.request import ChosenVisit, WantedSeries
from scheduler.cli.plain import moment_in
from scheduler.cli.wish_options import WEEKDAYS
from scheduler.clinic_file.forms import day_in
from scheduler.domain.errors import InvalidValue
from scheduler.domain.people import Role

Read = TypeVar("Read")

_TIMES = frozenset({"from_time", "until_time"})

_UNREADABLE = "The proposal cannot be read; give it as `series propose --json` prints it."


def wishes_json(wanted: WantedSeries) -> dict[str, Any]:
    """Return what was asked for besides patient, protocol and visits, named as the options are; `null` for not asked.

    Days are clinic-local, both included; times are clinic-local too.
    """
    times = (wanted.from_time, wanted.until_time)
    return {
        "from": wanted.earliest and wanted.earliest.isoformat(),
        "until": wanted.latest and wanted.latest.isoformat(),
        "therapist": wanted.therapist,
        "rather": wanted.rather,
        "weekdays": [WEEKDAYS[day] for day in sorted(wanted.weekdays)],
        "between": [at and at.isoformat("minutes") for at in times],
        "first": list(wanted.first),
    }


def booking_of(text: str, asked: Mapping[str, Any]) -> BookSeries:
    """Return the booking of the proposal in a text; what was asked for beside it replaces what the text says.

    A text without wishes has none. Raises `InvalidValue` for a text that holds no proposal, or a broken one.
    """
    proposal = _proposal(text)
    try:
        said: dict[str, Any] = {
            "patient": _word(proposal["patient"]),
            "protocol": _word(proposal["protocol"]),
        }
        said |= _wishes(proposal.get("wishes") or {})
        steps = {
            name: asked[name] | frozenset(map(_word, _list(proposal.get(name))))
            for name in ("declined", "included")
        }
        visits = tuple(_chosen(visit) for visit in _list(proposal["visits"]))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InvalidValue(_UNREADABLE) from error
    given = {name: value for name, value in asked.items() if value}
    if not _TIMES.isdisjoint(given):
        # Times are asked for together, so a side that was left open stays open.
        said |= dict.fromkeys(_TIMES)
    return BookSeries(**{**said, **given, **steps, "visits": visits})


def _proposal(text: str) -> dict[str, Any]:
    """Read one proposal, or the first of what `propose` printed."""
    try:
        document = json.loads(text)
        found = document["proposals"][0] if "proposals" in document else document
        if not isinstance(found, dict):
            raise TypeError("not an object")
        missing = {"patient", "protocol", "visits"} - set(found)
    except (ValueError, LookupError, TypeError) as error:
        raise InvalidValue(
            "The file holds no proposal; give one as `series propose --json` prints it."
        ) from error
    if missing:
        raise InvalidValue(f"The proposal does not say its {', '.join(sorted(missing))}.")
    return dict(found)


def _wishes(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `wishes_json` wrote, by the names of `WantedSeries`; what is left out was not asked for."""
    begin, end = _list(written.get("between")) or (None, None)
    return {
        "earliest": _if_said(written.get("from"), day_in),
        "latest": _if_said(written.get("until"), day_in),
        "therapist": _if_said(written.get("therapist"), str),
        "rather": _if_said(written.get("rather"), str),
        "weekdays": frozenset(WEEKDAYS.index(_word(day)) for day in _list(written.get("weekdays"))),
        "from_time": _if_said(begin, time.fromisoformat),
        "until_time": _if_said(end, time.fromisoformat),
        "first": tuple(map(_word, _list(written.get("first")))),
    }


def _if_said(value: object, read: Callable[[str], Read]) -> Read | None:
    return None if value is None else read(_word(value))


def _chosen(visit: dict[str, Any]) -> ChosenVisit:
    return ChosenVisit(
        step=_word(visit["step"]),
        start=moment_in(visit["start"]),
        room=None if visit["room"] is None else _word(visit["room"]),
        staff={Role(role): _word(person) for role, person in visit["staff"].items()},
        relief={
            (Role(one["role"]), int(one["segment"])): _word(one["person"])
            for one in _list(visit.get("relief"))
        },
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | None):
        raise TypeError("not a list")
    return value or []
