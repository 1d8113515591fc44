"""The rules about decisions that must stand before a visit may start, from clearances to the review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.people import GateDecision
from scheduler.domain.treatment import GateRequirement, Protocol
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import day_words, gate_name

FAMILIES: dict[str, tuple[str, ...]] = {
    "medical": ("clearance.medical", "labs", "ecg", "pregnancy_test", "urine_drug_screen"),
    "psychological": (
        "clearance.psychological",
        "clearance.psychiatric",
        "safety_plan",
        "suicide_risk_screen",
    ),
    "eligibility": ("eligibility",),
    "consent": ("consent",),
    "order": ("order",),
    "payment": ("payment", "payer"),
    "escort": ("escort",),
    "review": ("review",),
}
"""Which gates belong to which rule: a name, or the part of a gate's name before a dot."""


def _family_of(kind: str) -> str:
    parts = kind.split(".")
    names = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return next((family for family, members in FAMILIES.items() if names & set(members)), "other")


@lru_cache(maxsize=1024)
def _asked(protocol: Protocol, family: str) -> Mapping[str, tuple[GateRequirement, ...]]:
    """Return the gates of one family by the step that asks for them."""
    by_step = {
        step.key: tuple(g for g in step.gates if _family_of(g.kind) == family) for step in protocol.steps
    }
    return {key: gates for key, gates in by_step.items() if gates}


def _closed(question: Question, family: str) -> Iterator[Breach]:
    asked = _asked(question.protocol, family)
    for visit in question.ahead:
        for gate in asked.get(visit.step, ()):
            if reason := _why_closed(question, visit, gate):
                yield Breach((visit,), reason, _mend(question, visit, gate))


def _why_closed(question: Question, visit: Appointment, gate: GateRequirement) -> str | None:
    """Return why the gate does not stand open on the day of the visit, or `None` when it does."""
    day = question.day_of(visit)
    made = [
        record
        for record in question.diary.patient.gates
        if record.kind == gate.kind and record.decided_on <= day
    ]
    name, when = gate_name(gate.kind), f"{visit.step} on {day_words(day)}"
    if not made:
        return f"no decision on {name} is recorded for {when}"
    # The same choice as Patient.passes makes: the latest decision, of two on one day the first recorded.
    latest = max(made, key=lambda record: record.decided_on)
    after = _decided_after(question, gate)
    if after and latest.decided_on < after[1]:
        step, since = after
        return (
            f"{name} was last decided on {day_words(latest.decided_on)}; {when} asks for a decision on or after the "
            f"day of {step}, {day_words(since)}"
        )
    if latest.decision is GateDecision.HOLD:
        return f"{name} is on hold since {day_words(latest.decided_on)}, and {when} needs it"
    if not question.diary.patient.passes(gate.kind, day):
        until = latest.valid_until
        return f"{name} held until {day_words(until) if until else 'it was replaced'}, which is before {when}"
    return None


def _decided_after(question: Question, gate: GateRequirement) -> tuple[str, date] | None:
    anchor = question.visit(gate.decided_after_step) if gate.decided_after_step else None
    return (anchor.step, local_day(anchor.start, question.diary.site.zone)) if anchor else None


def _mend(question: Question, visit: Appointment, gate: GateRequirement) -> str:
    name, until = gate_name(gate.kind), question.said(visit.start)
    after = _decided_after(question, gate)
    since = f" between {day_words(after[1])} and" if after else " before"
    return f"decide on {name}{since} {until}"


def medical_clearance_holds(question: Question) -> Iterator[Breach]:
    """Dosing is medically acceptable on the day: history, examination, medicines and what was asked for beside them."""
    yield from _closed(question, "medical")


def psychological_clearance_holds(question: Question) -> Iterator[Breach]:
    """Dosing is psychologically acceptable on the day; it is a decision apart from the medical one."""
    yield from _closed(question, "psychological")


def the_patient_is_found_eligible(question: Question) -> Iterator[Breach]:
    """A prescriber has decided that the patient is a suitable candidate before the series begins."""
    yield from _closed(question, "eligibility")


def consent_is_given(question: Question) -> Iterator[Breach]:
    """The patient has agreed, in time and in a clear state, to what the visit brings."""
    yield from _closed(question, "consent")


def an_order_is_present(question: Question) -> Iterator[Breach]:
    """A prescriber has ordered the drug for this dose."""
    yield from _closed(question, "order")


def payment_is_settled(question: Question) -> Iterator[Breach]:
    """Payment or the payer's authorisation covers the visit."""
    yield from _closed(question, "payment")


def somebody_takes_the_patient_home(question: Question) -> Iterator[Breach]:
    """A named adult takes the patient home after a dose."""
    yield from _closed(question, "escort")


def the_response_has_been_reviewed(question: Question) -> Iterator[Breach]:
    """After the first doses a prescriber looks at the response before more are given; not everybody responds."""
    yield from _closed(question, "review")


def every_other_gate_stands_open(question: Question) -> Iterator[Breach]:
    """Whatever else the protocol asks to be decided before the visit has been decided."""
    yield from _closed(question, "other")
