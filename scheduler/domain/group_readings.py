"""The two readings of a protocol for groups: what the group needs, and what each of its members needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scheduler.domain.group_terms import GroupTerms, Reading
from scheduler.domain.treatment import Phase, Protocol, Step

GROUP_ENDING = ".group"
"""Ends the key of what the group needs; no document can have such a key."""


def key_for_group(key: str) -> str:
    """Return the key of the group's reading of a protocol."""
    return key + GROUP_ENDING


def is_for_group(key: str) -> bool:
    """Say whether a key is that of a group's reading."""
    return key.endswith(GROUP_ENDING)


def key_for_member(key: str) -> str:
    """Return the key of the members' reading of a protocol, whichever reading is given."""
    return key.removesuffix(GROUP_ENDING)


def readings(protocol: Protocol) -> tuple[Protocol, ...]:
    """Return the protocols that a document stands for: itself, or for groups the members' reading and the group's."""
    if protocol.group is None:
        return (protocol,)
    return _for_member(protocol), _for_group(protocol, protocol.group)


def _for_group(protocol: Protocol, terms: GroupTerms) -> Protocol:
    shared = protocol.only(step.key for step in protocol.steps if step.with_group)
    steps = tuple(_of_group(step, terms) for step in shared.steps)
    return replace(shared, key=key_for_group(protocol.key), steps=steps, reading=Reading.GROUP)


def _of_group(step: Step, terms: GroupTerms) -> Step:
    """Return a visit as the group needs it: decisions and the way home are each member's own."""
    return replace(step, gates=(), no_driving=timedelta(0), places=terms.most + terms.spare_places)


def _for_member(protocol: Protocol) -> Protocol:
    steps = tuple(_of_member(step) if step.with_group else step for step in protocol.steps)
    return replace(protocol, steps=steps, reading=Reading.MEMBER)


def _of_member(step: Step) -> Step:
    """Return a visit with the group as a member needs it: the group has the room and the people."""
    phases = tuple(Phase(phase.name, phase.minutes) for phase in step.phases if phase.with_patient)
    return replace(
        step,
        phases=phases,
        room_capability=None,
        site_cover=(),
        keeps_one_therapist=False,
        ends_before_close=timedelta(0),
        hands_over=frozenset(),
    )
