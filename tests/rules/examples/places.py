"""Examples of the rules about rooms, hours, the patient's time and decisions before a visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import BookedVisit
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.treatment import GateRequirement, StepKind
from scheduler.rules.question import Question
from tests.builders import (
    ALL_GATES,
    a_claim,
    a_diary,
    a_patient,
    a_room,
    a_small_protocol,
    an_office,
    at,
    between,
    passed,
)
from tests.rules.examples.case import Example, asked, changed, with_claims_until, without_claim, without_visit

LAST_DAY = date(2026, 12, 7)
"""The day of D2, the last dose of the small example."""


def _out_of_use_from(begin: str) -> Question:
    room = a_room("dosing-1", out_of_use=(between(begin, "2026-12-03 18:00"),))
    return asked(
        diary=a_diary(rooms=[room, a_room("dosing-2"), an_office("office-1"), an_office("office-2")])
    )


def _room_taken_from(begin: str) -> Question:
    claim = a_claim("dosing-1", Purpose.OCCUPY, between(begin, "2026-12-03 18:00"))
    return asked(diary=a_diary(claims=[claim]))


def _patient_elsewhere_from(begin: str) -> Question:
    claim = a_claim("patient-1", Purpose.OCCUPY, between(begin, "2026-12-03 18:00"))
    return asked(diary=a_diary(claims=[claim]))


def _patient_away_from(begin: str) -> Question:
    return asked(diary=a_diary(patient=a_patient(unavailable=(between(begin, "2026-12-03 18:00"),))))


def _holding_the_room_until(end: str) -> Question:
    return changed(asked(), "D1", lambda v: with_claims_until(v, "dosing-1", Purpose.OCCUPY, at(end)))


def _passed_until(kind: str, last_day: date) -> Question:
    """One gate asked of the doses alone, decided once and valid until a day."""
    others = [gate for gate in ALL_GATES if gate != kind]
    patient = a_patient(gates=(*passed(*others), *passed(kind, until=last_day)))
    protocol = a_small_protocol()
    asking = GateRequirement(kind)
    steps = tuple(
        replace(step, gates=(*(gate for gate in step.gates if gate.kind != kind), asking))
        if step.key.startswith("D")
        else replace(step, gates=())
        for step in protocol.steps
    )
    return asked(protocol=replace(protocol, steps=steps), diary=a_diary(patient=patient))


def _held(kind: str) -> Question:
    question = _passed_until(kind, LAST_DAY)
    record = GateRecord(kind, GateDecision.HOLD, date(2026, 11, 22))
    patient = question.diary.patient
    return replace(
        question, diary=replace(question.diary, patient=replace(patient, gates=(*patient.gates, record)))
    )


def _agreed_after_a_dose(after: timedelta) -> Question:
    """The only consent was given so long after a dose of another series was over."""
    dose = BookedVisit(
        "other", StepKind.DOSING, at("2026-11-17 10:00"), between("2026-11-17 10:35", "2026-11-17 12:45")
    )
    given = at("2026-11-17 12:45") + after
    consent = GateRecord("consent.treatment", GateDecision.PASS, given.date(), decided_at=given)
    others = [gate for gate in ALL_GATES if gate != "consent.treatment"]
    patient = a_patient(gates=(*passed(*others), consent))
    return asked(diary=a_diary(patient=patient, booked=(dose,)))


def _last_dose_days_before(days: int) -> Question:
    """Another series' dose lies so many days before D1, by the calendar; P1 was called off."""
    start = at("2026-12-03 10:00") - timedelta(days=days)
    diary = a_diary(booked=(BookedVisit("other", StepKind.DOSING, start),))
    return without_visit(asked(diary=diary, id="series-1"), "P1")


def _gate(kind: str) -> Example:
    return Example(
        keeps=lambda: _passed_until(kind, LAST_DAY + timedelta(days=90)),
        breaks=lambda: _held(kind),
        at_limit=lambda: _passed_until(kind, LAST_DAY),
        beyond=lambda: _passed_until(kind, LAST_DAY - timedelta(days=1)),
    )


EXAMPLES: Mapping[str, Example] = {
    "ROOM-1": Example(
        keeps=asked,
        breaks=lambda: asked(visits={"D1": {"room": "office-1"}}),
        at_limit=lambda: _out_of_use_from("2026-12-03 13:00"),
        beyond=lambda: _out_of_use_from("2026-12-03 12:59"),
    ),
    "ROOM-2": Example(
        keeps=asked,
        breaks=lambda: _room_taken_from("2026-12-03 09:00"),
        at_limit=lambda: _room_taken_from("2026-12-03 13:00"),
        beyond=lambda: _room_taken_from("2026-12-03 12:59"),
    ),
    "HOURS-1": Example(
        keeps=asked,
        breaks=lambda: asked({"P1": "2026-11-26 10:00"}),
        at_limit=lambda: asked({"P1": "2026-12-01 17:00"}),
        beyond=lambda: asked({"P1": "2026-12-01 17:01"}),
    ),
    "HOURS-2": Example(
        keeps=asked,
        breaks=lambda: asked({"D1": "2026-12-03 15:10"}),
        at_limit=lambda: asked({"D1": "2026-12-03 14:45"}),
        beyond=lambda: asked({"D1": "2026-12-03 14:46"}),
    ),
    "HOLD-1": Example(
        keeps=asked,
        breaks=lambda: changed(asked(), "D1", lambda v: without_claim(v, "patient-1", Purpose.SPACING)),
        at_limit=lambda: _holding_the_room_until("2026-12-03 13:00"),
        beyond=lambda: _holding_the_room_until("2026-12-03 12:59"),
    ),
    "CLASH-2": Example(
        keeps=asked,
        breaks=lambda: asked({"I1": "2026-12-03 12:00"}),
        at_limit=lambda: _patient_elsewhere_from("2026-12-03 12:45"),
        beyond=lambda: _patient_elsewhere_from("2026-12-03 12:44"),
    ),
    "CLASH-3": Example(
        keeps=asked,
        breaks=lambda: _patient_away_from("2026-12-03 08:00"),
        at_limit=lambda: _patient_away_from("2026-12-03 12:45"),
        beyond=lambda: _patient_away_from("2026-12-03 12:44"),
    ),
    "GATE-1": _gate("clearance.medical"),
    "GATE-2": _gate("clearance.psychological"),
    "GATE-3": _gate("eligibility"),
    "GATE-4": _gate("consent.treatment"),
    "GATE-5": _gate("order.prescription"),
    "GATE-6": _gate("payment"),
    "GATE-7": _gate("escort"),
    "GATE-8": _gate("review.response"),
    "GATE-9": _gate("interpreter"),
    "PREP-4": Example(
        keeps=lambda: _last_dose_days_before(10),
        breaks=lambda: _last_dose_days_before(200),
        at_limit=lambda: _last_dose_days_before(84),
        beyond=lambda: _last_dose_days_before(85),
    ),
    "GATE-10": _gate("enrolment.rems"),
    "AFTER-1": Example(
        keeps=lambda: _agreed_after_a_dose(timedelta(days=3)),
        breaks=lambda: _agreed_after_a_dose(timedelta(hours=-1)),
        at_limit=lambda: _agreed_after_a_dose(timedelta(hours=24)),
        beyond=lambda: _agreed_after_a_dose(timedelta(hours=24) - timedelta(seconds=1)),
    ),
}
