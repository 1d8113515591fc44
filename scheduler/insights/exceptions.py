"""Which rules refused something, and which were let pass by somebody, and how often."""

from __future__ import annotations

from collections import Counter

from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Figure, Part, counted
from scheduler.rules.catalogue import CATALOGUE


def exceptions_by_rule(facts: Facts) -> Figure:
    """Return how often each rule refused a request, and how often it was let pass; overrides taken back apart."""
    kept = Counter(one.rule for one in facts.overrides if one.withdrawn_at is None)
    taken_back = Counter(one.rule for one in facts.overrides if one.withdrawn_at is not None)
    refused = Counter(facts.refusals)
    whole = kept + taken_back + refused
    rules = sorted(whole, key=lambda rule: (-whole[rule], rule))
    return Figure(
        key="rules",
        title="Refusals and overrides by rule",
        counted="How many requests each rule refused when somebody booked, moved, substituted or went on with a visit, and "
        "how often somebody in the role that it names let it pass for one visit, with a reason. What is only looked at "
        "is not counted.",
        summed=f"{counted(refused.total(), 'refusal')}, {counted(len(facts.overrides), 'override')}.",
        columns=("Rule", "What it asks", "Refusals", "Overrides", "Taken back"),
        rows=tuple((rule, _title(rule), refused[rule], kept[rule], taken_back[rule]) for rule in rules),
        drawing=Bars(
            tuple(
                Bar(
                    _title(rule),
                    (
                        Part("refused", refused[rule], "accent"),
                        Part("let pass", kept[rule], "warn"),
                        Part("let pass, taken back", taken_back[rule], "pale"),
                    ),
                    str(whole[rule]),
                )
                for rule in rules
            )
        ),
    )


def _title(rule: str) -> str:
    return next((one.title for one in CATALOGUE if one.id == rule), rule)
