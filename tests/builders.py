"""Makes clinics, people, protocols and series for tests, all in memory: say what matters, the rest is sensible.

Every builder takes the fields of the value it makes as keywords. Local times are written as '2026-12-03 10:00'
in the zone of the site. The worked example is the series the clinic's protocol is explained with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.claims import Claim, Placement, Purpose
from scheduler.domain.clock import instant_at
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, GateDecision, GateRecord, Patient, Role, StaffMember
from scheduler.domain.places import Closure, Room, Site, WeeklyHours
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol, Step
from tests.protocol_builders import ALL_GATES as ALL_GATES
from tests.protocol_builders import DAY as DAY
from tests.protocol_builders import HOUR as HOUR
from tests.protocol_builders import a_contact_step as a_contact_step
from tests.protocol_builders import a_dosing_step as a_dosing_step
from tests.protocol_builders import a_preparation_step as a_preparation_step
from tests.protocol_builders import a_review_step as a_review_step
from tests.protocol_builders import a_small_protocol as a_small_protocol
from tests.protocol_builders import a_talking_step as a_talking_step
from tests.protocol_builders import a_window as a_window
from tests.protocol_builders import an_induction_protocol as an_induction_protocol
from tests.protocol_builders import an_integration_step as an_integration_step

ZONE = "America/Denver"
AS_OF = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09:00 in Denver: 'now' of every built diary."""

HORIZON = Interval(datetime(2026, 11, 23, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))

WORKED_EXAMPLE: Mapping[str, str] = {
    "P1": "2026-11-24 14:00",
    "P2": "2026-12-01 14:00",
    "D1": "2026-12-03 10:00",
    "C1": "2026-12-04 13:00",
    "I1": "2026-12-04 15:00",
    "D2": "2026-12-07 10:00",
    "C2": "2026-12-08 13:00",
    "I2": "2026-12-08 15:00",
    "D3": "2026-12-10 10:00",
    "C3": "2026-12-11 13:00",
    "I3": "2026-12-11 15:00",
    "D4": "2026-12-14 10:00",
    "C4": "2026-12-15 13:00",
    "I4": "2026-12-15 15:00",
    "D5": "2026-12-17 10:00",
    "C5": "2026-12-18 13:00",
    "I5": "2026-12-18 15:00",
    "D6": "2026-12-21 10:00",
    "C6": "2026-12-22 13:00",
    "I6": "2026-12-22 15:00",
    "I7": "2026-12-28 15:00",
    "R1": "2027-01-04 11:00",
}
"""The six-dose induction from the first preparation to the review; contacts at 13:00 on the day after each dose."""

SMALL_EXAMPLE: Mapping[str, str] = {
    "P1": "2026-12-01 14:00",
    "D1": "2026-12-03 10:00",
    "I1": "2026-12-04 15:00",
    "D2": "2026-12-07 10:00",
    "I2": "2026-12-08 15:00",
}
"""Starts for `a_small_protocol()` that keep every rule."""


# Times


def at(local_time: str, zone: str = ZONE) -> datetime:
    """Return the UTC instant of a local time such as '2026-12-03 10:00'."""
    wall = datetime.fromisoformat(local_time)
    return instant_at(wall.date(), wall.time(), zone)


def between(begin: str, end: str, zone: str = ZONE) -> Interval:
    """Return the interval between two local times."""
    return Interval(at(begin, zone), at(end, zone))


def weekdays(opens: str = "08:00", closes: str = "18:00") -> tuple[WeeklyHours, ...]:
    """Return the same local hours from Monday to Friday."""
    return tuple(WeeklyHours(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day in range(5))


# Places


def a_site(**fields: Any) -> Site:
    """Build a site in Denver, open on weekdays from 8 to 18, shut on Thanksgiving, Christmas and New Year."""
    site = Site(
        id="site-1",
        name="Cottonwood Clinic",
        public_name="Maple House",
        zone=ZONE,
        hours=weekdays(),
        closures=(
            Closure(date(2026, 11, 26), date(2026, 11, 26), "Thanksgiving"),
            Closure(date(2026, 12, 24), date(2026, 12, 25), "Christmas"),
            Closure(date(2027, 1, 1), date(2027, 1, 1), "New Year"),
        ),
    )
    return replace(site, **fields)


def a_room(id: str = "dosing-1", **fields: Any) -> Room:
    """Build a room fit for dosing."""
    room = Room(id, "site-1", f"Room {id}", frozenset({"iv_dosing", "im_dosing"}))
    return replace(room, **fields)


def an_office(id: str = "office-1", **fields: Any) -> Room:
    """Build a room fit for talking."""
    return a_room(id, **{"capabilities": frozenset({"office"}), **fields})


# People


def _somebody(id: str, *roles: Role) -> StaffMember:
    return StaffMember(id, "site-1", id.replace("-", " ").title(), frozenset(roles), weekdays())


def _credentials(*kinds: str) -> tuple[Credential, ...]:
    return tuple(Credential(kind, date(2027, 12, 31)) for kind in kinds)


def a_therapist(id: str = "therapist-1", **fields: Any) -> StaffMember:
    """Build a therapist trained for dosing visits, who also holds BLS."""
    held = _credentials("therapist_licence", "kap_training", "bls")
    return replace(_somebody(id, Role.THERAPIST), **{"credentials": held, **fields})


def a_nurse(id: str = "nurse-1", **fields: Any) -> StaffMember:
    """Build a nurse who may watch two patients and gives the drug; holds BLS and ACLS."""
    nurse = _somebody(id, Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN)
    held = _credentials("rn_licence", "bls", "acls")
    return replace(nurse, **{"credentials": held, "may_watch": 2, **fields})


def a_prescriber(id: str = "prescriber-1", **fields: Any) -> StaffMember:
    """Build a prescriber who may stand behind four dosing visits; holds BLS and ACLS."""
    held = _credentials("prescriber_licence", "bls", "acls")
    return replace(_somebody(id, Role.PRESCRIBER), **{"credentials": held, "may_supervise": 4, **fields})


def a_coordinator(id: str = "coordinator-1", **fields: Any) -> StaffMember:
    """Build a care coordinator without clinical credentials."""
    return replace(_somebody(id, Role.CARE_COORDINATOR), **fields)


def a_staff() -> tuple[StaffMember, ...]:
    """Build two therapists, two nurses, a prescriber and a coordinator."""
    nurses = (a_nurse("nurse-1"), a_nurse("nurse-2"))
    return (a_therapist("therapist-1"), a_therapist("therapist-2"), *nurses, a_prescriber(), a_coordinator())


def passed(*kinds: str, on: date = date(2026, 11, 20), until: date | None = None) -> tuple[GateRecord, ...]:
    """Return gate records that pass from a day on."""
    return tuple(GateRecord(kind, GateDecision.PASS, on, until) for kind in kinds)


def a_patient(id: str = "patient-1", **fields: Any) -> Patient:
    """Build a patient for whom every gate stands open but the review of the response, which comes mid-series."""
    patient = Patient(
        id, "site-1", "Robin", "Sample", date(1990, 2, 3), f"{id}@example.org", gates=passed(*ALL_GATES)
    )
    return replace(patient, **fields)


def a_diary(
    *,
    rooms: Iterable[Room] | None = None,
    staff: Iterable[StaffMember] | None = None,
    claims: Iterable[Claim] = (),
    **fields: Any,
) -> Diary:
    """Build a diary from 23 November 2026 to the end of January: two dosing rooms, two offices, `a_staff()`, no claims."""
    places = (a_room("dosing-1"), a_room("dosing-2"), an_office("office-1"), an_office("office-2"))
    diary = Diary(
        site=a_site(),
        patient=a_patient(),
        horizon=HORIZON,
        as_of=AS_OF,
        rooms={room.id: room for room in (places if rooms is None else rooms)},
        staff={person.id: person for person in (a_staff() if staff is None else staff)},
        claims=tuple(claims),
    )
    return replace(diary, **fields)


def a_claim(resource: str, purpose: Purpose, interval: Interval, **fields: Any) -> Claim:
    """Build a claim of another visit."""
    return replace(Claim(resource, purpose, interval, "another-visit"), **fields)


# Visits and series

STAFF: Mapping[Role, str] = {
    Role.THERAPIST: "therapist-1",
    Role.MEDICAL_MONITOR: "nurse-1",
    Role.ADMINISTERING_CLINICIAN: "nurse-2",
    Role.PRESCRIBER: "prescriber-1",
    Role.CARE_COORDINATOR: "coordinator-1",
}
"""Who serves in a built visit, unless a test says otherwise."""

ROOMS: Mapping[str, str] = {"iv_dosing": "dosing-1", "im_dosing": "dosing-1", "office": "office-1"}
"""Where a built visit takes place, by what it needs."""

RESOURCES: tuple[tuple[str, Purpose], ...] = (
    ("therapist-1", Purpose.OCCUPY),
    ("therapist-2", Purpose.OCCUPY),
    ("nurse-1", Purpose.OCCUPY),
    ("nurse-1", Purpose.WATCH),
    ("nurse-2", Purpose.WATCH),
    ("prescriber-1", Purpose.ON_PREMISES),
    ("dosing-1", Purpose.OCCUPY),
    ("office-1", Purpose.OCCUPY),
    ("patient-1", Purpose.OCCUPY),
    ("patient-1", Purpose.SPACING),
)
"""What others may have taken when built visits are to be judged or found: each resource with what it is claimed for."""


def a_visit(
    step: Step,
    start: str | datetime,
    *,
    diary: Diary | None = None,
    staff: Mapping[Role, str] | None = None,
    **fields: Any,
) -> Appointment:
    """Build the visit of a step with its phases and claims; `room`, `relief`, `series` and `id` may be given.

    A proposed visit by default: its id is the step key. Staff not named are taken from `STAFF`.
    """
    clinic = diary or a_diary()
    room = fields.pop("room", ROOMS.get(step.room_capability or ""))
    people = {**STAFF, **(staff or {})}
    placement = Placement(
        step=step,
        start=at(start, clinic.site.zone) if isinstance(start, str) else start,
        patient=clinic.patient.id,
        room=room,
        staff={role: people[role] for role in step.roles},
        relief=fields.pop("relief", {}),
    )
    visit = appointment_at(
        placement, clinic.staff, clinic.site.id, id=fields.pop("id", ""), series=fields.pop("series", "")
    )
    return replace(visit, **fields)


def t1_like_series(
    protocol: Protocol | None = None,
    starts: Mapping[str, str | datetime] | None = None,
    *,
    diary: Diary | None = None,
    visits: Mapping[str, Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Series:
    """Build a proposed series: by default `a_small_protocol()` at the times of `SMALL_EXAMPLE`, doses after the second
    and the induction protocol at those of `WORKED_EXAMPLE`.

    `starts` replaces single starts; `visits` gives further fields of `a_visit` by step. With `id=...` the series is
    a saved one, and its visits have ids of their own, such as 'series-1/D2'.
    """
    recipe = protocol or a_small_protocol()
    clinic = diary or a_diary()
    usual = WORKED_EXAMPLE if recipe.has_step("P2") else {**WORKED_EXAMPLE, **SMALL_EXAMPLE}
    times: Mapping[str, str | datetime] = {**usual, **(starts or {})}
    saved = fields.get("id", "")
    booked = []
    for step in recipe.steps:
        extra = dict((visits or {}).get(step.key, {}))
        if saved:
            extra = {"id": f"{saved}/{step.key}", "series": saved, **extra}
        booked.append(a_visit(step, times[step.key], diary=clinic, **extra))
    series = Series(
        id="",
        site=clinic.site.id,
        patient=clinic.patient.id,
        protocol=recipe.key,
        protocol_version=recipe.version,
        state=SeriesState.BOOKED,
        appointments=tuple(sorted(booked, key=lambda visit: visit.start)),
    )
    return replace(series, **fields)
