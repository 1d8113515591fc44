"""People on the floor of the small clinic, and a dose that they take through its day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.advance_appointment import AdvanceAppointment, Advanced, advance_appointment
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.undo_advance import UndoAdvance, undo_advance
from scheduler.domain.appointment import LET_GO, Appointment, AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series
from scheduler.domain.visit_day import DayReason, path_of
from scheduler.store.appointments import appointment
from scheduler.store.clinic import protocol_of
from scheduler.store.series import series as stored_series

DESK = Actor("desk", AccountRole.FRONT_DESK, site="site-1")
NURSE = Actor("nurse", AccountRole.NURSE, site="site-1", staff="nurse-1")
THERAPIST = Actor("therapist", AccountRole.THERAPIST, site="site-1", staff="therapist-1")
PRESCRIBER = Actor("dr-lee", AccountRole.PRESCRIBER, site="site-1", staff="prescriber-1")

S = AppointmentState
MINUTE = timedelta(minutes=1)


@dataclass
class Floor:
    """One visit on its day, with a clock that stands where the test puts it."""

    series: Series
    step: str
    clock: StandingClock = field(init=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        visit = stored_series(self.series.id).visit(self.step)
        assert visit is not None
        self.id = visit.id
        self.clock = StandingClock(visit.start)

    @property
    def visit(self) -> Appointment:
        """The visit as it is stored."""
        return appointment(self.id)

    def at(self, instant: datetime) -> Floor:
        """Put the clock."""
        self.clock.instant = instant
        return self

    def minutes_in(self, minutes: int) -> Floor:
        """Put the clock so many minutes after the planned start."""
        return self.at(self.visit.start + minutes * MINUTE)

    def tries(
        self, to: AppointmentState, actor: Actor = NURSE, **fields: Any
    ) -> Advanced | Refused | NotAllowed:
        """Ask for a step, and return the answer."""
        command = AdvanceAppointment(self.id, to, fields.pop("version", self.visit.version), **fields)
        return advance_appointment(command, actor, self.clock)

    def goes(
        self, *states: AppointmentState, actor: Actor = NURSE, reason: DayReason | None = None
    ) -> Appointment:
        """Take steps that must be possible, one after the other."""
        for state in states:
            outcome = self.tries(state, actor, reason=reason)
            assert isinstance(outcome, Advanced), outcome
        return self.visit

    def undoes(self, actor: Actor = NURSE) -> Advanced | Refused | NotAllowed:
        """Take the last step back, and return the answer."""
        return undo_advance(UndoAdvance(self.id, self.visit.version), actor, self.clock)


def takes_place(series: Series, *steps: str) -> StandingClock:
    """Take visits of a series through their whole day, all that stand when none is named; return the clock of the last."""
    clock = StandingClock(series.appointments[0].start)
    for visit in stored_series(series.id).standing:
        if visit.state not in LET_GO and (not steps or visit.step in steps):
            floor = Floor(series, visit.step)
            settle(floor)
            for state in path_of(visit)[2:]:
                if state is S.DISCHARGED:
                    floor.at(max(floor.clock.now(), floor.visit.discharge))
                floor.goes(state, actor=PRESCRIBER)
            clock = floor.clock
    return clock


def settle(floor: Floor) -> None:
    """Let everything pass that the visit waits for."""
    found = stored_series(floor.series.id)
    step = protocol_of(found).step(floor.step)
    for gate, actor in product(step.gates, (DESK, THERAPIST, PRESCRIBER)):
        decide_gate(DecideGate(floor.visit.patient, gate.kind, GateDecision.PASS), actor, floor.clock)


def codes(outcome: object) -> list[str]:
    """Return the codes of what a refusal says, rules first."""
    assert isinstance(outcome, Refused), outcome
    return [*(one.rule for one in outcome.findings), *(one.code for one in outcome.reasons)]
