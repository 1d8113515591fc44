"""What an override does to a finding: a gate that was let pass counts as open no more, and is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scheduler.domain.appointment import HAS_BEEN_CLEARED, Appointment
from scheduler.domain.override import Override
from scheduler.domain.telling import told
from scheduler.rules.catalogue import Rule
from scheduler.rules.finding import Finding, Level
from scheduler.rules.question import Question


def ask(rules: Iterable[Rule], question: Question) -> Iterator[Finding]:
    """Yield what the rules find, in their order; what was let pass for the visit that waits for it as an INFO."""
    for rule in rules:
        for finding in rule.check(question):
            override = _override_of(finding, question)
            yield finding if override is None else _let_pass(finding, override, question)


def _override_of(finding: Finding, question: Question) -> Override | None:
    """Return the override that holds longest of exactly this rule and of the visit that waits, judged at its start."""
    if finding.level is not Level.GATE or finding.gated is None or not question.diary.overrides:
        return None
    visit = next(one for one in question.visits if one.id == finding.gated)
    holding = [
        override
        for override in question.diary.overrides
        if override.appointment == visit.id
        and override.rule == finding.rule
        and override.holds_at(_start(visit, question))
    ]
    return max(holding, key=lambda override: override.expires_at, default=None)


def _start(visit: Appointment, question: Question) -> datetime:
    """Return when the visit starts: one that is late, and not cleared yet, starts now at the earliest."""
    return visit.start if visit.state in HAS_BEEN_CLEARED else max(visit.start, question.diary.as_of)


def _let_pass(finding: Finding, override: Override, question: Question) -> Finding:
    role, until = override.role.replace("_", " "), question.said(override.expires_at)
    let_pass = told(
        "; the %(role)s lets it pass until %(until)s: %(reason)s",
        role=role,
        until=until,
        reason=override.reason,
    )
    return replace(
        finding,
        level=Level.INFO,
        why=f"{finding.why}{let_pass}",
        let_pass=let_pass,
        mend=told("withdraw the override should it not stand any more"),
        override=override,
    )
