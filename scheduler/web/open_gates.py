"""What a proposal or a series still misses: its open gates, each told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.rules.finding import Finding, Level


@dataclass(frozen=True, slots=True)
class OpenGate:
    """One thing to settle: the rule, the visits that wait for it, and why and how to mend it for the first of them."""

    rule: str
    title: str
    steps: tuple[str, ...]
    why: str
    mend: str
    override_role: str | None


def open_gates(findings: Iterable[Finding]) -> tuple[OpenGate, ...]:
    """Return the open gates in the order in which they are first met."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.level is Level.GATE:
            by_rule.setdefault(finding.rule, []).append(finding)
    return tuple(
        OpenGate(
            rule=rule,
            title=found[0].title,
            steps=tuple(dict.fromkeys(step for finding in found for step in finding.steps)),
            why=found[0].why,
            mend=found[0].mend,
            override_role=found[0].override_role,
        )
        for rule, found in by_rule.items()
    )
