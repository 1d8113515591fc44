"""The style sheet of places is what its room writes, and has a place for every line that a day may have."""

from __future__ import annotations

from scheduler.web.board_drawing import MOST_LINES
from scheduler.web.board_places import style_sheet
from tests.house.building import ROOT


def test_the_sheet_is_as_it_is_written() -> None:
    kept = (ROOT / "static" / "board-places.css").read_text()
    assert kept == style_sheet(), (
        "write it anew: python -m scheduler.web.board_places > static/board-places.css"
    )


def test_the_longest_day_has_its_last_place() -> None:
    assert f".l{MOST_LINES}{{" in style_sheet()
    assert f".t{MOST_LINES + 1}{{" in style_sheet()
