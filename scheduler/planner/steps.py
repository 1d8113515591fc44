"""Which visits of a protocol this patient needs: those passed, declined or not asked for are left out."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from scheduler.domain.errors import InvalidValue
from scheduler.domain.people import Patient
from scheduler.domain.treatment import Protocol


def needed_steps(
    protocol: Protocol,
    patient: Patient,
    day: date,
    declined: Set[str] = frozenset(),
    included: Set[str] = frozenset(),
) -> Protocol:
    """Return the protocol narrowed to the visits of one series.

    A visit whose clearance the patient already has on that clinic-local day is left out, as is every declined one, and
    every optional one that is not among the `included`. Raises `InvalidValue` when a step that cannot be declined is
    named as declined, or one that is not optional as included.
    """
    for key in sorted(declined):
        if not protocol.step(key).declinable:
            raise InvalidValue(f"{key} ({protocol.step(key).title}) cannot be declined in {protocol.title}")
    for key in sorted(included):
        if not protocol.step(key).optional:
            raise InvalidValue(f"{key} ({protocol.step(key).title}) is not optional in {protocol.title}")
    return protocol.only(
        step.key
        for step in protocol.steps
        if step.key not in declined
        and (step.key in included or not step.optional)
        and not step.is_passed_by(patient, day)
    )
