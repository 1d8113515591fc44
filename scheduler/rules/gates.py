"""The rules about decisions that must stand before a visit may start, from clearances to the review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.diary import BookedVisit
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.telling import told, told_of_number
from scheduler.domain.treatment import GateRequirement, Protocol
from scheduler.rules.finding import Breach
from scheduler.rules.gate_families import family_of
from scheduler.rules.question import Question
from scheduler.rules.wording import day_words, gate_name


@lru_cache(maxsize=1024)
def _asked(protocol: Protocol, family: str) -> Mapping[str, tuple[GateRequirement, ...]]:
    """Return the gates of one family by the step that asks for them."""
    by_step = {
        step.key: tuple(g for g in step.gates if family_of(g.kind).judged_with == family)
        for step in protocol.steps
    }
    return {key: gates for key, gates in by_step.items() if gates}


def _closed(question: Question, family: str) -> Iterator[Breach]:
    asked = _asked(question.protocol, family)
    for visit in question.ahead:
        for gate in asked.get(visit.step, ()):
            if reason := _why_closed(question, visit, gate):
                yield Breach((visit,), reason, _mend(question, visit, gate), gate=gate.kind)


def _why_closed(question: Question, visit: Appointment, gate: GateRequirement) -> str | None:
    """Return why the gate does not stand open on the day of the visit, or `None` when it does."""
    day = question.day_of(visit)
    latest = question.diary.patient.latest_decision(gate.kind, day)
    if latest is None:
        return told(
            "no decision on %(gate)s is recorded for %(visit)s",
            gate=gate_name(gate.kind),
            visit=_on(visit, day),
        )
    after = _decided_after(question, gate)
    if after and latest.decided_on < after[1]:
        return _too_old(latest, _on(visit, day), after)
    if latest.decision is GateDecision.HOLD:
        return told(
            "%(gate)s is on hold since %(decided)s, and %(visit)s needs it",
            gate=gate_name(gate.kind),
            decided=day_words(latest.decided_on),
            visit=_on(visit, day),
        )
    if not latest.passes_on(day):
        return _held(latest, _on(visit, day))
    if latest.covers_visits is not None and (number := place_among_covered(question, visit, latest)) > (
        latest.covers_visits
    ):
        return told(
            "%(gate)s as decided on %(decided)s covers %(visits)s, and %(visit)s is number %(number)s since",
            gate=gate_name(gate.kind),
            decided=day_words(latest.decided_on),
            visits=told_of_number("%(num)s visit", "%(num)s visits", latest.covers_visits),
            visit=_on(visit, day),
            number=number,
        )
    return None


def _on(visit: Appointment, day: date) -> str:
    return told("%(step)s on %(day)s", step=visit.step, day=day_words(day))


def _too_old(latest: GateRecord, visit: str, after: tuple[str, date]) -> str:
    step, since = after
    return told(
        "%(gate)s was last decided on %(decided)s; %(visit)s asks for a decision on or after the day of %(step)s, "
        "%(day)s",
        gate=gate_name(latest.kind),
        decided=day_words(latest.decided_on),
        visit=visit,
        step=step,
        day=day_words(since),
    )


def _held(latest: GateRecord, visit: str) -> str:
    name, until = gate_name(latest.kind), latest.valid_until
    if until is None:
        return told("%(gate)s held until it was replaced, which is before %(visit)s", gate=name, visit=visit)
    return told(
        "%(gate)s held until %(day)s, which is before %(visit)s", gate=name, day=day_words(until), visit=visit
    )


def place_among_covered(question: Question, visit: Appointment, decision: GateRecord) -> int:
    """Return which visit of its kind this is since the day of a decision, from 1; whatever series the others belong to."""
    zone = question.diary.site.zone
    every: tuple[Appointment | BookedVisit, ...] = (*question.visits, *question.elsewhere)
    starts = [
        (one.start, one.id)
        for one in every
        if one.kind is visit.kind and local_day(one.start, zone) >= decision.decided_on
    ]
    return sum(start <= (visit.start, visit.id) for start in starts)


def _decided_after(question: Question, gate: GateRequirement) -> tuple[str, date] | None:
    anchor = question.visit(gate.decided_after_step) if gate.decided_after_step else None
    return (anchor.step, local_day(anchor.start, question.diary.site.zone)) if anchor else None


def _mend(question: Question, visit: Appointment, gate: GateRequirement) -> str:
    name, until = gate_name(gate.kind), question.said(visit.start)
    after = _decided_after(question, gate)
    if after is None:
        return told("decide on %(gate)s before %(time)s", gate=name, time=until)
    return told(
        "decide on %(gate)s between %(day)s and %(time)s", gate=name, day=day_words(after[1]), time=until
    )


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
    """Payment or the payer's authorisation covers the visit.

    An authorisation for a number of visits covers the first visits of a kind that take place or are booked from its day
    on, whatever series they belong to; those called off do not count.
    """
    yield from _closed(question, "payment")


def somebody_takes_the_patient_home(question: Question) -> Iterator[Breach]:
    """A named adult takes the patient home after a dose."""
    yield from _closed(question, "escort")


def the_response_has_been_reviewed(question: Question) -> Iterator[Breach]:
    """After the first doses a prescriber looks at the response before more are given; not everybody responds."""
    yield from _closed(question, "review")


def the_patient_is_enrolled_in_the_programme_of_the_drug(question: Question) -> Iterator[Breach]:
    """Some drugs may be given to enrolled patients alone; where the law says so, nobody decides otherwise."""
    yield from _closed(question, "programme")


def every_other_gate_stands_open(question: Question) -> Iterator[Breach]:
    """Whatever else the protocol asks to be decided before the visit has been decided."""
    yield from _closed(question, "other")
