"""Which rules refused something, and which were let pass by somebody, and how often."""

from __future__ import annotations

from collections import Counter

from scheduler.domain.telling import told, told_of_number
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Figure, Part
from scheduler.rules.catalogue import CATALOGUE

BY_RULE = "rules"
"""The key of the figure."""

_HOW_THEY_ARE_COUNTED = told(
    "How many requests each rule refused when somebody booked, moved, substituted or went on with a visit, and "
    "how often somebody in the role that it names let it pass for one visit, with a reason. What is only looked at "
    "is not counted."
)

_COLUMNS = (
    told("Rule"),
    told("What it asks"),
    told("Refusals"),
    told("Overrides"),
    told("Taken back"),
)


def exceptions_by_rule(facts: Facts) -> Figure:
    """Return how often each rule refused a request, and how often it was let pass; overrides taken back apart."""
    kept = Counter(one.rule for one in facts.overrides if one.withdrawn_at is None)
    taken_back = Counter(one.rule for one in facts.overrides if one.withdrawn_at is not None)
    refused = Counter(facts.refusals)
    whole = kept + taken_back + refused
    rules = sorted(whole, key=lambda rule: (-whole[rule], rule))
    return Figure(
        key=BY_RULE,
        title=told("Refusals and overrides by rule"),
        counted=_HOW_THEY_ARE_COUNTED,
        summed=told(
            "%(refusals)s, %(overrides)s.",
            refusals=told_of_number("%(num)s refusal", "%(num)s refusals", refused.total()),
            overrides=told_of_number("%(num)s override", "%(num)s overrides", len(facts.overrides)),
        ),
        columns=_COLUMNS,
        rows=tuple((rule, _title(rule), refused[rule], kept[rule], taken_back[rule]) for rule in rules),
        drawing=Bars(
            tuple(
                Bar(
                    _title(rule),
                    (
                        Part(told("refused"), refused[rule], "accent"),
                        Part(told("let pass"), kept[rule], "warn"),
                        Part(told("let pass, taken back"), taken_back[rule], "pale"),
                    ),
                    str(whole[rule]),
                )
                for rule in rules
            )
        ),
    )


def _title(rule: str) -> str:
    return next((one.title for one in CATALOGUE if one.id == rule), rule)
