"""The demo clinic, invented throughout, as it stands on the day it is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from scheduler.clinic_file.forms import WEEKDAYS
from scheduler.clinic_file.text import load_text

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RELATIVE = re.compile(
    r"(?:start(?:(?P<days>[+-]\d+)d)?"
    r"|week(?P<weeks>[+-]\d+)?\.(?P<weekday>[a-z]{3})"
    r"|year(?P<years>[+-]\d+)?\.(?:(?P<month>[a-z]{3})(?P<day>\d+)|(?P<thanksgiving>thanksgiving)))"
    r"(?P<time> \d\d:\d\d)?"
)


def demo_document(today: date) -> Mapping[str, object]:
    """Return the clinic file of the demo clinic with its days counted from `today`, a clinic-local day.

    Existing appointments that would fall on a day on which the clinic is closed are left out.
    """
    document = {key: _resolved(value, today) for key, value in _template().items()}
    closed = _closed_days(document)
    appointments = [
        entry for entry in _entries(document, "appointments") if str(entry["start"])[:10] not in closed
    ]
    return {**document, "appointments": appointments}


def demo_with_group(today: date) -> Mapping[str, object]:
    """Return the same file with the one group of the demo clinic, its room, its people and its protocol."""
    document = demo_document(today)
    more = {key: _resolved(value, today) for key, value in _template("group.yaml").items()}
    return {**document, **{key: [*_entries(document, key), *_entries(more, key)] for key in more}}


@cache
def _template(name: str = "clinic.yaml") -> Mapping[str, object]:
    return load_text(files(__name__).joinpath(name).read_text(encoding="utf-8"))


def _resolved(value: object, today: date) -> object:
    """Return a copy in which every relative day is written out."""
    match value:
        case Mapping():
            return {key: _resolved(child, today) for key, child in value.items()}
        case list():
            return [_resolved(child, today) for child in value]
        case str() if found := _RELATIVE.fullmatch(value):
            return f"{_day(found, today)}{found['time'] or ''}"
    return value


def _day(found: re.Match[str], today: date) -> date:
    """Return the day that a relative day means: from the start, in a week counted from the start's, or in a year."""
    if found["weekday"]:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(weeks=int(found["weeks"] or 0), days=WEEKDAYS.index(found["weekday"]))
    year = today.year + int(found["years"] or 0)
    if found["thanksgiving"]:
        first = date(year, 11, 1)
        return first + timedelta(days=(WEEKDAYS.index("thu") - first.weekday()) % 7, weeks=3)
    if found["month"]:
        return date(year, _MONTHS.index(found["month"]) + 1, int(found["day"]))
    return today + timedelta(days=int(found["days"] or 0))


def _closed_days(document: Mapping[str, object]) -> frozenset[str]:
    closed = set()
    for site in _entries(document, "sites"):
        for closure in _entries(site, "closures"):
            day, last = date.fromisoformat(str(closure["from"])), date.fromisoformat(str(closure["through"]))
            while day <= last:
                closed.add(day.isoformat())
                day += timedelta(days=1)
    return frozenset(closed)


def _entries(holder: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    entries = holder.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
