"""Figures in the reader's language; the names of people and protocols stay as they are."""

from __future__ import annotations

from dataclasses import replace

from scheduler.insights.exceptions import BY_RULE
from scheduler.insights.figure import Bar, Bars, Cell, Figure, Part
from scheduler.web.retelling import as_read, retold


def retold_figure(figure: Figure) -> Figure:
    """Return a figure with its sentences in the reader's language."""
    drawing = figure.drawing
    found = replace(
        figure,
        title=retold(figure.title),
        counted=retold(figure.counted),
        summed=retold(figure.summed),
        columns=tuple(retold(column) for column in figure.columns),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in figure.rows),
        drawing=Bars(tuple(_bar(bar) for bar in drawing.bars)) if isinstance(drawing, Bars) else drawing,
    )
    return _with_rules_in_english(found) if figure.key == BY_RULE else found


def _cell(cell: Cell) -> Cell:
    return retold(cell) if isinstance(cell, str) else cell


def _bar(bar: Bar) -> Bar:
    parts = tuple(Part(retold(part.name), part.amount, part.tone) for part in bar.parts)
    return Bar(retold(bar.label), parts, retold(bar.said))


def _with_rules_in_english(figure: Figure) -> Figure:
    """Return the figure by rule with the titles of the rules marked as English, as they are everywhere."""
    assert isinstance(figure.drawing, Bars), "it has a bar for each rule"
    bars = tuple(replace(bar, label=as_read(bar.label)) for bar in figure.drawing.bars)
    rows = tuple((rule, as_read(str(title)), *numbers) for rule, title, *numbers in figure.rows)
    return replace(figure, rows=rows, drawing=Bars(bars))
