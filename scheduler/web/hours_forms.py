"""The form by which weekly hours are changed, from a day on or for a time, and what is planned of them for later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeVar

from flask import request
from wtforms import DateField, Field, StringField
from wtforms.validators import Length, Optional, ValidationError

from scheduler.domain.places import WeeklyHours
from scheduler.domain.weekly_hours import Period, WeekChange, periods_from
from scheduler.web.fact_forms import is_near
from scheduler.web.forms import LONGEST_LINE
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import later, said
from scheduler.web.week_drawing import DrawnWeek, WeekDrawing
from scheduler.web.words import day_words

# The pages have other forms with days: with names of its own, this one shares no id with them.
_PREFIX = "hours-"

# People type either dash.
_STRETCH = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def _is_hours(_form: PostedForm, field: Field) -> None:
    try:
        parsed_hours(field.data or "")
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


class HoursForm(PostedForm):
    """Weekly hours: for each weekday stretches such as '08:00–12:00, 13:00–17:00', or nothing, and when they hold."""

    first_day = DateField(later("First day"), [Optional(), is_near])
    last_day = DateField(later("Last day"), [Optional(), is_near])
    day_0 = StringField(later("Monday"), [Length(max=LONGEST_LINE), _is_hours])
    day_1 = StringField(later("Tuesday"), [Length(max=LONGEST_LINE), _is_hours])
    day_2 = StringField(later("Wednesday"), [Length(max=LONGEST_LINE), _is_hours])
    day_3 = StringField(later("Thursday"), [Length(max=LONGEST_LINE), _is_hours])
    day_4 = StringField(later("Friday"), [Length(max=LONGEST_LINE), _is_hours])
    day_5 = StringField(later("Saturday"), [Length(max=LONGEST_LINE), _is_hours])
    day_6 = StringField(later("Sunday"), [Length(max=LONGEST_LINE), _is_hours])

    def __init__(self, entered: Mapping[str, str] | None, today: date, **values: Any) -> None:
        """Begin with what was entered, or with these values; `today` is the first day where none is entered."""
        super().__init__(entered, prefix=_PREFIX, **values)
        self.today = today

    @property
    def days(self) -> list[Field]:
        """The fields in order of the week."""
        return [self[f"day_{number}"] for number in range(7)]

    def validate_first_day(self, field: Field) -> None:
        """Ask for a day that is not over: what was is not changed."""
        if field.data is not None and field.data < self.today:
            raise ValidationError(said("Enter today or a later day; what was stays as it was"))

    def validate_last_day(self, field: Field) -> None:
        """Ask for an order that can be."""
        if field.data is not None and field.data < (self.first_day.data or self.today):
            raise ValidationError(said("Enter a last day that is not before the first"))

    def change(self) -> WeekChange:
        """Return what was entered."""
        week = tuple(
            WeeklyHours(number, opens, closes)
            for number, field in enumerate(self.days)
            for opens, closes in parsed_hours(field.data or "")
        )
        return WeekChange(week, self.first_day.data or self.today, self.last_day.data)

    def when_in_words(self) -> str:
        """Return the days that were entered, such as 'from Mon 4 Jan 2027'."""
        change = self.change()
        assert change.first_day is not None, "it is today at the least"
        first = day_words(change.first_day)
        if change.last_day is None:
            return said("from %(day)s", day=first)
        return said("from %(first)s through %(last)s", first=first, last=day_words(change.last_day))


class OpeningHoursForm(HoursForm):
    """Opening hours: a week without any is a closure, which says why."""

    def validate_day_0(self, field: Field) -> None:
        """Ask for some hours."""
        if not any((day.data or "").strip() for day in self.days):
            raise ValidationError(said("Enter hours for one day at least; to shut the site, plan a closure"))


Form = TypeVar("Form", bound=HoursForm)


def hours_form(
    form: type[Form], hours: tuple[WeeklyHours, ...], today: date, *, is_sent: bool = False
) -> Form:
    """Return the form with what was sent, or with the week of today or of the later day that the address asks for."""
    if is_sent:
        return form(request.form, today)
    try:
        asked = max(today, date.fromisoformat(request.args.get("from", "")))
    except ValueError:
        asked = today
    held = [one for one in periods_from(hours, today) if one.first_day is None or one.first_day <= asked][-1]
    days = {"first_day": asked, "last_day": held.last_day}
    return form(None, today, data={**week_as_typed(held.week), **days})


def week_as_typed(week: tuple[WeeklyHours, ...]) -> dict[str, Any]:
    """Return a week as the form shows it."""
    return {
        f"day_{number}": ", ".join(
            f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in sorted(week) if one.weekday == number
        )
        for number in range(7)
    }


@dataclass(frozen=True, slots=True)
class LaterHours:
    """Another week that is planned: how it is drawn, its first day, and what takes it back when it is sent.

    Nothing does where the week before the last one only goes on again: that one is taken back itself.
    """

    drawn: DrawnWeek
    first_day: date
    taken_back: Mapping[str, str] | None


def later_hours(drawing: WeekDrawing) -> list[LaterHours]:
    """Return what is planned for later, in order; taken back, the week before it goes on instead."""
    found = []
    earlier: Period | None = None
    for one in drawing.later:
        first_day, last_day = one.period.first_day, one.period.last_day
        assert first_day is not None, "it is later"
        values = {"first_day": first_day, "last_day": last_day or "", **week_as_typed(one.before.week)}
        sent = {f"{_PREFIX}{name}": str(value) for name, value in values.items()}
        goes_on_again = earlier is not None and earlier.week == one.period.week
        found.append(LaterHours(one.drawn, first_day, None if goes_on_again else sent))
        earlier = one.before
    return found


def parsed_hours(text: str) -> tuple[tuple[time, time], ...]:
    """Return the stretches that a text names, in order. Raises `ValueError` in words for anything else."""
    stretches = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _STRETCH.fullmatch(part)
        if found is None:
            raise ValueError(said("Enter times such as 08:00–12:00, 13:00–17:00, or leave it empty"))
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
        try:
            opens, closes = time(opens_hour, opens_minute), time(closes_hour, closes_minute)
        except ValueError:
            raise ValueError(
                said("%(time)s is not a time of the day; the last is 23:59", time=part)
            ) from None
        if closes <= opens:
            raise ValueError(said("%(times)s ends before it begins", times=part))
        stretches.append((opens, closes))
    stretches.sort()
    if any(one[1] > other[0] for one, other in zip(stretches, stretches[1:], strict=False)):
        raise ValueError(said("Two of these times overlap"))
    return tuple(stretches)
