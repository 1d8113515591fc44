"""Which visits of a protocol a query asks for, worked out a second time beside the planner's own way."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bench.instances import Query
from scheduler.domain.diary import Diary
from scheduler.domain.people import GateDecision, Patient
from scheduler.domain.treatment import Protocol


def wanted(diary: Diary, protocol: Protocol, query: Query) -> Protocol:
    """Return the protocol without what was declined, what is optional and not asked for, and what has been passed."""
    today = diary.as_of.astimezone(ZoneInfo(diary.site.zone)).date()
    keys = [step.key for step in protocol.steps]
    for step in protocol.steps:
        gate = step.left_out_when_passed
        unasked = step.optional and step.key not in query.included
        if step.key in query.declined or unasked or (gate and _is_passed(query.patient, gate, today)):
            keys.remove(step.key)
    return protocol if len(keys) == len(protocol.steps) else protocol.only(keys)


def _is_passed(patient: Patient, gate: str, today: date) -> bool:
    """Say whether the newest decision about a gate is to let the patient pass, and still holds."""
    passes = False
    for record in sorted(patient.gates, key=lambda record: record.decided_on):
        if record.kind == gate and record.decided_on <= today:
            holds = record.valid_until is None or today <= record.valid_until
            passes = holds and record.decision is GateDecision.PASS
    return passes
