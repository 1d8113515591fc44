"""The small forms that entries of a document are made of: ids, days, moments, stretches of time, weekly hours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from scheduler.domain.clock import zone_of
from scheduler.domain.errors import InvalidValue
from scheduler.domain.places import WeeklyHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_OF_WEEK = re.compile(r"^(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))?$")
_STRETCH = re.compile(r"^(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$")
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)


class Form(BaseModel):
    """What every entry has in common: a name that is not known is a fault, never skipped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def day_in(text: object) -> date:
    """Read a calendar day such as 2026-12-03. Raises `ValueError`, with the mend after a bar, for anything else."""
    if isinstance(text, date) and not isinstance(text, datetime):
        text = text.isoformat()
    try:
        if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a day | write it as 2026-12-03") from None
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError(f"the year of {day} cannot be meant | from {_EARLIEST.year} to {_LATEST.year}")
    return day


def moment_in(text: object) -> str:
    """Check a moment such as '2026-12-03 10:00', clinic-local, or one with an offset; return its text."""
    if isinstance(text, datetime):
        text = text.isoformat()
    try:
        if not isinstance(text, str) or not re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", text):
            raise ValueError
        moment = datetime.fromisoformat(text)
    except ValueError:
        mend = "write it as 2026-12-03 10:00, meant in the zone of the site, or with an offset"
        raise ValueError(f"'{text}' is not a moment | {mend}") from None
    day_in(moment.date())
    return text


def zone_in(name: str) -> str:
    """Check the name of a time zone."""
    try:
        zone_of(name)
    except InvalidValue as error:
        problem, _, mend = str(error).partition("; ")
        raise ValueError(f"{problem} | {mend}") from None
    return name


def weekdays_in(text: str) -> tuple[int, ...]:
    """Read 'mon', 'mon-thu' or 'mon, wed, fri' as numbers, 0 for Monday."""
    days: list[int] = []
    for part in text.split(","):
        found = _DAYS_OF_WEEK.match(part.strip())
        first, last = (found["first"], found["last"] or found["first"]) if found else ("", "")
        if first not in WEEKDAYS or last not in WEEKDAYS:
            raise ValueError(f"'{part.strip()}' is not a weekday | use {', '.join(WEEKDAYS)}, or mon-thu")
        if WEEKDAYS.index(last) < WEEKDAYS.index(first):
            raise ValueError(f"'{part.strip()}' runs backwards | a week goes from mon to sun")
        days += range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)
    return tuple(days)


def stretches_in(text: str) -> tuple[tuple[time, time], ...]:
    """Read '08:00-12:00, 13:00-16:00' as opening and closing times of one day."""
    found = []
    for part in text.split(","):
        stretch = _STRETCH.match(part.strip())
        if stretch is None:
            raise ValueError(
                f"'{part.strip()}' is not a stretch of a day | write 08:00-17:00, more of them with commas"
            )
        opens, closes = _time_in(stretch[1]), _time_in(stretch[2])
        if closes <= opens:
            raise ValueError(
                f"{stretch[1]}-{stretch[2]} ends before it starts | hours past midnight belong to two days"
            )
        found.append((opens, closes))
    for (_, earlier_close), (opens, _) in zip(sorted(found), sorted(found)[1:], strict=False):
        if opens < earlier_close:
            raise ValueError(f"'{text}' has stretches that overlap | join them into one")
    return tuple(found)


def _time_in(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        mend = "a day ends at 23:59" if text == "24:00" else "times run from 00:00 to 23:59"
        raise ValueError(f"'{text}' is not a time of day | {mend}") from None


def _hours_in(week: dict[str, str]) -> dict[str, str]:
    """Check a week's hours: known weekdays, each named once, with stretches that follow one another."""
    named: dict[int, str] = {}
    for days in week:
        for weekday in weekdays_in(days):
            if weekday in named:
                raise ValueError(
                    f"'{named[weekday]}' and '{days}' both name {WEEKDAYS[weekday]} | give each weekday once"
                )
            named[weekday] = days
    return week


def _checked_stretches(text: str) -> str:
    stretches_in(text)
    return text


def _one_line(text: str) -> str:
    """Check words that end up in headers of messages, in calendars and in columns: something, and all on one line."""
    if not text.strip():
        raise ValueError("is blank | write some words, or leave it out")
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("has a line break or another control character | write it on one line")
    return text


def weekly_hours(
    week: Mapping[str, str], valid_from: date | None = None, valid_until: date | None = None
) -> tuple[WeeklyHours, ...]:
    """Return a week's hours as clinic-local stretches, sorted; both days of validity are included."""
    return tuple(
        sorted(
            (
                WeeklyHours(weekday, opens, closes, valid_from, valid_until)
                for days, text in week.items()
                for weekday in weekdays_in(days)
                for opens, closes in stretches_in(text)
            ),
            key=lambda hours: (hours.weekday, hours.opens),
        )
    )


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
DottedName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Email = Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$", max_length=254)]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ().-]{5,24}$")]
#: Numbers of urgent help may be as short as three figures.
ShortPhone = Annotated[str, Field(pattern=r"^[+*#]?[0-9][0-9 ().-]{1,24}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
HolidayRegion = Annotated[str, Field(pattern=r"^([A-Z]{2}(-[A-Za-z0-9][A-Za-z0-9 ]{0,39})?)?$")]
Zone = Annotated[str, AfterValidator(zone_in)]
Day = Annotated[date, BeforeValidator(day_in)]
MOMENT_SCHEMA = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d.*)?$"}
Moment = Annotated[
    str, BeforeValidator(moment_in), Field(json_schema_extra={"pattern": MOMENT_SCHEMA["pattern"]})
]
Stretches = Annotated[str, AfterValidator(_checked_stretches), Field(examples=["08:00-12:00, 13:00-16:00"])]
Week = Annotated[
    dict[str, Stretches], AfterValidator(_hours_in), Field(examples=[{"mon-thu": "08:00-17:00"}])
]
Switch = Annotated[bool, Strict()]
WholeNumber = Annotated[int, Strict()]

IN_WORDS: Mapping[str, str] = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "letters, digits, dots and dashes, at most 64 of them",
    r"^[a-z][a-z0-9_]*$": "small letters, digits and underscores",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": "small letters, digits and underscores, with dots between words",
    r"^[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$": "an e-mail address looks like name@example.org",
    r"^\+?[0-9][0-9 ().-]{5,24}$": "a phone number looks like +1 303 555 0123",
    r"^[A-Z][A-Za-z0-9]*(\[i\][A-Za-z0-9]*)?$": "a visit is called P1, a repeated one D[i] or I[i]b",
    r"^[A-Z][A-Za-z0-9]*(\[[a-z0-9_.+]+\][A-Za-z0-9]*)?$": "name a visit as P1, D3, D[i+1] or D[last]",
    r"^[A-Z][A-Za-z0-9]*(\[[a-z0-9_.+]+\][A-Za-z0-9]*)?\.(start|end)$": "name a moment as P1.end or D[i+1].start",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language is given by its code, such as en or es",
}
"""What a pattern asks for, as a person would say it."""


class Period(Form):
    """Whole days from `from` through `through`, both included, or a stretch from one moment `until` another."""

    from_: Annotated[str, BeforeValidator(lambda text: _day_or_moment(text)), Field(alias="from")]
    through: Day | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Period:
        if (self.through is None) == (self.until is None):
            raise ValueError(
                "needs either `through`, the last whole day, or `until`, the moment it ends | give one of the two"
            )
        if self.through is not None:
            if len(self.from_) > 10:
                raise ValueError("`through` goes with a whole day in `from` | use `until` for a time of day")
            if self.through < date.fromisoformat(self.from_):
                raise ValueError(f"runs backwards, from {self.from_} through {self.through}")
        elif len(self.from_) == 10:
            raise ValueError("`until` goes with a time of day in `from` | use `through` for whole days")
        elif self.until is not None:
            starts, ends = datetime.fromisoformat(self.from_), datetime.fromisoformat(self.until)
            if (starts.tzinfo is None) != (ends.tzinfo is None):
                raise ValueError("one moment has an offset, the other has none | give both in the same way")
            if ends <= starts:
                raise ValueError(f"ends before it starts, from {self.from_} until {self.until}")
        return self


def _day_or_moment(text: object) -> str:
    if isinstance(text, date) and not isinstance(text, datetime):
        return day_in(text).isoformat()
    if isinstance(text, str) and len(text) <= 10:
        return day_in(text).isoformat()
    return moment_in(text)
