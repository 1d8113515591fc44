"""Reads what a protocol document says about its group, and finds visits with a group that nobody could lead."""

from __future__ import annotations

from datetime import timedelta

from scheduler.clinic_file.protocol_models import GroupEntry, ProtocolDocument, StepEntry
from scheduler.clinic_file.protocol_references import Numbers
from scheduler.domain.group_terms import GroupTerms
from scheduler.domain.people import Role

FACILITATORS = (Role.THERAPIST, Role.CO_THERAPIST)
"""The roles in which a group is led."""


def group_terms(form: ProtocolDocument, numbers: Numbers) -> GroupTerms | None:
    """Return how the group of a document is made up, `None` where it speaks of none; notes every fault."""
    for position, step in enumerate(form.steps):
        if step.with_group:
            _check_visit(step, f"steps[{position}]", form.group, numbers)
    if form.group is None:
        return None
    terms = _terms(form.group, numbers)
    if not any(step.with_group for step in form.steps):
        numbers.note("group", "no visit is held with the group", "mark its visits with `with_group: true`")
    if terms.most < terms.least:
        numbers.note("group.most", f"is less than the least, {terms.least}")
    led = terms.facilitators * terms.per_facilitator
    if not numbers.faults and led < terms.most:
        problem = f"{terms.facilitators} facilitators lead {led} members, and there may be {terms.most}"
        numbers.note("group.most", problem, "have fewer members")
    return terms


def _terms(group: GroupEntry, numbers: Numbers) -> GroupTerms:
    def count(field: str) -> int:
        return numbers.count(getattr(group, field), f"group.{field}")

    if group.facilitators and count("facilitators") > len(FACILITATORS):
        numbers.note("group.facilitators", f"a group is led by {len(FACILITATORS)} at the most")
    return GroupTerms(
        least=count("least"),
        most=count("most"),
        decide_before=timedelta(minutes=numbers.minutes(group.decide_before, "group.decide_before")),
        per_facilitator=count("patients_per_facilitator"),
        per_facilitator_high_dose=count("patients_per_facilitator_high_dose"),
        facilitators=count("facilitators"),
        spare_places=count("spare_places") if group.spare_places else 0,
    )


def _check_visit(step: StepEntry, path: str, group: GroupEntry | None, numbers: Numbers) -> None:
    """Note what cannot be of a visit with a group: no group, no room, or a visit that one member alone could leave out."""
    if group is None:
        numbers.note(f"{path}.with_group", "the protocol says nothing about a group", "add `group`")
    if step.room is None:
        numbers.note(f"{path}.with_group", "a group needs a room", "say which with `room`")
    if step.declinable or step.optional or step.left_out_when_passed:
        problem = "a visit of the whole group is not left out for one member"
        numbers.note(f"{path}.with_group", problem, "leave out declinable, optional and left_out_when_passed")
    if step.hands_over:
        numbers.note(f"{path}.hands_over", "the people of a group stay with it", "leave it out")
