"""Every rule of the catalogue by example: kept, broken, exactly at its limit, and the least step beyond it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scheduler.rules.catalogue import CATALOGUE, Rule
from scheduler.rules.question import Question
from tests.rules.examples import cover, groups, places, windows
from tests.rules.examples.case import Example

EXAMPLES: Mapping[str, Example] = {**windows.EXAMPLES, **cover.EXAMPLES, **groups.EXAMPLES, **places.EXAMPLES}

every_rule = pytest.mark.parametrize("rule", CATALOGUE, ids=[rule.id for rule in CATALOGUE])


def found_by(rule: Rule, question: Question) -> list[str]:
    """Return why the rule finds fault, once for each finding."""
    return [finding.why for finding in rule.check(question)]


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert set(EXAMPLES) == {rule.id for rule in CATALOGUE}
    assert sum(map(len, (windows.EXAMPLES, cover.EXAMPLES, groups.EXAMPLES, places.EXAMPLES))) == len(
        EXAMPLES
    )


@every_rule
def test_a_series_that_keeps_the_rule_has_no_finding(rule: Rule) -> None:
    assert found_by(rule, EXAMPLES[rule.id].keeps()) == []


@every_rule
def test_a_series_that_breaks_the_rule_has_a_finding_that_says_why_and_what_mends_it(rule: Rule) -> None:
    findings = list(rule.check(EXAMPLES[rule.id].breaks()))
    assert findings
    for finding in findings:
        assert finding.rule == rule.id
        assert finding.title == rule.title
        assert finding.why
        assert finding.mend
        assert finding.appointments or finding.steps


@every_rule
def test_the_limit_itself_keeps_the_rule_and_the_least_step_beyond_breaks_it(rule: Rule) -> None:
    example = EXAMPLES[rule.id]
    if example.at_limit is None or example.beyond is None:
        assert example.no_limit, f"{rule.id} has neither an example at its limit nor a reason for having none"
        return
    assert not example.no_limit
    assert found_by(rule, example.at_limit()) == []
    assert found_by(rule, example.beyond()) != []
