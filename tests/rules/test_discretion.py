"""Who may let a window be stretched is what the rules say of a series in which it is stretched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.domain.treatment import Counting, Protocol, Window, WindowMeaning
from scheduler.rules.catalogue import Rule
from scheduler.rules.discretion import rule_of_maximum, rule_of_minimum
from scheduler.rules.evaluate import evaluate
from tests.builders import (
    DAY,
    HOUR,
    a_diary,
    a_small_protocol,
    a_window,
    an_induction_protocol,
    at,
    t1_like_series,
)


def _window(protocol: Protocol, meaning: WindowMeaning) -> Window:
    """Return the first window of a meaning that has a maximum, else the first."""
    found = [window for window in protocol.windows if window.meaning is meaning]
    return next((window for window in found if window.at_most), found[0])


def _said(rule: Rule | None) -> tuple[str, str, str | None] | None:
    return None if rule is None else (rule.id, rule.level.value, rule.override_role)


@pytest.mark.parametrize(
    ("meaning", "of", "said"),
    [
        (WindowMeaning.PREPARATION, rule_of_maximum, ("PREP-2", "gate", "prescriber")),
        (WindowMeaning.PREPARATION, rule_of_minimum, ("PREP-1", "block", None)),
        (WindowMeaning.DOSE_GAP, rule_of_maximum, ("SPACE-2", "gate", "prescriber")),
        (WindowMeaning.DOSE_GAP, rule_of_minimum, ("SPACE-1", "block", None)),
        (WindowMeaning.DOSES_PER_WEEK, rule_of_minimum, ("SPACE-3", "block", None)),
        (WindowMeaning.DOSING_SPAN, rule_of_maximum, ("SPACE-4", "warn", None)),
        (WindowMeaning.INTEGRATION, rule_of_maximum, ("INTEG-2", "warn", None)),
        (WindowMeaning.INTEGRATION, rule_of_minimum, ("INTEG-1", "block", None)),
        (WindowMeaning.INTEGRATION_BEFORE_DOSE, rule_of_minimum, ("INTEG-3", "block", None)),
        (WindowMeaning.INTEGRATION_BEFORE_DOSE, rule_of_maximum, None),
        (WindowMeaning.FOLLOW_UP, rule_of_maximum, ("FOLLOW-2", "warn", None)),
        (WindowMeaning.ORDER, rule_of_minimum, ("ORDER-1", "block", None)),
    ],
)
def test_each_limit_has_the_rule_that_judges_it(
    meaning: WindowMeaning,
    of: Callable[[Protocol, Window], Rule | None],
    said: tuple[str, str, str | None] | None,
) -> None:
    protocol = an_induction_protocol()
    assert _said(of(protocol, _window(protocol, meaning))) == said


def test_a_window_counted_in_calendar_days_has_the_same_rule() -> None:
    protocol = a_small_protocol()
    by_date = a_window(WindowMeaning.INTEGRATION, "D1.end", "I1.start", DAY, 3 * DAY)
    window = replace(by_date, counted=Counting.CALENDAR)
    assert _said(rule_of_maximum(replace(protocol, windows=(window,)), window)) == ("INTEG-2", "warn", None)


def test_a_whole_series_beyond_the_limit_is_judged_by_that_rule() -> None:
    diary, protocol = a_diary(), a_small_protocol()
    late = t1_like_series(protocol, {"I2": "2026-12-11 15:00"}, diary=diary)
    window = next(one for one in protocol.windows if one.to_step == "I2" and one.at_most == 72 * HOUR)
    rule = rule_of_maximum(protocol, window)
    assert rule and rule.id in {finding.rule for finding in evaluate(diary, protocol, late)}
    assert late.visit("I2") is not None and late.appointments[-1].start == at("2026-12-11 15:00")
