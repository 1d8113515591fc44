"""The drawing stands for what is booked: every mark where its visit is, every shade where nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Closure, Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.web.drawing import CLOSE, Drawing, Lane, draw
from tests.web.visits import a_site, a_visit, series_of

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
NOON = time(12)


def drawn(series: Series, site: Site, windows: dict[str, Interval | None] | None = None) -> Drawing:
    return draw(series, windows or {}, site, NOW, {})


def test_a_visit_stands_at_its_share_of_the_weeks() -> None:
    site = a_site()
    thursday = instant_at(date(2026, 12, 3), NOON, site.zone)
    drawing = drawn(series_of(a_visit("D1", thursday)), site)
    (lane,) = drawing.lanes
    assert lane.kind is StepKind.DOSING
    assert lane.marks[0].at == round(3.5 / 7 * 100, 3)
    assert [week.label for week in drawing.weeks] == ["30 Nov"]
    assert drawing.now is None, "the present lies before the weeks drawn"


def test_the_week_of_a_clock_change_is_an_hour_longer() -> None:
    site = a_site()
    monday_noon = instant_at(date(2026, 11, 2), NOON, site.zone)
    sunday_noon = instant_at(date(2026, 11, 1), NOON, site.zone)
    saturday_noon = instant_at(date(2026, 10, 31), NOON, site.zone)
    drawing = drawn(
        series_of(a_visit("D1", saturday_noon), a_visit("D2", sunday_noon), a_visit("D3", monday_noon)), site
    )
    (lane,) = drawing.lanes
    # From Saturday to Sunday noon are 25 elapsed hours, in two weeks of 337.
    assert abs(lane.marks[1].at - lane.marks[0].at - 25 / 337 * 100) < 0.01


def test_a_window_is_cut_at_the_edges_and_told_whole() -> None:
    site = a_site()
    visit = a_visit("P1", instant_at(date(2026, 12, 3), NOON, site.zone))
    window = Interval(visit.start - timedelta(days=30), visit.start + timedelta(days=1))
    (lane,) = drawn(series_of(visit), site, {"P1": window}).lanes
    mark = lane.marks[0]
    assert mark.left == 0
    assert mark.width is not None
    assert abs(mark.left + mark.width - (mark.at + 100 / 7)) < 0.01
    assert "May start Tue 3 Nov 12:00 – Fri 4 Dec 12:00 MST" in mark.tip


def test_closed_days_and_weekends_are_shaded_with_their_reason() -> None:
    site = replace(a_site(), closures=(Closure(date(2026, 12, 2), date(2026, 12, 3), "Staff retreat"),))
    visit = a_visit("D1", instant_at(date(2026, 12, 1), NOON, site.zone))
    shades = drawn(series_of(visit), site).shades
    assert [shade.name for shade in shades] == ["closed", "closed", "weekend", "weekend"]
    assert shades[0].tip == "Wed 2 Dec: closed, Staff retreat"
    assert shades[-1].tip == "Sun 6 Dec: not open"


@given(st.lists(st.integers(min_value=0, max_value=60 * 24 * 4), min_size=1, max_size=12, unique=True))
def test_nothing_is_drawn_outside_and_close_marks_take_turns(quarters: list[int]) -> None:
    site = a_site()
    visits = [
        a_visit(f"D{number}", NOW + timedelta(minutes=15 * quarter))
        for number, quarter in enumerate(sorted(quarters))
    ]
    drawing = drawn(series_of(*visits), site)
    (lane,) = drawing.lanes
    assert all(0 <= mark.at <= 100 for mark in lane.marks)
    first, last = (local_day(visit.start, site.zone) for visit in (visits[0], visits[-1]))
    assert len(drawing.weeks) * 7 > (last - first).days
    assert all(shade.left >= 0 and shade.left + shade.width <= 100.01 for shade in drawing.shades)
    for one, after in zip(lane.marks, lane.marks[1:], strict=False):
        assert not (one.is_close and after.is_close)
        assert after.is_close == (after.at - one.at < CLOSE and not one.is_close)


def test_the_worst_finding_flags_its_mark() -> None:
    site = a_site()
    drawing = draw(series_of(a_visit("D1", NOW)), {}, site, NOW, {"D1": "block"})
    assert drawing.lanes[0].marks[0].flag == "block"


def test_a_lane_is_named_where_its_raised_marks_leave_room() -> None:
    site = a_site()

    def lane(*days: int) -> Lane:
        visits = [a_visit(f"D{day}", NOW + timedelta(days=day)) for day in days]
        return drawn(series_of(*visits), site).lanes[0]

    assert lane(0, 2, 60).is_named_at_end
    assert not lane(0, 58, 60).is_named_at_end
    assert not lane(0, 60).is_named_at_end
