"""Boards as one process drew them last, with their blocks: for whoever asks next, as long as they are true."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from markupsafe import Markup

from scheduler.web.board_drawing import Axis
from scheduler.web.board_view import KeptBlocks

EXTENSION = "trellis_board_shelf"

MOST_BOARDS, MOST_BLOCKS = 60, 5000
"""So many boards are kept, those that were drawn last, and so many blocks and texts of them before they are begun anew."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A board as it was drawn: its text, true before an instant, and the axis by which the present is placed on it."""

    text: str
    good_until: datetime
    axis: Axis


class BoardShelf:
    """What was drawn. `blocks` are those that were made, `texts` what was written of them, by what they say."""

    def __init__(self) -> None:
        self.blocks: KeptBlocks = {}
        self.texts: dict[Hashable, Markup] = {}
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()

    def drawn(self, version: str, now: datetime) -> Drawn | None:
        """Return the board that was drawn as of a version, `None` when there is none, or it is not true any more."""
        found = self._drawn.get(version)
        return found if found is not None and now < found.good_until else None

    def keep(self, version: str, drawn: Drawn) -> None:
        """Keep a board, and forget the one that was drawn longest ago where there are too many."""
        self._drawn[version] = drawn
        while len(self._drawn) > MOST_BOARDS:
            self._drawn.popitem(last=False)
        if max(len(self.blocks), len(self.texts)) > MOST_BLOCKS:
            self.blocks, self.texts = {}, {}


def board_shelf() -> BoardShelf:
    """Return what this application keeps."""
    shelf: BoardShelf = current_app.extensions[EXTENSION]
    return shelf


def keep_boards(app: Flask) -> None:
    """Let an application keep what it draws."""
    app.extensions[EXTENSION] = BoardShelf()
