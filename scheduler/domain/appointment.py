"""One visit of a series: when, where, with whom, in which phases, and what it claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.claims import Claim, Placement, Purpose, claims_of
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Step, StepKind


class AppointmentState(StrEnum):
    """The life of a visit; visits without a dose skip the middle.

    `LAPSED`: it was only held, and nobody decided in time; or it was booked by mistake, and nobody was told.
    """

    TENTATIVE = "tentative"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    CLEARED = "cleared"
    DOSING = "dosing"
    OBSERVING = "observing"
    RECOVERING = "recovering"
    DISCHARGED = "discharged"
    CLOSED = "closed"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    SAME_DAY_HOLD = "same_day_hold"
    NO_SHOW = "no_show"
    LEFT_BEFORE_RELEASE = "left_before_release"
    LAPSED = "lapsed"

    @property
    def takes_time(self) -> bool:
        """Say whether a visit in this state holds its claims: one that is called off gives them back."""
        return self not in CALLED_OFF


NOT_BEGUN = frozenset({AppointmentState.TENTATIVE, AppointmentState.BOOKED, AppointmentState.CONFIRMED})
"""The states of visits that are still to come: these may be moved and called off."""

LET_GO = frozenset(
    {AppointmentState.DISCHARGED, AppointmentState.CLOSED, AppointmentState.LEFT_BEFORE_RELEASE}
)
"""The states of visits from which the patient has gone."""

UNDER_WAY = frozenset(
    {
        AppointmentState.CHECKED_IN,
        AppointmentState.CLEARED,
        AppointmentState.DOSING,
        AppointmentState.OBSERVING,
        AppointmentState.RECOVERING,
    }
)
"""The states of visits with the patient there."""

HAS_BEEN_CLEARED = (UNDER_WAY - {AppointmentState.CHECKED_IN}) | LET_GO
"""The states of visits for which every gate was settled once; nobody asks for it again."""

CALLED_OFF = frozenset(
    {
        AppointmentState.CANCELLED_BY_PATIENT,
        AppointmentState.CANCELLED_BY_CLINIC,
        AppointmentState.SAME_DAY_HOLD,
        AppointmentState.NO_SHOW,
        AppointmentState.LAPSED,
    }
)

UNANNOUNCED = frozenset({AppointmentState.TENTATIVE, AppointmentState.LAPSED})
"""The states in which the patient is not told of a visit: it is held while somebody decides, or was."""


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """One phase of a visit as instants."""

    name: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Appointment:
    """One visit. `interval` runs from the patient's arrival to the planned discharge; turnover comes after it.

    `id` is stable and random for life once saved; a visit that is only proposed carries its step key instead, with a
    number behind it where the same step is proposed again.
    `version` rises with every change. `claims` are empty when the visit is called off.
    `staff` names who begins in each role; `relief` who serves the n-th segment of a role (from 0, in the order of
    `Step.segments_of`) where it is somebody else, who has taken over by then. `began_at` and `released_at` are when the
    patient really came and was let go, UTC, `None` before. `group_visit` is the id of the visit of a group in which this one
    takes part, `None` for every other visit: the room and the people are claimed by the group's.
    """

    id: str
    series: str
    site: str
    patient: str
    step: str
    kind: StepKind
    state: AppointmentState
    version: int
    interval: Interval
    room: str | None
    staff: Mapping[Role, str]
    phases: tuple[PhaseTime, ...]
    claims: tuple[Claim, ...]
    title: str = ""
    relief: Mapping[tuple[Role, int], str] = field(default_factory=dict)
    began_at: datetime | None = None
    released_at: datetime | None = None
    group_visit: str | None = None

    def serving(self, role: Role, segment: int) -> str | None:
        """Return who serves the n-th segment of a role, from 0, or `None` when nobody is named for the role."""
        return self.relief.get((role, segment), self.staff.get(role))

    def serving_as(self, role: Role) -> tuple[str, ...]:
        """Return everybody who serves in a role, who begins first, each once; empty when nobody is named."""
        begins = (self.staff[role],) if role in self.staff else ()
        if not self.relief:
            return begins
        relief = (person for (served, _), person in sorted(self.relief.items()) if served is role)
        return tuple(dict.fromkeys((*begins, *relief)))

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who serves in the visit, each once."""
        return tuple(dict.fromkeys((*self.staff.values(), *self.relief.values())))

    @property
    def start(self) -> datetime:
        """The patient's arrival, UTC."""
        return self.interval.start

    @property
    def discharge(self) -> datetime:
        """The planned discharge, UTC: a minimum, never a promise."""
        return self.interval.end

    @property
    def over_at(self) -> datetime:
        """When the patient left or is to leave, UTC: the planned discharge, or the real one where that was later."""
        return max(self.discharge, self.released_at or self.discharge)

    def is_over_at(self, instant: datetime) -> bool:
        """Say whether the patient has gone by this instant, or was to have gone as planned."""
        return self.state in LET_GO or self.discharge <= instant

    def until_left(self) -> tuple[Claim, ...]:
        """Return what the visit still claims once the patient was let go earlier than planned.

        The room is held for its turnover from then on, the spacing of doses as ever, and nobody and nothing else any more.
        Of a visit that was over before its planned start all stays: no part of that time was its own.
        """
        left = self.released_at
        if left is None or not self.start < left < self.discharge:
            return self.claims
        earlier = self.discharge - left
        kept = []
        for claim in self.claims:
            end = claim.interval.end
            if claim.purpose is not Purpose.SPACING:
                end = end - earlier if claim.resource == self.room else min(end, left)
            if end > claim.interval.start:
                kept.append(replace(claim, interval=Interval(claim.interval.start, end)))
        return tuple(kept)

    @property
    def minutes_by_phase(self) -> Mapping[str, int]:
        """How many minutes each phase takes here: as the protocol says, or longer once the visit was extended."""
        return {one.name: int(one.interval.duration.total_seconds() // 60) for one in self.phases}

    def shifted(self, by: timedelta) -> Appointment:
        """Return it so much later, with its phases and claims; earlier for a negative time."""
        return replace(
            self,
            interval=self.interval.shifted(by),
            phases=tuple(replace(one, interval=one.interval.shifted(by)) for one in self.phases),
            claims=tuple(replace(one, interval=one.interval.shifted(by)) for one in self.claims),
        )

    def phase(self, name: str) -> Interval | None:
        """Return when the named phase takes place, or `None` when the visit has no such phase."""
        return next((phase.interval for phase in self.phases if phase.name == name), None)


def appointment_at(
    placement: Placement, people: Mapping[str, StaffMember], site: str, *, id: str = "", series: str = ""
) -> Appointment:
    """Build the booked visit that a placement describes, with its phases and claims.

    `id` defaults to the step key, for a visit that is only proposed.
    """
    step = placement.step
    name = id or step.key
    return Appointment(
        id=name,
        series=series,
        site=site,
        patient=placement.patient,
        step=step.key,
        kind=step.kind,
        state=AppointmentState.BOOKED,
        version=1,
        interval=Interval.lasting(placement.start, step.length),
        room=placement.room,
        staff=dict(placement.staff),
        phases=phases_at(step, placement.start),
        claims=claims_of(placement, people, name),
        title=step.title,
        relief={
            at: person for at, person in placement.relief.items() if person != placement.staff.get(at[0])
        },
    )


def phases_at(step: Step, start: datetime) -> tuple[PhaseTime, ...]:
    """Return the phases of a step that starts at this instant."""
    return tuple(
        PhaseTime(name, Interval(start + begin, start + end))
        for name, (begin, end) in step.phase_times.items()
    )
