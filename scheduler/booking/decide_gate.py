"""Decide a gate for a patient: pass or hold, until when and for how many visits; never a score, a dose or a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.access.permissions import AccountRole, Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.state_names import account_role_name
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.people import GateDecision, GateRecord, Patient
from scheduler.domain.telling import told, told_either, told_moment
from scheduler.rules.clear_head import dose_before, is_consent
from scheduler.rules.gate_families import family_of
from scheduler.rules.wording import day_words, gate_name, limit
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.booked_visits import booked_of
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

VERB = "decide_gate"

MOST_VISITS = 99
"""An authorisation covers a course, not a lifetime."""


@dataclass(frozen=True, slots=True)
class DecideGate:
    """Decide today about a gate of a patient, such as `consent.treatment`.

    A pass may hold through `valid_until`, an inclusive clinic-local day, and for `covers_visits` visits of a kind, counted
    from today on; `None` sets no limit. A hold has neither. A request repeated with the same `idempotency_key` decides
    nothing again.
    """

    patient: str
    gate: str
    decision: GateDecision
    valid_until: date | None = None
    covers_visits: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class GateDecided:
    """The patient with every decision as it is kept."""

    patient: Patient


def may_decide(actor: Actor, gate: str, decision: GateDecision) -> bool:
    """Say whether an actor is one of those whom the table of gates lets decide so."""
    family = family_of(gate)
    roles = family.deciders if decision is GateDecision.PASS else family.may_hold()
    return may(actor, Permission.DECIDE_GATE) and actor.role.value in roles


def decide_gate(command: DecideGate, actor: Actor, clock: Clock) -> GateDecided | Refused | NotAllowed:
    """Keep a decision about a patient; every visit that asks for it is judged by it from then on."""
    if not may(actor, Permission.DECIDE_GATE):
        return NotAllowed(Permission.DECIDE_GATE)
    act = Act(VERB, Permission.DECIDE_GATE, command, actor, clock.now())
    return retried(lambda: _attempt(act))


def _attempt(act: Act[DecideGate]) -> GateDecided | Refused | NotAllowed:
    with unit_of_work():
        try:
            seen = clinic.patient(act.command.patient)
        except NotFound:
            why = told("There is no patient '%(patient)s'.", patient=act.command.patient)
            return Refused(
                reasons=(nonsense("unknown_patient", why, told("Choose a patient from the list.")),)
            )
        if not act.may_at(seen.site):
            return act.not_allowed
        lock([seen.site], [seen.id])
        return act.once(
            seen.site,
            do=lambda: _decided(act, seen),
            again=lambda earlier: GateDecided(clinic.patient(earlier)),
        )


def _decided(act: Act[DecideGate], seen: Patient) -> GateDecided | Refused:
    command, actor, now = act.command, act.actor, act.now
    today = local_day(now, clinic.site(seen.site).zone)
    refused = _against(command, actor, today) or _too_soon_after_a_dose(command, seen, now)
    if refused is not None:
        return refused
    clinic.note_decision(seen, _made(command, actor, now, today))
    act.note_answer(seen)
    record(_entry(command, actor, now, seen))
    return GateDecided(clinic.patient(seen.id))


def _against(command: DecideGate, actor: Actor, today: date) -> Refused | None:
    name = gate_name(command.gate)
    if not _is_asked_for(command.gate):
        why = told("No protocol asks for a decision on '%(gate)s'.", gate=command.gate)
        return Refused(reasons=(nonsense("unknown_gate", why, told("Choose one that a visit waits for.")),))
    if not may_decide(actor, command.gate, command.decision):
        return _not_the_role(command, actor)
    if command.decision is GateDecision.HOLD and (command.valid_until, command.covers_visits) != (None, None):
        why = told("A hold on %(name)s stands until it is decided anew.", name=name)
        return Refused(
            reasons=(nonsense("hold_without_end", why, told("Leave the last day and the number out.")),)
        )
    if command.valid_until is not None and command.valid_until < today:
        why = told(
            "%(gate)s would have held until %(day)s, and today is %(today)s.",
            gate=name.capitalize(),
            day=day_words(command.valid_until),
            today=day_words(today),
        )
        return Refused(reasons=(nonsense("over_already", why, told("Choose today or a later day.")),))
    if command.covers_visits is not None and not 1 <= command.covers_visits <= MOST_VISITS:
        why = told(
            "%(covers_visits)s visits cannot be covered; from 1 to %(most_visits)s can.",
            covers_visits=command.covers_visits,
            most_visits=MOST_VISITS,
        )
        return Refused(reasons=(nonsense("covers", why, told("Give another number, or none for no limit.")),))
    return None


def _too_soon_after_a_dose(command: DecideGate, patient: Patient, now: datetime) -> Refused | None:
    """Return the refusal of a consent that would not count, by the same line as the rule about it."""
    if command.decision is not GateDecision.PASS or not is_consent(command.gate):
        return None
    site = clinic.site(patient.site)
    dose = dose_before(booked_of([patient.id], now).get(patient.id, ()), now, site.no_decisions)
    if dose is None or dose.given is None:
        return None
    clear_from = told_moment(dose.given.end + site.no_decisions, site.zone)
    why = told(
        "The patient was given a dose that is over at %(time)s, and agrees on nothing for %(length)s after it.",
        time=told_moment(dose.given.end, site.zone),
        length=limit(site.no_decisions),
    )
    return Refused(
        reasons=(
            nonsense(
                "after_a_dose", why, told("Ask for it again from %(clear_from)s on.", clear_from=clear_from)
            ),
        )
    )


def _is_asked_for(gate: str) -> bool:
    steps = (step for protocol in clinic.protocol_versions() for step in protocol.steps)
    return any(
        gate == step.left_out_when_passed or gate in {one.kind for one in step.gates} for step in steps
    )


def _not_the_role(command: DecideGate, actor: Actor) -> Refused:
    family = family_of(command.gate)
    named = told_either(sorted(account_role_name(AccountRole(role)) for role in family.deciders))
    why = told(
        "Whether %(gate)s passes is for the %(named)s to decide, and this account is for the %(role)s.",
        gate=gate_name(command.gate),
        named=named,
        role=account_role_name(actor.role),
    )
    return Refused(
        reasons=(
            nonsense(
                "not_the_role",
                why,
                told("Ask the %(role)s.", role=account_role_name(AccountRole(family.owner))),
            ),
        )
    )


def _made(command: DecideGate, actor: Actor, now: datetime, today: date) -> GateRecord:
    return GateRecord(
        kind=command.gate,
        decision=command.decision,
        decided_on=today,
        valid_until=command.valid_until,
        decided_by=actor.id,
        covers_visits=command.covers_visits,
        decided_at=now,
    )


def _entry(command: DecideGate, actor: Actor, now: datetime, patient: Patient) -> AuditEntry:
    until = command.valid_until.isoformat() if command.valid_until else None
    details = {
        "gate": command.gate,
        "decision": command.decision.value,
        "valid_until": until,
        "covers_visits": command.covers_visits,
    }
    return AuditEntry(now, actor.id, VERB, "patient", patient.id, details, patient.site)
