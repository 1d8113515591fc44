"""What a visit waits for, as one list: each decision and other gate, whose it is, by when, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.appointment import Appointment
from scheduler.domain.override import Override
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.telling import told, told_joined
from scheduler.rules.finding import Finding, Level
from scheduler.rules.gate_families import family_of
from scheduler.rules.gates import place_among_covered
from scheduler.rules.question import Question
from scheduler.rules.wording import day_words, gate_name


class Standing(StrEnum):
    """How one entry stands on the day of the visit."""

    HOLD = "hold"
    OPEN = "open"
    OVERRIDDEN = "overridden"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One entry: a decision (`gate` names it) or another gate (`None`), judged for the day of the visit.

    `owner` is the role that sees to it, `due` the instant by which it should stand, UTC; both `None` where the table of
    gates does not say. `rule`, `override_role` and `override` are empty for a decision that stands. `why` says what is
    wrong, or what was decided.
    """

    name: str
    gate: str | None
    standing: Standing
    owner: str | None
    due: datetime | None
    why: str
    mend: str = ""
    rule: str = ""
    override_role: str | None = None
    override: Override | None = None

    @property
    def blocks(self) -> bool:
        """Say whether the visit may not start because of it."""
        return self.standing in (Standing.HOLD, Standing.OPEN)


def waits_for(visit: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the open gates for which a visit waits, by its id; what only a later visit waits for is left out."""
    return tuple(one for one in findings if one.gated == visit and one.level is Level.GATE)


def forbids(visit: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what refuses a booking and is found of this visit, by its id: nobody may let that pass.

    What only forbids a later visit is left out: of two doses too close together the second may not start.
    """
    return tuple(one for one in findings if one.gated == visit and one.level is Level.BLOCK)


def checklist(question: Question, findings: Iterable[Finding], visit: Appointment) -> tuple[Checkpoint, ...]:
    """Return every entry of a visit: what keeps it from starting first, by when it is due.

    `findings` are what all rules say about the series, so that nothing is judged here a second time.
    """
    about = [one for one in findings if one.gated == visit.id and one.level is not Level.BLOCK]
    named = {one.gate for one in about}
    entries = [_from_finding(question, one, visit) for one in about]
    entries += _passed(question, visit, named)
    last = visit.start + timedelta(days=1)
    return tuple(sorted(entries, key=lambda one: (not one.blocks, one.due or last, one.name)))


def _from_finding(question: Question, finding: Finding, visit: Appointment) -> Checkpoint:
    family = family_of(finding.gate) if finding.gate else None
    return Checkpoint(
        name=gate_name(finding.gate) if finding.gate else finding.title,
        gate=finding.gate,
        standing=_standing(question, finding, visit),
        owner=family.owner if family else finding.override_role,
        due=visit.start - family.due if family else None,
        why=finding.why,
        mend=finding.mend,
        rule=finding.rule,
        override_role=finding.override_role,
        override=finding.override,
    )


def _standing(question: Question, finding: Finding, visit: Appointment) -> Standing:
    if finding.override is not None:
        return Standing.OVERRIDDEN
    latest = _latest(question, finding.gate, visit) if finding.gate else None
    return Standing.HOLD if latest and latest.decision is GateDecision.HOLD else Standing.OPEN


def _passed(question: Question, visit: Appointment, named: set[str | None]) -> Iterator[Checkpoint]:
    for gate in question.step_of(visit).gates:
        latest = _latest(question, gate.kind, visit)
        if gate.kind not in named and latest is not None:
            family = family_of(gate.kind)
            yield Checkpoint(
                name=gate_name(gate.kind),
                gate=gate.kind,
                standing=Standing.PASSED,
                owner=family.owner,
                due=visit.start - family.due,
                why=_decided(question, visit, latest),
            )


def _decided(question: Question, visit: Appointment, record: GateRecord) -> str:
    parts = [told("decided on %(day)s", day=day_words(record.decided_on))]
    if record.valid_until:
        parts.append(told(", holds until %(day)s", day=day_words(record.valid_until)))
    if record.covers_visits is not None:
        place = place_among_covered(question, visit, record)
        parts.append(
            told(
                "; %(step)s is number %(place)s of the %(most)s that it covers",
                step=visit.step,
                place=place,
                most=record.covers_visits,
            )
        )
    return told_joined(parts, "")


def _latest(question: Question, gate: str, visit: Appointment) -> GateRecord | None:
    return question.diary.patient.latest_decision(gate, question.day_of(visit))
