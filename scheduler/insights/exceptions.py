"""Which rules were let pass by somebody, and how often."""

from __future__ import annotations

from collections import Counter

from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Figure, Part
from scheduler.rules.catalogue import CATALOGUE


def overrides_by_rule(facts: Facts) -> Figure:
    """Return how often each rule was let pass, and by whom; those taken back apart."""
    kept = Counter(one.rule for one in facts.overrides if one.withdrawn_at is None)
    taken_back = Counter(one.rule for one in facts.overrides if one.withdrawn_at is not None)
    rules = sorted(kept.keys() | taken_back.keys(), key=lambda rule: (-kept[rule] - taken_back[rule], rule))
    return Figure(
        key="overrides",
        title="Overrides by rule",
        counted="How often somebody in the role that a rule names let it pass for one visit, with a reason.",
        summed=f"{len(facts.overrides)} {'override' if len(facts.overrides) == 1 else 'overrides'}.",
        columns=("Rule", "What it asks", "Overrides", "Taken back"),
        rows=tuple((rule, _title(rule), kept[rule], taken_back[rule]) for rule in rules),
        drawing=Bars(
            tuple(
                Bar(
                    _title(rule),
                    (Part("let pass", kept[rule], "warn"), Part("taken back", taken_back[rule], "pale")),
                    str(kept[rule] + taken_back[rule]),
                )
                for rule in rules
            )
        ),
    )


def _title(rule: str) -> str:
    return next((one.title for one in CATALOGUE if one.id == rule), rule)
