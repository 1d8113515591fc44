"""The clinic that the cases happen in: the worked example of the induction, booked through the real use case.

Now is Monday 23 November 2026, 09:00 in Denver; the first patient may be booked at exactly the times of the example, or
at others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import Refused
from scheduler.booking.request import ChosenVisit
from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.finding import Finding, Level
from scheduler.store.clinic import save_clinic
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import INDUCTION, chosen_from, small_clinic
from tests.builders import AS_OF, WORKED_EXAMPLE, a_diary, a_patient, t1_like_series
from tests.bundled_protocols import a_bundled_protocol

SITE, PATIENT = "site-1", "patient-1"


def clock(now: datetime = AS_OF) -> StandingClock:
    """Return a clock that stands at the beginning of the example, or at another instant."""
    return StandingClock(now)


def store_clinic(**fields: Any) -> None:
    """Store the clinic, some parts replaced."""
    with unit_of_work():
        save_clinic(small_clinic(**fields), AS_OF)


@dataclass(frozen=True)
class Example:
    """A booking at the times of the worked example, but for those that are given as `starts`.

    `protocol` is the recipe by which the clinic has stored; `visits` further fields of single visits, as in `a_visit`.
    Visits of steps that are in `declined` are left out.
    """

    starts: Mapping[str, str | datetime] = field(default_factory=dict)
    patient: str = PATIENT
    protocol: Protocol = field(default_factory=a_bundled_protocol)
    visits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()

    def chosen(self) -> tuple[ChosenVisit, ...]:
        """Return the visits as somebody would choose them."""
        recipe = self.protocol.only({*WORKED_EXAMPLE, *self.starts} - self.declined)
        diary = a_diary(patient=a_patient(self.patient))
        return chosen_from(t1_like_series(recipe, self.starts, diary=diary, visits=self.visits))

    def command(self) -> BookSeries:
        """Return what the front desk asks for."""
        return BookSeries(self.patient, self.protocol.key, visits=self.chosen(), declined=self.declined)

    def asked(self) -> Booked | Refused:
        """Ask for it, and return the answer."""
        outcome = book_series(self.command(), SYSTEM, clock())
        assert isinstance(outcome, Booked | Refused)
        return outcome

    def booked(self) -> Booked:
        """Book it; it must be possible."""
        outcome = self.asked()
        assert isinstance(outcome, Booked), outcome
        return outcome

    def refused(self) -> set[tuple[str, tuple[str, ...]]]:
        """Ask for it; it must be refused. Return the rules that forbid it, each with the steps that it is about."""
        outcome = self.asked()
        assert isinstance(outcome, Refused), outcome
        return told(outcome.findings, Level.BLOCK)


def told(findings: Iterable[Finding], *levels: Level) -> set[tuple[str, tuple[str, ...]]]:
    """Return rules with the steps that they are about, of these levels or of all."""
    return {(one.rule, one.steps) for one in findings if not levels or one.level in levels}


def about(findings: Iterable[Finding], rule: str) -> list[Finding]:
    """Return what one rule says."""
    return [one for one in findings if one.rule == rule]


def the(series: Series, step: str) -> Appointment:
    """Return the standing visit of a step, which must be there."""
    visit = series.visit(step)
    assert visit is not None, step
    return visit


def with_numbers(numbers: Mapping[str, float], key: str = INDUCTION, version: int = 1) -> Protocol:
    """Return a bundled protocol with other values for some of its quantities."""
    document = deepcopy(dict[str, Any](bundled_protocol(key)))
    document["version"] = version
    for name, value in numbers.items():
        document["quantities"][name]["value"] = value
    return read_protocol(document)


def days_later(days: int) -> dict[str, str]:
    """Return the times of the worked example so many days later, at the same time of day."""
    return {
        step: (datetime.fromisoformat(time) + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")
        for step, time in WORKED_EXAMPLE.items()
    }


def beside(starts: Mapping[str, str | datetime] | None = None, **visits: Mapping[str, Any]) -> Example:
    """Return the booking of a second patient beside the first, with another therapist in other rooms.

    The doses begin half an hour later, so that one nurse can receive both patients. `visits` replace what is said here
    of single visits.
    """
    later_by_half = {
        step: (datetime.fromisoformat(time) + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M")
        for step, time in WORKED_EXAMPLE.items()
        if step[0] in "DCR"
    }
    theirs: dict[str, Mapping[str, Any]] = {}
    for step in WORKED_EXAMPLE:
        room = {"D": "dosing-2", "C": None}.get(step[0], "office-2")
        theirs[step] = {"room": room, "staff": {Role.THERAPIST: "therapist-2"}}
    return Example({**later_by_half, **(starts or {})}, "patient-2", visits={**theirs, **visits})
