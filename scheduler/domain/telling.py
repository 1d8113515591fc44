"""English sentences of pure rooms that remember how they were made, so that pages can tell them in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Making:
    """How a sentence was made: the sentence itself, that of many where it counts `num`, and its values; or of a day."""

    sentence: str
    many: str = ""
    num: int = 1
    values: Mapping[str, object] = field(default_factory=dict)
    day: date | None = None


class Told(str):
    """A sentence in English, with how it was made. To everybody who does not ask, a text like any other."""

    __slots__ = ("making",)
    making: Making


def told(sentence: str, **values: object) -> Told:
    """Return a sentence with its values: `told("Half within %(days)s", days=…)`; without any, per cent signs are plain."""
    return _made(sentence % values if values else sentence, Making(sentence, values=values))


def told_of_number(one: str, many: str, num: int, **values: object) -> Told:
    """Return the sentence for a number: `told_of_number("%(num)s visit", "%(num)s visits", 2)`."""
    text = (one if num == 1 else many) % {"num": num, **values}
    return _made(text, Making(one, many, num, values))


def told_day(day: date) -> Told:
    """Return a day of a month, such as 'Dec 3'."""
    return _made(f"{day:%b} {day.day}", Making("", day=day))


def _made(text: str, making: Making) -> Told:
    found = Told(text)
    found.making = making
    return found
