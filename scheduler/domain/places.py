"""Where treatment happens: sites with their hours and closures, and rooms with what they are fit for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords
from scheduler.domain.clock import days_of, instant_at, whole_local_day
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.message_words import MessageWords
from scheduler.domain.reminder_times import USUAL_TIMES, ReminderTimes
from scheduler.domain.urgent_help import UrgentHelp

USUAL_LANGUAGE = "en"
"""What a site speaks that says nothing of it, as BCP 47 has it."""


@dataclass(frozen=True, slots=True, order=True)
class WeeklyHours:
    """One stretch of a week's pattern in clinic-local wall time.

    `weekday` is 0 for Monday to 6 for Sunday; from `opens` (included) to `closes` (not included) on the same day.
    `valid_from` and `valid_until` are inclusive calendar days; `None` means without a limit.
    """

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    def applies_on(self, day: date) -> bool:
        """Say whether the stretch is part of this calendar day."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Closure:
    """Whole clinic-local days on which the site is shut, both included, and why."""

    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeAsked:
    """How long before its start a visit is to be called off, in elapsed time; the limit itself is in time.

    48 hours before a dose and 24 before any other visit, in the range of 24 to 72, where a clinic says nothing: 24 hours are
    common, and some clinics ask for 48 before a long visit.
    """

    dosing: timedelta = timedelta(hours=48)
    other: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Site:
    """One place of a clinic. For `no_decisions` after a dose a patient decides nothing of weight, elapsed time.

    24 hours, in the range of 12 to 48, where a clinic says nothing: so the discharge instructions of clinics. More than
    `dormant_days` since the last dose, by the calendar, are a long break: 84, in the range of 30 to 180.

    `public_name` is the neutral name that messages and calendars may show; `name` is for signed-in pages alone.
    `zone` is an IANA name. `phone` and `address` may be empty. `calendar_words` are what calendars of staff call visits,
    `reminder_times` when messages to patients leave, `language` (BCP 47) what they are written in where a patient has none.
    `message_words` are those of messages that the site has words of its own for, `urgent_help` whom patients call in need.
    `holiday_region` says whose public holidays are proposed as closures: a country (ISO 3166), with a hyphen a part of it.
    """

    id: str
    name: str
    public_name: str
    zone: str
    hours: tuple[WeeklyHours, ...]
    closures: tuple[Closure, ...] = ()
    phone: str = ""
    address: str = ""
    notice: NoticeAsked = NoticeAsked()
    no_decisions: timedelta = timedelta(hours=24)
    dormant_days: int = 84
    calendar_words: CalendarWords = USUAL_WORDS
    reminder_times: ReminderTimes = USUAL_TIMES
    language: str = USUAL_LANGUAGE
    message_words: MessageWords = ()
    urgent_help: tuple[UrgentHelp, ...] = ()
    holiday_region: str = ""

    def open_times(self, horizon: Interval) -> tuple[Interval, ...]:
        """Return when the site is open within the horizon, closures taken out, sorted and merged."""
        shut = [
            whole_local_day(day, self.zone)
            for closure in self.closures
            for day in _days(closure, horizon, self.zone)
        ]
        return without(weekly_times(self.hours, horizon, self.zone), shut)


@dataclass(frozen=True, slots=True)
class Room:
    """A room and what it is fit for: `iv_dosing`, `im_dosing`, `office`; `places` is how many patients it holds at once."""

    id: str
    site: str
    name: str
    capabilities: frozenset[str]
    out_of_use: tuple[Interval, ...] = ()
    places: int = 1


@lru_cache(maxsize=4096)
def weekly_times(hours: tuple[WeeklyHours, ...], horizon: Interval, zone: str) -> tuple[Interval, ...]:
    """Return a weekly pattern as instants within the horizon, clipped to it, sorted and merged."""
    stretches = (
        Interval(instant_at(day, stretch.opens, zone), instant_at(day, stretch.closes, zone)).shared_with(
            horizon
        )
        for day in days_of(horizon, zone)
        for stretch in hours
        if stretch.applies_on(day)
    )
    return merged(stretch for stretch in stretches if stretch)


def _days(closure: Closure, horizon: Interval, zone: str) -> list[date]:
    return [day for day in days_of(horizon, zone) if closure.first_day <= day <= closure.last_day]
