"""Writes the style sheet with the places of the board: pages may hold no styles, so each line and row has a class.

`python -m scheduler.web.board_places > static/board-places.css` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from scheduler.web.board_drawing import MOST_LINES

MOST_ROWS = 40
"""So many blocks may lie over one another on a lane and still each be seen."""

_AN_HOUR = 12
_HEAD = "/* Places on the board, written by `python -m scheduler.web.board_places`; change it there. */"


def style_sheet() -> str:
    """Return the whole sheet: `l` the lines of the axis, `f` from which line, `t` to which, `r` on which row."""
    return "\n".join((_HEAD, *_rows(), ""))


def _rows() -> Iterator[str]:
    yield "".join(f".l{n}{{--lines:{n}}}" for n in range(_AN_HOUR, MOST_LINES + 1, _AN_HOUR))
    yield "".join(f".f{n}{{grid-column-start:{n}}}" for n in range(1, MOST_LINES + 1))
    yield "".join(f".t{n}{{grid-column-end:{n}}}" for n in range(2, MOST_LINES + 2))
    yield "".join(f".r{n}{{grid-row:{n}}}" for n in range(1, MOST_ROWS + 1))


if __name__ == "__main__":
    sys.stdout.write(style_sheet())
