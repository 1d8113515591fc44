"""English sentences of pure rooms that remember how they were made, so that pages can tell them in other languages.

They are put together by these functions alone: a text that is added to, cut or formatted is a plain English text again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from scheduler.domain.clock import local


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence with its values; that of many beside it where it counts `num`."""

    sentence: str
    many: str = ""
    num: int = 1
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, UTC, told by the clocks of a zone; `alone` leaves out the day and the zone."""

    instant: datetime
    zone: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, told with its weekday and year, or as a day of its month alone."""

    day: date
    of_month: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts one after the other, each with what comes before the next: the `last` before the last one."""

    texts: tuple[str, ...]
    between: str = ", "
    last: str = ", "


@dataclass(frozen=True, slots=True)
class Whole:
    """A text with a capital at its beginning and a full stop at its end."""

    text: str


#: How a text was made.
Making: TypeAlias = Saying | Moment | Day | Parts | Whole


class Told(str):
    """A text in English, with how it was made. To everybody who does not ask, a text like any other."""

    __slots__ = ("making",)
    making: Making


def told(sentence: str, **values: object) -> Told:
    """Return a sentence with its values: `told("Half within %(days)s", days=…)`; without any, per cent signs are plain."""
    return _made(sentence % values if values else sentence, Saying(sentence, values=values))


def told_of_number(one: str, many: str, num: int, **values: object) -> Told:
    """Return the sentence for a number: `told_of_number("%(num)s visit", "%(num)s visits", 2)`."""
    text = (one if num == 1 else many) % {"num": num, **values}
    return _made(text, Saying(one, many, num, values))


def told_moment(instant: datetime, zone: str) -> Told:
    """Return an instant by the clocks of a zone: 'Thu 3 Dec 2026 10:00 MST'."""
    at = local(instant, zone)
    return _made(f"{at:%a} {at.day} {at:%b %Y %H:%M} {at.tzname()}", Moment(instant, zone))


def told_time(instant: datetime, zone: str) -> Told:
    """Return the time of an instant by the clocks of a zone, without the day: '10:00'."""
    return _made(f"{local(instant, zone):%H:%M}", Moment(instant, zone, alone=True))


def told_date(day: date) -> Told:
    """Return a calendar day: 'Thu 3 Dec 2026'."""
    return _made(f"{day:%a} {day.day} {day:%b %Y}", Day(day))


def told_day(day: date) -> Told:
    """Return a day of a month, such as 'Dec 3'."""
    return _made(f"{day:%b} {day.day}", Day(day, of_month=True))


def told_joined(texts: Iterable[str], between: str = " ") -> Told:
    """Return texts one after the other, with the same between any two."""
    every = tuple(texts)
    return _made(between.join(every), Parts(every, between, between))


def told_list(texts: Iterable[str]) -> Told:
    """Return texts as a list for reading: 'D1, D2 and D3'; 'none' without any."""
    every = tuple(texts)
    if not every:
        return told("none")
    text = every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"
    return _made(text, Parts(every, last=told(" and ")))


def told_either(texts: Iterable[str]) -> Told:
    """Return texts as a choice: 'D1, D2 or D3'; 'none' without any."""
    every = told_list(texts)
    if not isinstance(every.making, Parts):
        return every
    *first, end = every.making.texts
    text = f"{', '.join(first)} or {end}" if first else end
    return _made(text, Parts(every.making.texts, last=told(" or ")))


def told_whole(text: str) -> str:
    """Return a text with a capital at its beginning and a full stop at its end."""
    whole = text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
    return _made(whole, Whole(text)) if isinstance(text, Told) else whole


def _made(text: str, making: Making) -> Told:
    found = Told(text)
    found.making = making
    return found
