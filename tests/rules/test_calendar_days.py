"""Windows in calendar days: every rule that reads windows goes by the dates of the clinic, across both clock changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Counting, Protocol, Window, WindowMeaning
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Finding
from scheduler.rules.question import Question
from tests.builders import DAY, HOUR, a_diary, a_site, a_small_protocol, a_window, an_induction_protocol, at
from tests.rules.examples.case import asked, without_visit

RULES = {rule.id: rule for rule in CATALOGUE}

CHANGES = (
    ("America/Denver", "2027-03-14"),
    ("America/Denver", "2026-11-01"),
    ("Australia/Sydney", "2026-10-04"),
    ("Australia/Sydney", "2027-04-04"),
)
"""Two zones on two halves of the world, each with the days on which its clocks go forward and back."""


def by_date(
    meaning: WindowMeaning, begin: str, end: str, at_least: int = 0, at_most: int | None = None
) -> Window:
    """Build a window in calendar days."""
    most = None if at_most is None else at_most * DAY
    return replace(a_window(meaning, begin, end, at_least * DAY, most), counted=Counting.CALENDAR)


def with_window(window: Window, protocol: Protocol | None = None) -> Protocol:
    """Return the small protocol with this window in the place of those of its meaning between the two visits."""
    recipe = protocol or a_small_protocol()
    pair = (window.meaning, window.from_step, window.to_step)
    kept = (w for w in recipe.windows if (w.meaning, w.from_step, w.to_step) != pair)
    return replace(recipe, windows=(*kept, window))


def found(rule: str, question: Question) -> list[Finding]:
    """Ask one rule."""
    return list(RULES[rule].check(question))


BEFORE_DOSE = WindowMeaning.INTEGRATION_BEFORE_DOSE

# Meaning, from, to, least, most; the rule; the visit that is moved; a start at the limit and one the least step beyond.
LIMITS = [
    (
        "PREP-1",
        (WindowMeaning.PREPARATION, "P1.end", "D1.start", 2),
        "P1",
        "2026-12-01 22:59",
        "2026-12-01 23:00",
    ),
    (
        "PREP-2",
        (WindowMeaning.PREPARATION, "P1.start", "D1.start", 0, 3),
        "P1",
        "2026-11-30 00:00",
        "2026-11-29 23:59",
    ),
    (
        "SPACE-1",
        (WindowMeaning.DOSE_GAP, "D1.start", "D2.start", 4),
        "D2",
        "2026-12-07 00:00",
        "2026-12-06 23:59",
    ),
    (
        "SPACE-2",
        (WindowMeaning.DOSE_GAP, "D1.start", "D2.start", 2, 5),
        "D2",
        "2026-12-08 23:59",
        "2026-12-09 00:00",
    ),
    (
        "SPACE-4",
        (WindowMeaning.DOSING_SPAN, "D1.start", "D2.start", 0, 9),
        "D2",
        "2026-12-12 23:59",
        "2026-12-13 00:00",
    ),
    (
        "INTEG-1",
        (WindowMeaning.INTEGRATION, "D1.end", "I1.start", 1),
        "I1",
        "2026-12-04 00:00",
        "2026-12-03 23:59",
    ),
    (
        "INTEG-2",
        (WindowMeaning.INTEGRATION, "D1.end", "I1.start", 0, 2),
        "I1",
        "2026-12-05 23:59",
        "2026-12-06 00:00",
    ),
    ("INTEG-3", (BEFORE_DOSE, "I1.end", "D2.start", 1), "I1", "2026-12-06 23:09", "2026-12-06 23:10"),
]


@pytest.mark.parametrize(
    ("rule", "window", "step", "limit", "beyond"), LIMITS, ids=[row[0] for row in LIMITS]
)
def test_the_date_at_the_limit_keeps_the_rule_and_the_next_minute_beyond_breaks_it(
    rule: str, window: tuple[WindowMeaning, str, str, int], step: str, limit: str, beyond: str
) -> None:
    protocol = with_window(by_date(*window))
    kept = {f.steps for f in found(rule, asked({step: limit}, protocol=protocol))}
    broken = [f for f in found(rule, asked({step: beyond}, protocol=protocol)) if f.steps not in kept]
    assert step not in {key for steps in kept for key in steps}
    assert len(broken) == 1
    assert "calendar day" in broken[0].why
    assert " MST to " in broken[0].why
    assert ":" not in broken[0].mend, "a date is enough"


@pytest.mark.parametrize(
    ("rule", "meaning", "begin", "end"),
    [
        ("ORDER-1", WindowMeaning.ORDER, "P1.end", "P2.start"),
        ("FOLLOW-1", WindowMeaning.FOLLOW_UP, "D1.end", "C1.start"),
        ("FOLLOW-2", WindowMeaning.FOLLOW_UP, "D1.end", "C1.start"),
    ],
)
def test_order_and_follow_up_are_asked_by_date_too(
    rule: str, meaning: WindowMeaning, begin: str, end: str
) -> None:
    least, most = (8, None) if rule != "FOLLOW-2" else (0, 0)
    protocol = with_window(by_date(meaning, begin, end, least, most), an_induction_protocol())
    (finding,) = found(rule, asked(protocol=protocol))
    assert finding.steps == (begin.split(".")[0], end.split(".")[0])


def test_a_week_of_calendar_days_begins_with_the_date_of_a_dose() -> None:
    protocol = a_small_protocol(4)
    window = by_date(WindowMeaning.DOSES_PER_WEEK, "D1.start", "D4.start", 7)
    counted = replace(
        protocol, windows=(*(w for w in protocol.windows if w.meaning != window.meaning), window)
    )
    starts = {"D3": "2026-12-09 10:00", "D4": "2026-12-10 00:00"}
    assert found("SPACE-3", asked(starts, protocol=counted)) == []
    (finding,) = found("SPACE-3", asked({**starts, "D4": "2026-12-09 23:59"}, protocol=counted))
    assert finding.why.startswith(
        "4 doses start within 6 calendar days, from D1 to D4; at most 3 may start within 7 "
    )
    assert finding.mend == "start D4 on Thu 10 Dec 2026 or later"


def test_findings_say_dates_for_windows_by_date() -> None:
    soon = with_window(by_date(WindowMeaning.INTEGRATION, "D1.end", "I1.start", 2, 3))
    (finding,) = found("INTEG-1", asked({"I1": "2026-12-04 15:00"}, protocol=soon))
    assert finding.why == (
        "I1 starts 1 calendar day after the discharge of D1; at least 2 calendar days are asked for "
        "(Thu 3 Dec 2026 12:45 MST to Fri 4 Dec 2026 15:00 MST)"
    )
    assert finding.mend == "start I1 on Sat 5 Dec 2026 or later"
    same = with_window(by_date(WindowMeaning.INTEGRATION, "D1.end", "I1.end", 0, 0))
    (finding,) = found("INTEG-2", asked({"I1": "2026-12-04 15:00"}, protocol=same))
    assert "I1 is over 1 calendar day after the discharge of D1; the same day is asked for" in finding.why
    assert finding.mend == "let I1 be over on Thu 3 Dec 2026 or earlier"
    next_day = with_window(by_date(WindowMeaning.INTEGRATION, "D1.end", "I1.start", 1))
    (finding,) = found("INTEG-1", asked({"I1": "2026-12-03 15:00"}, protocol=next_day))
    assert finding.why.startswith(
        "I1 starts on the day of the discharge of D1; at least 1 calendar day are asked for"
    )


def test_a_missing_integration_is_asked_for_between_dates_and_as_long_as_they_last() -> None:
    window = by_date(WindowMeaning.INTEGRATION, "D2.end", "I2.start", 1, 3)
    protocol = with_window(window)

    def missing(now: str) -> list[Finding]:
        question = asked(protocol=protocol, diary=a_diary(as_of=at(now)), id="series-1")
        return found("INTEG-4", without_visit(question, "I2"))

    (finding,) = missing("2026-12-10 23:59")
    assert finding.mend == (
        "book I2 between Tue 8 Dec 2026 and Thu 10 Dec 2026, or record that the patient declined it"
    )
    assert missing("2026-12-11 00:00") == []


def test_two_windows_between_the_same_visits_are_both_kept_and_missed_once() -> None:
    protocol = a_small_protocol()
    both = replace(
        protocol,
        windows=(*protocol.windows, by_date(WindowMeaning.INTEGRATION, "D2.end", "I2.start", 2, 2)),
    )
    assert found("INTEG-1", asked({"I2": "2026-12-08 15:00"}, protocol=both))
    assert not found("INTEG-1", asked({"I2": "2026-12-09 08:00"}, protocol=both))
    question = asked(protocol=both, diary=a_diary(as_of=at("2026-12-01 09:00")), id="series-1")
    (finding,) = found("INTEG-4", without_visit(question, "I2"))
    assert "between Wed 9 Dec 2026 and Wed 9 Dec 2026" in finding.mend


@given(
    change=st.sampled_from(CHANGES),
    hours=st.tuples(st.integers(-60, 60), st.integers(-60, 90)),
    limits=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_dates_are_counted_by_the_local_calendar_across_clock_changes(
    change: tuple[str, str], hours: tuple[int, int], limits: tuple[int, int]
) -> None:
    """Brute force by another way: the local dates that the zone itself gives, and nothing measured in hours."""
    zone, day = change
    midnight = at(f"{day} 00:00", zone)
    dose, talk = (midnight + n * HOUR for n in hours)
    least, most = limits[0], limits[0] + limits[1]
    protocol = with_window(by_date(WindowMeaning.INTEGRATION, "D1.start", "I1.start", least, most))
    diary = a_diary(
        site=a_site(zone=zone, closures=()),
        horizon=Interval(midnight - 30 * DAY, midnight + 30 * DAY),
        as_of=midnight - 20 * DAY,
    )
    others: dict[str, datetime] = dict.fromkeys(("P1", "D2", "I2"), midnight + 10 * DAY)
    question = asked({**others, "D1": dose, "I1": talk}, protocol=protocol, diary=diary)  # type: ignore[dict-item]  # starts may be instants
    local = ZoneInfo(zone)
    days = (talk.astimezone(local).date() - dose.astimezone(local).date()) // timedelta(days=1)
    pair = ("D1", "I1")
    assert (pair in {f.steps for f in found("INTEG-1", question)}) == (days < least)
    assert (pair in {f.steps for f in found("INTEG-2", question)}) == (days > most)
