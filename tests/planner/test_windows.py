"""The windows that are drawn are the starts that the rules accept, in hours and in calendar days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Counting, Point, Window, WindowMeaning
from scheduler.planner.windows import allowed_windows
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.question import Question
from tests.builders import DAY, HOUR, a_diary, a_site, a_small_protocol, at, t1_like_series

CHANGES = (
    ("America/Denver", "2027-03-14"),
    ("America/Denver", "2026-11-01"),
    ("Australia/Sydney", "2026-10-04"),
    ("Australia/Sydney", "2027-04-04"),
)
MINUTE = timedelta(minutes=1)
FOLLOW_UP = [rule for rule in CATALOGUE if rule.id in ("FOLLOW-1", "FOLLOW-2")]


@st.composite
def _windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """Draw one window or two between D1 and I1, which follow-up alone reads."""
    drawn = []
    for _ in range(draw(st.integers(1, 2))):
        counted = draw(st.sampled_from(Counting))
        unit = DAY if counted is Counting.CALENDAR else HOUR
        least = draw(st.integers(0, 3)) * unit
        most = least + draw(st.integers(0, 40 if unit is HOUR else 2)) * unit
        points = draw(st.sampled_from(Point)), draw(st.sampled_from(Point))
        drawn.append(
            Window(WindowMeaning.FOLLOW_UP, "D1", points[0], "I1", points[1], least, most, None, counted)
        )
    return tuple(drawn)


@given(_windows(), st.sampled_from(CHANGES), st.integers(-40, 40), st.integers(-40, 80))
def test_a_drawn_window_ends_where_the_rules_begin_to_find_fault(
    windows: tuple[Window, ...], change: tuple[str, str], dose_at: int, talk_at: int
) -> None:
    zone, day = change
    midnight = at(f"{day} 00:00", zone)
    protocol = replace(a_small_protocol(1), windows=windows)
    horizon = Interval(midnight - 30 * DAY, midnight + 30 * DAY)
    diary = a_diary(site=a_site(zone=zone, closures=()), horizon=horizon, as_of=horizon.start)
    starts = {"P1": midnight - 9 * DAY, "D1": midnight + dose_at * HOUR, "I1": midnight + talk_at * HOUR}

    def is_kept(**moved: object) -> bool:
        series = t1_like_series(protocol, {**starts, **moved}, diary=diary)  # type: ignore[dict-item]  # starts may be instants
        question = Question(diary, protocol, series)
        return not any(list(rule.check(question)) for rule in FOLLOW_UP)

    allowed = allowed_windows(protocol, t1_like_series(protocol, dict(starts), diary=diary), zone)
    for step in ("D1", "I1"):
        if (window := allowed.get(step)) is None:
            continue
        assert is_kept(**{step: window.start})
        assert is_kept(**{step: window.end})
        assert not is_kept(**{step: window.start - MINUTE})
        assert not is_kept(**{step: window.end + MINUTE})
    if is_kept() and (window := allowed.get("I1")) is not None:
        assert window.start <= starts["I1"] <= window.end
