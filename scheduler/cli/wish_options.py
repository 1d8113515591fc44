"""The options that `series propose` and `series book` share: what is asked for, and what would suit the patient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from functools import reduce
from typing import Any

import click

from scheduler.cli.plain import Day
from scheduler.planner.preferences import PREFERENCES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

KNOWN = ", ".join(preference.key for preference in PREFERENCES)

Times = tuple[time | None, time | None]

Command = Callable[..., Any]


class Weekdays(click.ParamType[frozenset[int]]):
    """Weekdays by their first three letters, such as mon,thu; 0 is Monday."""

    name = "weekdays"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[int]:
        """Read the days, or say what they should look like."""
        if isinstance(value, frozenset):
            return value
        named = [name.strip().lower() for name in value.split(",")]
        for name in named:
            if name not in WEEKDAYS:
                self.fail(f"'{name}' is no weekday; write them as {','.join(WEEKDAYS)}.", param, ctx)
        return frozenset(map(WEEKDAYS.index, named))


class Between(click.ParamType[Times]):
    """Clinic-local times such as 09:00-12:30; either side may be left out."""

    name = "times"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Times:
        """Read the times, or say what they should look like."""
        if isinstance(value, tuple):
            return value
        begin, dash, end = (part.strip() for part in value.partition("-"))
        try:
            times = (_time(begin), _time(end))
        except ValueError:
            times = (None, None)
        if not dash or times == (None, None):
            self.fail(f"'{value}' are no times; write them as 09:00-12:30, 09:00- or -12:30.", param, ctx)
        return times


def _time(text: str) -> time | None:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute)) if text else None


OPTIONS = (
    click.option("--from", "earliest", type=Day(), help="First clinic-local day; today when not given."),
    click.option("--until", "latest", type=Day(), help="Last day, included; 120 days on when not given."),
    click.option("--therapist", metavar="ID", help="This therapist alone; anybody fit when not given."),
    click.option("--rather", metavar="ID", help="The therapist who would be better, if it can be."),
    click.option(
        "--weekdays",
        type=Weekdays(),
        metavar="DAYS",
        default=frozenset(),
        help="Days that suit the patient better, such as mon,thu.",
    ),
    click.option(
        "--between",
        type=Between(),
        metavar="TIMES",
        default=(None, None),
        help="Clinic-local times that suit the patient better, such as 09:00-12:30.",
    ),
    click.option(
        "--first",
        multiple=True,
        metavar="KEY",
        help=f"What matters most, before all else; may be given more than once. One of: {KNOWN}.",
    ),
    click.option(
        "--decline", "declined", multiple=True, metavar="STEP", help="A visit the patient declines."
    ),
    click.option(
        "--include", "included", multiple=True, metavar="STEP", help="An optional visit that is asked for."
    ),
)


def wish_options(command: Command) -> Command:
    """Give a command the options; `wishes_in` reads them."""
    return reduce(lambda decorated, option: option(decorated), reversed(OPTIONS), command)


def wishes_in(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a command with its wishes as `WantedSeries` names them."""
    begin, end = asked["between"]
    others = {name: value for name, value in asked.items() if name != "between"}
    steps = {name: frozenset(asked[name]) for name in ("declined", "included")}
    return {**others, **steps, "from_time": begin, "until_time": end}
