"""The nasal spray as patients get it in the cases: twelve doses from Monday 7 December 2026, each at 13:00."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import Refused
from scheduler.booking.request import ChosenVisit
from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Room
from scheduler.domain.treatment import Protocol
from tests.booking.small_clinic import INDUCTION, small_clinic
from tests.builders import STAFF, a_room, a_site, at, passed
from tests.bundled_protocols import a_bundled_protocol
from tests.cases.clinic_of_the_cases import PATIENT, clock, store_clinic

SPRAVATO = "spravato_12"

TIMES: Mapping[str, str] = {
    "P1": "2026-12-02 09:00",
    "D1": "2026-12-07 13:00",
    "D2": "2026-12-10 13:00",
    "D3": "2026-12-14 13:00",
    "D4": "2026-12-17 13:00",
    "D5": "2026-12-21 13:00",
    "D6": "2026-12-24 13:00",
    "D7": "2026-12-28 13:00",
    "D8": "2026-12-31 13:00",
    "B1": "2027-01-05 09:00",
    "D9": "2027-01-07 13:00",
    "D10": "2027-01-14 13:00",
    "D11": "2027-01-21 13:00",
    "D12": "2027-01-28 13:00",
}


def observed_from(anchor: str) -> Protocol:
    """Return the protocol with the two hours counted from the first device or from the last."""
    document = deepcopy(dict[str, Any](bundled_protocol(SPRAVATO)))
    doses = next(step for step in document["steps"] if step["kind"] == "dosing")
    observation = next(phase for phase in doses["phases"] if phase["name"] == "observation")
    if anchor == "first_device":
        observation["counts_from"] = "administration"
    return read_protocol(document)


def enrolled(patient: Patient) -> Patient:
    """Return a patient with the decisions that a nasal spray asks for beside the usual ones."""
    reviewed = passed("review.benefit", on=date(2027, 1, 5))
    others = passed("enrolment.rems", "payer.authorisation")
    return replace(patient, gates=(*patient.gates, *others, *reviewed))


def rooms() -> tuple[Room, ...]:
    """Return the clinic's rooms, with one more for nasal sprays."""
    spray = a_room("spray-1", capabilities=frozenset({"intranasal_dosing"}))
    return (*small_clinic().rooms, spray)


def store_clinic_with_sprays(
    protocol: Protocol | None = None, known: Callable[[Patient], Patient] = enrolled
) -> None:
    """Store the clinic, open on Christmas Eve as well, with the induction and the nasal spray.

    `known` gives patients the decisions that there are about them.
    """
    store_clinic(
        sites=(a_site(closures=()),),
        rooms=rooms(),
        patients=tuple(known(one) for one in small_clinic().patients),
        protocols=(a_bundled_protocol(INDUCTION), protocol or a_bundled_protocol(SPRAVATO)),
    )


@dataclass(frozen=True)
class Sprays:
    """A booking at these times, but for those given as `starts`."""

    starts: Mapping[str, str] = field(default_factory=dict)
    patient: str = PATIENT

    def asked(self) -> Booked | Refused:
        """Ask for it at the front desk."""
        times = {**TIMES, **self.starts}
        visits = tuple(self._visit(step, time) for step, time in times.items())
        outcome = book_series(BookSeries(self.patient, SPRAVATO, visits=visits), SYSTEM, clock())
        assert isinstance(outcome, Booked | Refused)
        return outcome

    def booked(self) -> Booked:
        """Book it; it must be possible."""
        outcome = self.asked()
        assert isinstance(outcome, Booked), outcome
        return outcome

    def _visit(self, key: str, time: str) -> ChosenVisit:
        step = a_bundled_protocol(SPRAVATO).step(key)
        room = "spray-1" if step.room_capability == "intranasal_dosing" else "office-2"
        staff = {role: STAFF[role] for role in step.roles}
        if Role.THERAPIST in staff:
            staff[Role.THERAPIST] = "therapist-2"
        return ChosenVisit(key, at(time), room, staff)


def days_on(time: str, days: int) -> str:
    """Return a local time so many days later."""
    return (datetime.fromisoformat(time) + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")
