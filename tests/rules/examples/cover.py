"""Examples of the rules about cover, people and their credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from scheduler.domain.claims import Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.rules.question import Question
from tests.builders import (
    a_claim,
    a_coordinator,
    a_diary,
    a_nurse,
    a_prescriber,
    a_small_protocol,
    a_therapist,
    at,
    between,
)
from tests.rules.examples.case import (
    Example,
    asked,
    changed,
    staff_but,
    with_claims_until,
    without_claim,
)
from tests.rules.examples.windows import ONE_FACT


def _with_staff(*people: StaffMember) -> Question:
    return asked(diary=a_diary(staff=staff_but(*people)))


def _with_others(resource: str, purpose: Purpose, *times: Interval) -> Question:
    return asked(diary=a_diary(claims=[a_claim(resource, purpose, time) for time in times]))


def _cut(resource: str, purpose: Purpose, end: datetime) -> Question:
    return changed(asked(), "D1", lambda visit: with_claims_until(visit, resource, purpose, end))


def _away(build: Any, id: str, begin: str, end: str) -> Question:
    return _with_staff(build(id, time_off=(between(begin, end),)))


def _credential(last_day: date) -> Question:
    held = (Credential("therapist_licence"), Credential("kap_training", last_day), Credential("bls"))
    return _with_staff(a_therapist("therapist-1", credentials=held))


def _relieved(hands_over: Role) -> Question:
    """Another nurse takes over from the recovery on, in a protocol that lets this role be handed over."""
    protocol = a_small_protocol()
    steps = tuple(replace(step, hands_over=frozenset({hands_over})) for step in protocol.steps)
    relief = {(Role.MEDICAL_MONITOR, number): "nurse-2" for number in (1, 2)}
    return asked(protocol=replace(protocol, steps=steps), visits={"D1": {"relief": relief}})


def _second_bls(leaves: str) -> Question:
    """Only the nurse and somebody who leaves on the day of D1 hold BLS."""
    without: dict[str, Any] = {"credentials": (Credential("therapist_licence"), Credential("kap_training"))}
    leaving = a_coordinator(
        "coordinator-1",
        credentials=(Credential("bls"),),
        time_off=(between(leaves, "2026-12-03 18:00"),),
    )
    return _with_staff(
        a_therapist("therapist-1", **without),
        a_therapist("therapist-2", **without),
        a_nurse("nurse-2", credentials=(Credential("rn_licence"),)),
        a_prescriber(credentials=(Credential("prescriber_licence"), Credential("acls"))),
        leaving,
    )


WATCHED = between("2026-12-03 10:35", "2026-12-03 12:35")
BEHIND = between("2026-12-03 10:35", "2026-12-03 12:45")

EXAMPLES: Mapping[str, Example] = {
    "COVER-1": Example(
        keeps=asked,
        breaks=lambda: changed(asked(), "D1", lambda v: without_claim(v, "therapist-1", Purpose.OCCUPY)),
        at_limit=lambda: _cut("therapist-1", Purpose.OCCUPY, at("2026-12-03 12:35")),
        beyond=lambda: _cut("therapist-1", Purpose.OCCUPY, at("2026-12-03 12:34")),
    ),
    "COVER-2": Example(
        keeps=asked,
        breaks=lambda: _with_others(
            "nurse-1", Purpose.OCCUPY, between("2026-12-03 10:00", "2026-12-03 10:20")
        ),
        at_limit=lambda: _with_others(
            "nurse-1", Purpose.OCCUPY, between("2026-12-03 10:20", "2026-12-03 10:35")
        ),
        beyond=lambda: _with_others(
            "nurse-1", Purpose.OCCUPY, between("2026-12-03 10:19", "2026-12-03 10:35")
        ),
    ),
    "COVER-3": Example(
        keeps=asked,
        breaks=lambda: changed(asked(), "D1", lambda v: without_claim(v, "nurse-1", Purpose.WATCH)),
        at_limit=lambda: _with_others("nurse-1", Purpose.WATCH, WATCHED),
        beyond=lambda: _with_others("nurse-1", Purpose.WATCH, WATCHED, WATCHED),
    ),
    "COVER-4": Example(
        keeps=asked,
        breaks=lambda: _with_others("prescriber-1", Purpose.ON_PREMISES, *[BEHIND] * 4),
        at_limit=lambda: _away(a_prescriber, "prescriber-1", "2026-12-03 12:45", "2026-12-03 18:00"),
        beyond=lambda: _away(a_prescriber, "prescriber-1", "2026-12-03 12:44", "2026-12-03 18:00"),
    ),
    "COVER-5": Example(
        keeps=asked,
        breaks=lambda: _second_bls("2026-12-03 08:00"),
        at_limit=lambda: _second_bls("2026-12-03 12:45"),
        beyond=lambda: _second_bls("2026-12-03 12:44"),
    ),
    "COVER-6": Example(
        keeps=asked,
        breaks=lambda: asked(visits={"D1": {"staff": {Role.MEDICAL_MONITOR: "therapist-1"}}}),
        no_limit=ONE_FACT,
    ),
    "COVER-7": Example(
        keeps=asked,
        breaks=lambda: asked(visits={"D1": {"staff": {Role.MEDICAL_MONITOR: "coordinator-1"}}}),
        no_limit=ONE_FACT,
    ),
    "COVER-8": Example(
        keeps=lambda: _relieved(Role.MEDICAL_MONITOR),
        breaks=lambda: _relieved(Role.PRESCRIBER),
        no_limit=ONE_FACT,
    ),
    "CRED-1": Example(
        keeps=asked,
        breaks=lambda: _credential(date(2026, 11, 30)),
        at_limit=lambda: _credential(date(2026, 12, 7)),
        beyond=lambda: _credential(date(2026, 12, 6)),
    ),
    "CONT-1": Example(
        keeps=asked,
        breaks=lambda: asked(visits={"D2": {"staff": {Role.THERAPIST: "therapist-2"}}}),
        no_limit=ONE_FACT,
    ),
    "HOURS-3": Example(
        keeps=asked,
        breaks=lambda: _with_staff(a_therapist("therapist-1", hours=())),
        at_limit=lambda: _away(a_therapist, "therapist-1", "2026-12-01 15:00", "2026-12-01 18:00"),
        beyond=lambda: _away(a_therapist, "therapist-1", "2026-12-01 14:59", "2026-12-01 18:00"),
    ),
    "CLASH-1": Example(
        keeps=asked,
        breaks=lambda: _with_others(
            "therapist-1", Purpose.OCCUPY, between("2026-12-01 14:00", "2026-12-01 15:00")
        ),
        at_limit=lambda: _with_others(
            "therapist-1", Purpose.OCCUPY, between("2026-12-01 15:00", "2026-12-01 16:00")
        ),
        beyond=lambda: _with_others(
            "therapist-1", Purpose.OCCUPY, between("2026-12-01 14:59", "2026-12-01 16:00")
        ),
    ),
}
