"""The day of a group: its visit goes as its members go, the first who comes begins it and the last who is let go ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.access.permissions import Actor
from scheduler.booking.completing import note_completion
from scheduler.booking.judging import findings_now
from scheduler.domain.appointment import (
    HAS_BEEN_CLEARED,
    LET_GO,
    NOT_BEGUN,
    UNDER_WAY,
    Appointment,
    AppointmentState,
)
from scheduler.rules.checklist import forbids, waits_for
from scheduler.rules.finding import Finding
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.store.members import visits_with

_CAME = UNDER_WAY | LET_GO
_OVER = frozenset({AppointmentState.CLOSED, AppointmentState.LEFT_BEFORE_RELEASE})


def note_in_group(visit: Appointment, actor: Actor, now: datetime) -> None:
    """Let the visit of a group go as far as its members have come, after one of them went on; nothing for other visits."""
    if visit.group_visit is None:
        return
    group_visit = appointments.appointment(visit.group_visit)
    if not group_visit.state.takes_time:
        return
    after = as_its_members(group_visit, visits_with([group_visit.id]))
    if after != group_visit:
        appointments.note_progress(replace(after, version=group_visit.version + 1))
        note_completion(group_visit.series, actor, now)


def as_its_members(group_visit: Appointment, visits: Sequence[Appointment]) -> Appointment:
    """Return the visit of a group as its members' visits say it stands.

    It begins when the first member came, and is over when the last one was let go: those who did not come do not count.
    """
    came = [visit for visit in visits if visit.state in _CAME]
    if not came:
        state = group_visit.state if group_visit.state in NOT_BEGUN else AppointmentState.BOOKED
        return replace(group_visit, state=state, began_at=None, released_at=None)
    began = min((visit.began_at for visit in came if visit.began_at), default=None)
    awaited = any(visit.state in NOT_BEGUN for visit in visits)
    if awaited or any(visit.state in UNDER_WAY for visit in came):
        return replace(group_visit, state=AppointmentState.CHECKED_IN, began_at=began, released_at=None)
    closed = all(visit.state in _OVER for visit in came)
    state = AppointmentState.CLOSED if closed else AppointmentState.DISCHARGED
    released = max((visit.released_at for visit in came if visit.released_at), default=None)
    return replace(group_visit, state=state, began_at=began, released_at=released)


def keeps_group(visit: Appointment, now: datetime) -> tuple[Finding, ...]:
    """Return what keeps the group of a member's visit from starting, gates and broken rules; nothing for other visits."""
    if visit.group_visit is None or visit.state in HAS_BEEN_CLEARED or not visit.state.takes_time:
        return ()
    group_visit = appointments.appointment(visit.group_visit)
    findings = findings_now(stored.series(group_visit.series), now)
    return (*waits_for(group_visit.id, findings), *forbids(group_visit.id, findings))
