"""Deeds of the day: steps of a visit, gates and overrides, longer stays, messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from scheduler.booking.advance_appointment import AdvanceAppointment, Advanced, advance_appointment
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.extend_stay import ExtendStay, StayReason, extend_stay
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import Refused
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.undo_advance import UndoAdvance, undo_advance
from scheduler.booking.withdraw_override import WithdrawOverride, withdraw_override
from scheduler.domain.appointment import UNDER_WAY, Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import GateDecision
from scheduler.domain.visit_day import SIDE_EXITS, moves_from
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.messages import Letter, compose
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Level
from scheduler.rules.gate_families import family_of
from scheduler.store import clinic
from scheduler.store import series as stored
from soak.dice import Dice


def advance(dice: Dice) -> object:
    """Take a visit of today some steps on, mostly along its path; now and then it takes longer, or a step is taken back."""
    if (visit := dice.a_visit_of_today()) is None:
        return None
    outcome: object = None
    for _ in range(dice.random.randrange(1, 6)):
        if visit.state in UNDER_WAY and dice.chance(12):
            return _extended(dice, visit)
        outcome = _a_step(dice, visit)
        if not isinstance(outcome, Advanced):
            break
        visit = outcome.appointment
    return outcome


def _a_step(dice: Dice, visit: Appointment) -> object:
    moves = [one for one in moves_from(visit) if one.to not in SIDE_EXITS or dice.chance(12)]
    if not moves:
        return None
    move = moves[0] if dice.chance(80) else dice.random.choice(moves)
    actor = dice.actor(dice.random.choice(sorted(move.by)))
    reason = dice.random.choice(move.reasons) if move.reasons else None
    # The step and taking it back are a moment apart, whatever the quick clock does meanwhile.
    clock = StandingClock(dice.clock.now())
    command = AdvanceAppointment(visit.id, move.to, visit.version, reason, uuid4().hex)
    outcome = advance_appointment(command, actor, clock)
    if isinstance(outcome, Refused) and outcome.findings:
        return settle(dice, visit)
    if isinstance(outcome, Advanced) and dice.chance(15):
        clock.advance(timedelta(minutes=1))
        return undo_advance(UndoAdvance(visit.id, outcome.appointment.version), actor, clock)
    return outcome


def settle(dice: Dice, visit: Appointment) -> object:
    """Decide something that a visit waits for."""
    series = stored.series(visit.series)
    gates = clinic.protocol(series.protocol, series.protocol_version).step(visit.step).gates
    outcome: object = None
    for gate in gates:
        actor = dice.actor(sorted(family_of(gate.kind).deciders)[0])
        decision = GateDecision.HOLD if dice.chance(3) else GateDecision.PASS
        outcome = decide_gate(DecideGate(visit.patient, gate.kind, decision), actor, dice.clock)
    return outcome


def decide_a_gate(dice: Dice) -> object:
    """Decide a gate that any visit to come asks for, sometimes for some visits or until a day only, or not to pass."""
    if (found := dice.a_visit_to_come()) is None:
        return None
    series, visit = found
    gates = clinic.protocol(series.protocol, series.protocol_version).step(visit.step).gates
    if not gates:
        return None
    gate = dice.random.choice(gates).kind
    actor = dice.actor(sorted(family_of(gate).deciders)[0])
    if dice.chance(10):
        return decide_gate(DecideGate(visit.patient, gate, GateDecision.HOLD), actor, dice.clock)
    until = dice.clock.now().date() + timedelta(days=60) if dice.chance(30) else None
    covers = dice.random.randrange(1, 12) if dice.chance(30) else None
    command = DecideGate(visit.patient, gate, GateDecision.PASS, until, covers, uuid4().hex)
    return decide_gate(command, actor, dice.clock)


def override(dice: Dice) -> object:
    """Let an open gate of any visit to come pass, by the role that its rule names."""
    if (found := dice.a_visit_to_come()) is None:
        return None
    roles = {rule.id: rule.override_role for rule in CATALOGUE}
    open_gates = [
        one
        for one in findings_now(found[0], dice.clock.now())
        if one.level is Level.GATE and one.gated and roles[one.rule]
    ]
    if not open_gates:
        return None
    finding = dice.random.choice(open_gates)
    assert finding.gated is not None
    actor = dice.actor(roles[finding.rule] or "")
    command = OverrideRule(finding.gated, finding.rule, "the soak lets it pass", 150, uuid4().hex)
    outcome = override_rule(command, actor, dice.clock)
    if isinstance(outcome, RuleOverridden):
        dice.remember("override", outcome.override)
    return outcome


def withdraw(dice: Dice) -> object:
    """Take back an override that this process made."""
    made = dice.forget("override")
    if made is None:
        return None
    actor = dice.actor(getattr(made, "role", ""))
    return withdraw_override(WithdrawOverride(getattr(made, "id", "")), actor, dice.clock)


def extend(dice: Dice) -> object:
    """Let a visit under way take longer."""
    visit = dice.a_visit_of_today()
    return _extended(dice, visit) if visit is not None and visit.state in UNDER_WAY else None


def _extended(dice: Dice, visit: Appointment) -> object:
    why = dice.random.choice(list(StayReason))
    minutes = None if why is StayReason.SUPPLEMENTAL_DOSE else dice.random.choice((5, 10, 30))
    command = ExtendStay(visit.id, why, minutes, visit.version, uuid4().hex)
    return extend_stay(command, dice.actor("nurse"), dice.clock)


@dataclass(slots=True)
class _Nobody:
    """A channel whose messages nobody reads."""

    name = "email"
    sender = "appointments@example.org"
    sent: int = 0

    def send(self, letter: Letter, at: datetime) -> None:
        """Take the message."""
        compose(letter, self.sender, at)
        self.sent += 1

    def close(self) -> None:
        """Do nothing more."""


def remind(dice: Dice) -> object:
    """Send some of the messages that are due."""
    channel = _Nobody()
    return dispatch(dice.clock.now(), channel, lambda: channel.sent < 5)
